#include "service/base/hash.h"

#include <assert.h>
#include <openssl/sha.h>

void sha256_hex(const void *bytes, size_t size, char hex[static SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    const unsigned char *done = SHA256(size > 0 ? bytes : "", size, digest);
    assert(done != NULL);
    for (size_t i = 0; i < sizeof digest; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[SHA256_HEX_SIZE - 1] = '\0';
}
