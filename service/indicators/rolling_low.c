#include "service/indicators/rolling_low.h"

#include "service/base/memory.h"

#include <assert.h>
#include <stdlib.h>

void rolling_low_init(struct rolling_low *low, size_t length)
{
    assert(length >= 1);
    *low = (struct rolling_low) {
        .queue = memory_new(length, sizeof *low->queue),
        .length = length,
    };
}

void rolling_low_restart(struct rolling_low *low)
{
    low->front = low->size = low->pushed = 0;
}

void rolling_low_release(struct rolling_low *low)
{
    free(low->queue);
    *low = (struct rolling_low) { 0 };
}

static struct rolling_low_entry *entry_at(struct rolling_low *low, size_t position)
{
    size_t at = low->front + position;
    return &low->queue[at < low->length ? at : at - low->length];
}

double rolling_low_push(struct rolling_low *low, double value)
{
    if (low->size > 0 && entry_at(low, 0)->index + low->length <= low->pushed) {
        low->front = low->front + 1 == low->length ? 0 : low->front + 1;
        low->size--;
    }
    while (low->size > 0 && entry_at(low, low->size - 1)->value >= value)
        low->size--;
    *entry_at(low, low->size++) = (struct rolling_low_entry) { low->pushed++, value };
    return entry_at(low, 0)->value;
}

void rolling_low_array(const double *values, size_t count, size_t length, double *results)
{
    struct rolling_low low;
    rolling_low_init(&low, length);
    for (size_t i = 0; i < count; i++)
        results[i] = rolling_low_push(&low, values[i]);
    rolling_low_release(&low);
}
