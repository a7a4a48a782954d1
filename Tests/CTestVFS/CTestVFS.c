#include "CTestVFS.h"
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A write or a truncation (no bytes) that no sync has followed yet.
typedef struct change {
    sqlite3_int64 offset;
    int count;
    unsigned char *bytes;
    struct change *next;
} change;

// What of a file is on the disk for certain, and what is not.
typedef struct shadow {
    char *path;
    unsigned char *bytes;
    sqlite3_int64 count;
    change *first, **last;
    struct shadow *next;
} shadow;

struct testvfs_plan {
    char *folder;
    long counts[TESTVFS_CALLS];
    int call, manner, stays, fired, dead;
    long left;
    long power_left;
    int loss;
    unsigned seed;
    char *image;
    shadow *shadows;
    testvfs_plan *next;
};

typedef struct {
    sqlite3_file base;
    testvfs_plan *plan;
    shadow *shadow;
    sqlite3_file *real;
} test_file;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static testvfs_plan *plans;
static sqlite3_vfs *real_vfs;
static sqlite3_vfs test_vfs;

static sqlite3_file *real(sqlite3_file *file) { return ((test_file *)file)->real; }

// Whether this call is to fail; counts it.
static int fails(testvfs_plan *plan, int call) {
    if (!plan) return 0;
    plan->counts[call]++;
    if (plan->dead) return 1;
    if (plan->left == 0 || plan->call != call) return 0;
    if (plan->left > 1) {
        plan->left--;
        return 0;
    }
    plan->fired = 1;
    if (!plan->stays) plan->left = 0;
    return 1;
}

static void lay(unsigned char **bytes, sqlite3_int64 *count, const change *change, int part) {
    if (!change->bytes) {
        if (change->offset < *count) *count = change->offset;
        return;
    }
    sqlite3_int64 end = change->offset + part;
    if (end > *count) {
        *bytes = realloc(*bytes, end);
        memset(*bytes + *count, 0, end - *count);
        *count = end;
    }
    memcpy(*bytes + change->offset, change->bytes, part);
}

static void remember(shadow *shadow, sqlite3_int64 offset, const void *bytes, int count) {
    change *new = calloc(1, sizeof *new);
    new->offset = offset;
    new->count = count;
    if (bytes) {
        new->bytes = malloc(count);
        memcpy(new->bytes, bytes, count);
    }
    *shadow->last = new;
    shadow->last = &new->next;
}

static void settle(shadow *shadow, int keep) {
    while (shadow->first) {
        change *done = shadow->first;
        if (keep) lay(&shadow->bytes, &shadow->count, done, done->count);
        shadow->first = done->next;
        free(done->bytes);
        free(done);
    }
    shadow->last = &shadow->first;
}

// Writes what the disk holds after the power went.
static void write_image(testvfs_plan *plan) {
    for (shadow *shadow = plan->shadows; shadow; shadow = shadow->next) {
        sqlite3_int64 count = shadow->count;
        unsigned char *bytes = malloc(count + 1);
        memcpy(bytes, shadow->bytes, count);
        for (change *change = shadow->first; change; change = change->next) {
            int part = change->count;
            if (plan->loss == TESTVFS_DROP || rand_r(&plan->seed) % 2) continue;
            if (plan->loss == TESTVFS_TEAR) part = part > 512 ? 512 * (rand_r(&plan->seed) % (part / 512)) : part / 2;
            lay(&bytes, &count, change, part);
        }
        char name[1024];
        snprintf(name, sizeof name, "%s/%s", plan->image, strrchr(shadow->path, '/') + 1);
        FILE *file = fopen(name, "wb");
        if (file) {
            fwrite(bytes, 1, count, file);
            fclose(file);
        }
        free(bytes);
    }
}

static int close_file(sqlite3_file *file) { return real(file)->pMethods->xClose(real(file)); }

static int read_file(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    pthread_mutex_lock(&mutex);
    int failed = fails(((test_file *)file)->plan, TESTVFS_READ);
    pthread_mutex_unlock(&mutex);
    return failed ? SQLITE_IOERR_READ : real(file)->pMethods->xRead(real(file), bytes, count, offset);
}

