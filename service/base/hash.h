/* SHA-256, by OpenSSL's libcrypto. */
#ifndef PLAYBOOK_BASE_HASH_H
#define PLAYBOOK_BASE_HASH_H

#include <stddef.h>

enum { SHA256_HEX_SIZE = 65 };

/* 64 lower-case hexadecimal digits and a NUL. */
void sha256_hex(const void *bytes, size_t size, char hex[static SHA256_HEX_SIZE]);

#endif
