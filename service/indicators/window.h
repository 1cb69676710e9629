/* The last values of a series, summed exactly: what means of several lengths are views of.
 *
 * Values are kept as integers of 1e-9, as fine as any market's tick; above 9,000,000 they are as
 * fine as a double is. They must be finite and within +-1e9. What is kept of them are running
 * totals, so the sum of any last values is one subtraction, and depends on nothing but them. Totals
 * wrap at 64 bits, which no difference notices that fits. */
#ifndef PLAYBOOK_INDICATORS_WINDOW_H
#define PLAYBOOK_INDICATORS_WINDOW_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WINDOW_UNITS_PER_ONE 1e9

struct window {
    uint64_t *totals; /* owned; [i & mask] is that of the first i values. A ring of a power of */
    int64_t mask;     /* two needs no branch, which would be mispredicted once in every round */
    int64_t length;
    int64_t count; /* values pushed */
    uint64_t total;
    bool is_narrow;       /* it is full, and a double holds every sum of it exactly */
    uint64_t limit;       /* the next value must stay below for that, in units; 0: it cannot be */
    int64_t narrow_max;   /* a window of values up to this is narrow, */
    int64_t fitting_max;  /* and the sums of one up to this have 64 bits */
    int64_t narrow_from;  /* values from this one on are within narrow_max, */
    int64_t fitting_from; /* and those from this one on within fitting_max */
};

/* length >= 1: the most that a sum is asked of. Allocates; nothing after it does. */
void window_init(struct window *window, size_t length);
void window_release(struct window *window); /* accepts a zeroed one */

/* window_push where the window is perhaps not narrow: several times slower. */
__attribute__((cold)) void window_push_careful(struct window *window, int64_t newest);

static inline void window_add(struct window *window, int64_t newest)
{
    int64_t count = window->count + 1;
    uint64_t total = window->total + (uint64_t)newest;
    window->totals[count & window->mask] = total;
    window->total = total;
    window->count = count;
}

/* No price is negative, so a value that is may take longer: as unsigned it is above any limit. */
static inline void window_push(struct window *window, double value)
{
    int64_t newest = llrint(value * WINDOW_UNITS_PER_ONE);
    if ((uint64_t)newest >= window->limit) {
        window_push_careful(window, newest);
        return;
    }
    window_add(window, newest);
    window->is_narrow = true;
}

/* The sum of the last `length` values, in units; of a window that is narrow. */
static inline int64_t window_sum(const struct window *window, int64_t length)
{
    int64_t begin = window->count - length;
    return (int64_t)(window->total - window->totals[begin & window->mask]);
}

/* The same of any window that has as many values. Takes time with the length where the sum may not
 * fit into 64 bits. */
__int128 window_sum_wide(const struct window *window, int64_t length);

#endif