static int write_file(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    test_file *own = (test_file *)file;
    pthread_mutex_lock(&mutex);
    int failed = fails(own->plan, TESTVFS_WRITE), result = SQLITE_OK;
    int manner = own->plan && !own->plan->dead ? own->plan->manner : TESTVFS_ERROR;
    if (failed && manner == TESTVFS_SHORT) count /= 2;
    if (!failed || manner == TESTVFS_SHORT) {
        result = own->real->pMethods->xWrite(own->real, bytes, count, offset);
        if (own->shadow) remember(own->shadow, offset, bytes, count);
    }
    pthread_mutex_unlock(&mutex);
    return !failed ? result : manner == TESTVFS_ERROR ? SQLITE_IOERR_WRITE : SQLITE_FULL;
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size) {
    test_file *own = (test_file *)file;
    pthread_mutex_lock(&mutex);
    int failed = fails(own->plan, TESTVFS_TRUNCATE);
    if (!failed && own->shadow) remember(own->shadow, size, NULL, 0);
    pthread_mutex_unlock(&mutex);
    return failed ? SQLITE_IOERR_TRUNCATE : own->real->pMethods->xTruncate(own->real, size);
}

static int sync_file(sqlite3_file *file, int flags) {
    test_file *own = (test_file *)file;
    testvfs_plan *plan = own->plan;
    pthread_mutex_lock(&mutex);
    int failed = fails(plan, TESTVFS_SYNC);
    if (!failed && plan && plan->power_left > 0 && --plan->power_left == 0) {
        write_image(plan);
        failed = plan->fired = plan->dead = 1;
    }
    if (!failed && own->shadow) settle(own->shadow, 1);
    pthread_mutex_unlock(&mutex);
    return failed ? SQLITE_IOERR_FSYNC : own->real->pMethods->xSync(own->real, flags);
}

static int size_file(sqlite3_file *file, sqlite3_int64 *size) { return real(file)->pMethods->xFileSize(real(file), size); }

static int lock_file(sqlite3_file *file, int level) {
    pthread_mutex_lock(&mutex);
    int failed = fails(((test_file *)file)->plan, TESTVFS_LOCK);
    pthread_mutex_unlock(&mutex);
    return failed ? SQLITE_IOERR_LOCK : real(file)->pMethods->xLock(real(file), level);
}

static int unlock_file(sqlite3_file *file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
static int check_lock(sqlite3_file *file, int *out) { return real(file)->pMethods->xCheckReservedLock(real(file), out); }
static int control_file(sqlite3_file *file, int op, void *argument) { return real(file)->pMethods->xFileControl(real(file), op, argument); }
static int sector_size(sqlite3_file *file) { return real(file)->pMethods->xSectorSize(real(file)); }
// Nothing that a disk might promise beyond the least: every write may tear.
static int characteristics(sqlite3_file *file) { (void)file; return 0; }

static int map_shm(sqlite3_file *file, int page, int size, int extend, void volatile **out) {
    pthread_mutex_lock(&mutex);
    int failed = fails(((test_file *)file)->plan, TESTVFS_SHM);
    pthread_mutex_unlock(&mutex);
    return failed ? SQLITE_IOERR_SHMMAP : real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}

static int lock_shm(sqlite3_file *file, int offset, int count, int flags) {
    pthread_mutex_lock(&mutex);
    int failed = flags & SQLITE_SHM_LOCK && fails(((test_file *)file)->plan, TESTVFS_SHM);
    pthread_mutex_unlock(&mutex);
    return failed ? SQLITE_IOERR_SHMLOCK : real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void barrier(sqlite3_file *file) { real(file)->pMethods->xShmBarrier(real(file)); }
static int unmap_shm(sqlite3_file *file, int gone) { return real(file)->pMethods->xShmUnmap(real(file), gone); }

static const sqlite3_io_methods methods = {
    2, close_file, read_file, write_file, truncate_file, sync_file, size_file, lock_file, unlock_file, check_lock, control_file,
    sector_size, characteristics, map_shm, lock_shm, barrier, unmap_shm, NULL, NULL,
};

static testvfs_plan *plan_of(const char *path) {
    for (testvfs_plan *plan = plans; path && plan; plan = plan->next) {
        size_t count = strlen(plan->folder);
        if (strncmp(path, plan->folder, count) == 0 && path[count] == '/') return plan;
    }
    return NULL;
}

static shadow *shadow_of(testvfs_plan *plan, const char *path, int make) {
    for (shadow *shadow = plan->shadows; shadow; shadow = shadow->next) {
        if (strcmp(shadow->path, path) == 0) return shadow;
    }
    if (!make) return NULL;
    shadow *new = calloc(1, sizeof *new);
    new->path = strdup(path);
    new->last = &new->first;
    FILE *file = fopen(path, "rb");
    if (file) {
        fseek(file, 0, SEEK_END);
        new->count = ftell(file);
        rewind(file);
        new->bytes = malloc(new->count + 1);
        if (fread(new->bytes, 1, new->count, file) != (size_t)new->count) new->count = 0;
        fclose(file);
    }
    new->next = plan->shadows;
    return plan->shadows = new;
}

static void forget(testvfs_plan *plan, const char *path) {
    for (shadow **place = &plan->shadows; *place;) {
        shadow *shadow = *place;
        if (path && strcmp(shadow->path, path) != 0) {
            place = &shadow->next;
            continue;
        }
        *place = shadow->next;
        settle(shadow, 0);
        free(shadow->bytes);
        free(shadow->path);
        free(shadow);
    }
}

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out) {
    (void)vfs;
    test_file *own = (test_file *)file;
    memset(own, 0, sizeof *own);
    own->real = (sqlite3_file *)(own + 1);
    pthread_mutex_lock(&mutex);
    own->plan = plan_of(path);
    int dead = own->plan && own->plan->dead;
    // Before it is opened: SQLite must be the only one in this process who closes such a file (fcntl(2) locks).
    if (own->plan && !dead && flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL))
        own->shadow = shadow_of(own->plan, path, 1);
    pthread_mutex_unlock(&mutex);
    if (dead) return SQLITE_CANTOPEN;
    int result = real_vfs->xOpen(real_vfs, path, own->real, flags, out);
    if (own->real->pMethods) own->base.pMethods = &methods;
    return result;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int sync) {
    (void)vfs;
    pthread_mutex_lock(&mutex);
    testvfs_plan *plan = plan_of(path);
    int dead = plan && plan->dead;
    if (plan && !dead) {
        shadow *shadow = shadow_of(plan, path, 0);
        // Others may have it open still: it is emptied, not forgotten.
        if (shadow) { settle(shadow, 0); shadow->count = 0; }
    }
    pthread_mutex_unlock(&mutex);
    return dead ? SQLITE_IOERR_DELETE : real_vfs->xDelete(real_vfs, path, sync);
}

