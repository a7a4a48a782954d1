#include "CSQLite.h"
#include <sqlite3.h>
#include <stddef.h>

/* sqlite3_db_config takes a variable list of arguments, which Swift cannot call. */
int csqlite_defend(void *connection) {
    int is_on = 0;
    int code = sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, &is_on);
    return code == SQLITE_OK && !is_on ? SQLITE_ERROR : code;
}
