#include "service/indicators/ema.h"

#include <assert.h>

void ema_init(struct ema *ema, size_t length)
{
    assert(length >= 1);
    *ema = (struct ema) { .factor = 2.0 / (double)(length + 1) };
}

void ema_restart(struct ema *ema)
{
    ema->seeded = false;
}

void ema_array(const double *values, size_t count, size_t length, double *results)
{
    struct ema ema;
    ema_init(&ema, length);
    for (size_t i = 0; i < count; i++)
        results[i] = ema_push(&ema, values[i]);
}
