#pragma once
#include <stddef.h>
#include <stdint.h>

/// SHA-256 of `count` bytes into `digest` (32 bytes). Returns 1, or 0 when libcrypto refuses.
int ccrypto_sha256(const void *bytes, size_t count, uint8_t *digest);

/// HMAC-SHA-256 into `digest` (32 bytes). Returns 1, or 0 when libcrypto refuses.
int ccrypto_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count, uint8_t *digest);
