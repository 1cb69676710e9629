/* The same numbers in every run: xorshift64 (George Marsaglia, "Xorshift RNGs", 2003). */
#ifndef PLAYBOOK_TESTS_SUPPORT_RANDOM_H
#define PLAYBOOK_TESTS_SUPPORT_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; /* not 0 */
};

static inline uint64_t random_next(struct random *random)
{
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return random->state;
}

static inline uint64_t random_below(struct random *random, uint64_t limit)
{
    return random_next(random) % limit;
}

/* A price of up to 1,000 dollars with two decimals, never 0. */
static inline double random_price(struct random *random)
{
    return (double)(1 + random_below(random, 99999)) / 100;
}

#endif
