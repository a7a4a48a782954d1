#include "CCrypto.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>

/* Fetched once: looking an algorithm up takes longer than a short digest (OpenSSL 3, "explicit fetching"). */
static EVP_MD *sha256;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void fetch(void) { sha256 = EVP_MD_fetch(NULL, "SHA256", NULL); }

int ccrypto_sha256(const void *bytes, size_t count, uint8_t *digest) {
    pthread_once(&fetched, fetch);
    return sha256 != NULL && EVP_Digest(bytes, count, digest, NULL, sha256, NULL);
}

int ccrypto_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count, uint8_t *digest) {
    unsigned int length = 32;
    return HMAC(EVP_sha256(), key, (int)key_count, bytes, count, digest, &length) != NULL;
}
