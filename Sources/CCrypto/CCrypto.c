#include "CCrypto.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>

int ccrypto_sha256(const void *bytes, size_t count, uint8_t *digest) {
    return EVP_Digest(bytes, count, digest, NULL, EVP_sha256(), NULL);
}

int ccrypto_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count, uint8_t *digest) {
    unsigned int length = 32;
    return HMAC(EVP_sha256(), key, (int)key_count, bytes, count, digest, &length) != NULL;
}
