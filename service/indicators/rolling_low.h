/* The lowest of the last `length` values, the newest included; of fewer before there are as many.
 * First valid index: 0.
 *
 * Only values that can still become the lowest are kept: each is lower than all that came after
 * would allow, so the queue rises from its front, which is the answer. A push is constant time on
 * average. Source: the "monotonic queue" of sliding-window minima, folklore. */
#ifndef PLAYBOOK_INDICATORS_ROLLING_LOW_H
#define PLAYBOOK_INDICATORS_ROLLING_LOW_H

#include <stddef.h>

struct rolling_low_entry {
    size_t index; /* counts the values pushed */
    double value;
};

struct rolling_low {
    struct rolling_low_entry *queue; /* owned; a ring of `length` entries */
    size_t length;
    size_t front; /* position of the lowest */
    size_t size;
    size_t pushed;
};

void rolling_low_init(struct rolling_low *low, size_t length); /* length >= 1 */
void rolling_low_restart(struct rolling_low *low);
void rolling_low_release(struct rolling_low *low); /* accepts a zeroed one */

double rolling_low_push(struct rolling_low *low, double value);

/* The same over an array: results[i] belongs to values[i]. */
void rolling_low_array(const double *values, size_t count, size_t length, double *results);

#endif
