/* Whole numbers as digits, two at a time: most of what results are made of. */
#ifndef PLAYBOOK_BASE_DIGITS_H
#define PLAYBOOK_BASE_DIGITS_H

#include <stdint.h>
#include <string.h>

static const char digit_pairs[200] = "00010203040506070809101112131415161718192021222324"
                                     "25262728293031323334353637383940414243444546474849"
                                     "50515253545556575859606162636465666768697071727374"
                                     "75767778798081828384858687888990919293949596979899";

/* Puts the last `count` digits of a number, with zeros in front where it has fewer, and returns
 * what is left in front of them. */
static inline uint64_t digits_put(char *target, uint64_t number, int count)
{
    for (; count >= 2; count -= 2, number /= 100)
        memcpy(target + count - 2, &digit_pairs[number % 100 * 2], 2);
    if (count == 0)
        return number;
    *target = (char)('0' + number % 10);
    return number / 10;
}

#endif
