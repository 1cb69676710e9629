#include "service/clients/http_retry.h"

#include <assert.h>

bool http_retry_status(int status)
{
    return status == 408 || status == 425 || status == 429 || (status >= 500 && status <= 599);
}

/* Sebastiano Vigna's splitmix64. */
static uint64_t random_next(uint64_t *random)
{
    uint64_t z = *random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int64_t http_retry_wait_us(int attempts, int64_t asked_us, uint64_t *random)
{
    assert(attempts >= 1 && attempts <= HTTP_ATTEMPTS_MAX);
    uint64_t most_us = (uint64_t)HTTP_RETRY_BASE_MS * 1000 << (attempts - 1);
    int64_t jitter_us = (int64_t)(random_next(random) % (most_us + 1));
    return (asked_us > 0 ? asked_us : 0) + jitter_us;
}
