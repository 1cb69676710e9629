#include "service/indicators/atr.h"

void atr_init(struct atr *atr, size_t length)
{
    *atr = (struct atr) { 0 };
    ema_init(&atr->mean, length);
}

void atr_restart(struct atr *atr)
{
    ema_restart(&atr->mean);
}

void atr_array(const struct bar *bars, size_t count, size_t length, double *results)
{
    struct atr atr;
    atr_init(&atr, length);
    for (size_t i = 0; i < count; i++)
        results[i] = atr_push(&atr, &bars[i]);
}
