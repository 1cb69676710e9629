#include "service/parquet/snappy.h"

#include <string.h>

enum { STEP = 16, SHORT_STEP = 8, PREAMBLE_BITS_MAX = 35 };

/* Elements are told apart by the low two bits of their first byte, the tag. */
enum { LITERAL, COPY_NEAR, COPY_FAR, COPY_FARTHEST };

/* A longer literal has its length in the bytes behind the tag. */
enum { LITERAL_IN_TAG_MAX = 60 };

/* The size of what is to come out. */
static const uint8_t *preamble_read(const uint8_t *next, const uint8_t *end, size_t *ret_size)
{
    *ret_size = 0;
    for (unsigned shift = 0; shift < PREAMBLE_BITS_MAX && next < end; shift += 7) {
        uint8_t byte = *next++;
        *ret_size |= (size_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return next;
    }
    return NULL;
}

/* A number of `size` bytes, the lowest first. Returns the position behind it, or NULL. */
static inline const uint8_t *number_read(const uint8_t *next, const uint8_t *end, size_t size,
                                         size_t *ret_number)
{
    if ((size_t)(end - next) < size)
        return NULL;
    size_t number = 0;
    for (size_t i = 0; i < size; i++)
        number |= (size_t)next[i] << 8 * i;
    *ret_number = number;
    return next + size;
}

/* What a copy whose source reaches into its target repeats is the bytes between the two. */
static inline void copy(uint8_t *out, size_t offset, size_t length)
{
    const uint8_t *from = out - offset;
    const uint8_t *end = out + length;
    if (offset >= STEP)
        for (; out < end; out += STEP, from += STEP)
            memcpy(out, from, STEP);
    else if (offset >= SHORT_STEP)
        for (; out < end; out += SHORT_STEP, from += SHORT_STEP)
            memcpy(out, from, SHORT_STEP);
    else
        while (out < end)
            *out++ = *from++;
}

/* The length and the offset of the copy that a tag begins. */
static inline const uint8_t *copy_read(const uint8_t *next, const uint8_t *end, size_t tag,
                                       size_t *ret_length, size_t *ret_offset)
{
    if ((tag & 3) == COPY_NEAR) {
        if (next == end)
            return NULL;
        *ret_length = 4 + (tag >> 2 & 7);
        *ret_offset = (tag >> 5) << 8 | *next;
        return next + 1;
    }
    *ret_length = 1 + (tag >> 2);
    return number_read(next, end, (tag & 3) == COPY_FAR ? 2 : 4, ret_offset);
}

bool snappy_decompress(const uint8_t *source, size_t source_size, uint8_t *target,
                       size_t target_size)
{
    const uint8_t *end = source + source_size;
    uint8_t *out = target;
    const uint8_t *out_end = target + target_size;
    size_t length;
    const uint8_t *next = preamble_read(source, end, &length);
    if (next == NULL || length != target_size)
        return false;
    while (next < end) {
        size_t tag = *next++;
        if ((tag & 3) == LITERAL) {
            length = 1 + (tag >> 2);
            if (length > LITERAL_IN_TAG_MAX) {
                next = number_read(next, end, length - LITERAL_IN_TAG_MAX, &length);
                length++;
            }
            if (next == NULL || length > (size_t)(end - next) || length > (size_t)(out_end - out))
                return false;
            if (length <= STEP && end - next >= STEP)
                memcpy(out, next, STEP);
            else
                memcpy(out, next, length);
            next += length;
        } else {
            size_t offset;
            next = copy_read(next, end, tag, &length, &offset);
            if (next == NULL || offset == 0 || offset > (size_t)(out - target) ||
                length > (size_t)(out_end - out))
                return false;
            copy(out, offset, length);
        }
        out += length;
    }
    return out == out_end;
}