void testvfs_register(void) {
    pthread_mutex_lock(&mutex);
    if (!real_vfs) {
        real_vfs = sqlite3_vfs_find(NULL);
        test_vfs = *real_vfs;
        test_vfs.zName = "test";
        test_vfs.szOsFile = sizeof(test_file) + real_vfs->szOsFile;
        test_vfs.pNext = NULL;
        test_vfs.xOpen = open_file;
        test_vfs.xDelete = delete_file;
        sqlite3_vfs_register(&test_vfs, 1);
    }
    pthread_mutex_unlock(&mutex);
}

testvfs_plan *testvfs_begin(const char *folder) {
    testvfs_plan *plan = calloc(1, sizeof *plan);
    // SQLite opens files by their real paths.
    plan->folder = realpath(folder, NULL);
    pthread_mutex_lock(&mutex);
    plan->next = plans;
    plans = plan;
    pthread_mutex_unlock(&mutex);
    return plan;
}

void testvfs_fail(testvfs_plan *plan, int call, int manner, long n, int stays) {
    pthread_mutex_lock(&mutex);
    plan->call = call;
    plan->manner = manner;
    plan->left = n;
    plan->stays = stays;
    plan->fired = 0;
    pthread_mutex_unlock(&mutex);
}

void testvfs_cut_power(testvfs_plan *plan, long n, int loss, unsigned seed, const char *image) {
    pthread_mutex_lock(&mutex);
    plan->power_left = n;
    plan->loss = loss;
    plan->seed = seed;
    plan->image = strdup(image);
    plan->fired = 0;
    pthread_mutex_unlock(&mutex);
}

void testvfs_heal(testvfs_plan *plan) {
    pthread_mutex_lock(&mutex);
    plan->left = plan->power_left = plan->dead = 0;
    pthread_mutex_unlock(&mutex);
}

long testvfs_count(testvfs_plan *plan, int call) {
    pthread_mutex_lock(&mutex);
    long count = plan->counts[call];
    pthread_mutex_unlock(&mutex);
    return count;
}

int testvfs_fired(testvfs_plan *plan) {
    pthread_mutex_lock(&mutex);
    int fired = plan->fired;
    pthread_mutex_unlock(&mutex);
    return fired;
}

void testvfs_end(testvfs_plan *plan) {
    pthread_mutex_lock(&mutex);
    for (testvfs_plan **place = &plans; *place; place = &(*place)->next) {
        if (*place == plan) {
            *place = plan->next;
            break;
        }
    }
    forget(plan, NULL);
    pthread_mutex_unlock(&mutex);
    free(plan->image);
    free(plan->folder);
    free(plan);
}
