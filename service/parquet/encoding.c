#include "service/parquet/encoding.h"

#include "service/parquet/thrift.h"

#include <endian.h>
#include <string.h>

/* Of eight bytes loaded at a number's first one, so many bits are surely its own and later ones. */
enum { LOAD_BITS = 57 };

enum { WIDTH_MAX = 64, INDEX_WIDTH_MAX = 32 };

#define RUN_SIZE_MAX UINT64_C(0x7fffffff)
#define BLOCK_SIZE_MAX (UINT64_C(1) << 20)

static uint64_t load(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

/* Takes `at_once` numbers out of every eight bytes. Returns how many it read: a multiple. */
static inline __attribute__((always_inline)) size_t unpack_at_once(const uint8_t *bits, size_t bit,
                                                                   unsigned width, uint64_t *words,
                                                                   size_t count,
                                                                   const size_t at_once)
{
    const uint64_t mask = UINT64_MAX >> (WIDTH_MAX - width);
    size_t i = 0;
    for (; i + at_once <= count; i += at_once, bit += at_once * width) {
        uint64_t word = load(bits + bit / 8) >> bit % 8;
#pragma GCC unroll 8
        for (size_t k = 0; k < at_once; k++, word >>= width)
            words[i + k] = word & mask;
    }
    return i;
}

/* The widest numbers reach into a ninth byte. */
static uint64_t unpack_wide(const uint8_t *bits, size_t bit, unsigned width)
{
    unsigned shift = bit % 8;
    uint64_t word = load(bits + bit / 8) >> shift;
    if (shift + width > WIDTH_MAX)
        word |= (uint64_t)bits[bit / 8 + 8] << 1 << (WIDTH_MAX - 1 - shift);
    return word & UINT64_MAX >> (WIDTH_MAX - width);
}

/* Numbers of `width` bits, the lowest bit first. */
static void unpack(const uint8_t *bits, size_t bit, unsigned width, uint64_t *words, size_t count)
{
    size_t done = 0;
    if (width == 0) {
        memset(words, 0, count * sizeof *words);
        done = count;
    } else if (width <= LOAD_BITS / 8)
        done = unpack_at_once(bits, bit, width, words, count, 8);
    else if (width <= LOAD_BITS / 4)
        done = unpack_at_once(bits, bit, width, words, count, 4);
    else if (width <= LOAD_BITS / 2)
        done = unpack_at_once(bits, bit, width, words, count, 2);
    for (; done < count; done++)
        words[done] = unpack_wide(bits, bit + done * width, width);
}

bool hybrid_begin(struct hybrid *hybrid, const uint8_t *bytes, const uint8_t *end, unsigned width)
{
    *hybrid = (struct hybrid) { .next = bytes, .end = end, .width = width };
    return width <= INDEX_WIDTH_MAX;
}

/* The next run, of numbers in few bits. It may break off with the bytes, for some writers leave out
 * what is not used. */
static void bits_begin(struct hybrid *hybrid, struct thrift_reader *reader, size_t groups)
{
    size_t size_left = (size_t)(reader->end - reader->next);
    size_t size = groups * hybrid->width;
    hybrid->run_left = groups * 8;
    if (size > size_left) {
        size = size_left;
        hybrid->run_left = size * 8 / hybrid->width;
    }
    hybrid->bits = reader->next;
    hybrid->bit = 0;
    hybrid->next = reader->next + size;
}

/* The next run, of one number. */
static bool repeat_begin(struct hybrid *hybrid, struct thrift_reader *reader, size_t count)
{
    uint64_t word = 0;
    size_t size = (hybrid->width + 7) / 8;
    if (size > (size_t)(reader->end - reader->next))
        return false;
    memcpy(&word, reader->next, size);
    word = le64toh(word);
    if (word >> hybrid->width != 0)
        return false;
    hybrid->run_left = count;
    hybrid->word = word;
    hybrid->bits = NULL;
    hybrid->next = reader->next + size;
    return true;
}

static bool hybrid_next_run(struct hybrid *hybrid)
{
    struct thrift_reader reader = { .next = hybrid->next, .end = hybrid->end };
    uint64_t header = thrift_read_varint(&reader);
    uint64_t count = header >> 1;
    if (reader.failed || count > RUN_SIZE_MAX)
        return false;
    if ((header & 1) == 0)
        return repeat_begin(hybrid, &reader, count);
    bits_begin(hybrid, &reader, count);
    return true;
}

/* Makes sure that the run has numbers to come. */
static bool hybrid_fill(struct hybrid *hybrid)
{
    while (hybrid->run_left == 0)
        if (!hybrid_next_run(hybrid))
            return false;
    return true;
}

bool hybrid_read(struct hybrid *hybrid, uint64_t *words, size_t count)
{
    while (count > 0) {
        if (!hybrid_fill(hybrid))
            return false;
        size_t part = count < hybrid->run_left ? count : hybrid->run_left;
        if (hybrid->bits != NULL)
            unpack(hybrid->bits, hybrid->bit, hybrid->width, words, part);
        else
            for (size_t i = 0; i < part; i++)
                words[i] = hybrid->word;
        hybrid->bit += part * hybrid->width;
        hybrid->run_left -= part;
        words += part;
        count -= part;
    }
    return true;
}

bool hybrid_repeats(struct hybrid *hybrid, uint64_t word, size_t count)
{
    return hybrid_fill(hybrid) && hybrid->bits == NULL && hybrid->word == word &&
           hybrid->run_left >= count;
}

bool delta_begin(struct delta *delta, const uint8_t *bytes, const uint8_t *end)
{
    struct thrift_reader reader = { .next = bytes, .end = end };
    uint64_t block_size = thrift_read_varint(&reader);
    uint64_t block_runs = thrift_read_varint(&reader);
    uint64_t count = thrift_read_varint(&reader);
    int64_t first = thrift_read_signed(&reader);
    if (reader.failed || block_size == 0 || block_size > BLOCK_SIZE_MAX || block_runs == 0 ||
        block_size % block_runs != 0 || block_size / block_runs % 8 != 0)
        return false;
    *delta = (struct delta) {
        .next = reader.next,
        .end = end,
        .word = (uint64_t)first,
        .is_first = true,
        .left = count,
        .run_size = block_size / block_runs,
        .block_runs = block_runs,
    };
    return true;
}

static bool delta_next_block(struct delta *delta)
{
    struct thrift_reader reader = { .next = delta->next, .end = delta->end };
    delta->smallest = (uint64_t)thrift_read_signed(&reader);
    if (reader.failed || delta->block_runs > (size_t)(reader.end - reader.next))
        return false;
    delta->widths = reader.next;
    delta->runs_left = delta->block_runs;
    delta->next = reader.next + delta->block_runs;
    return true;
}

/* The last run, too, is filled up to its size, but nobody needs the bytes that are not used. */
static bool delta_next_run(struct delta *delta)
{
    if (delta->runs_left == 0 && !delta_next_block(delta))
        return false;
    delta->runs_left--;
    delta->width = *delta->widths++;
    delta->bits = delta->next;
    delta->bit = 0;
    size_t used = delta->left < delta->run_size ? delta->left : delta->run_size;
    size_t size_left = (size_t)(delta->end - delta->next);
    size_t size = delta->run_size * delta->width / 8;
    if (delta->width > WIDTH_MAX || (used * delta->width + 7) / 8 > size_left)
        return false;
    delta->run_left = delta->run_size;
    delta->next += size < size_left ? size : size_left;
    return true;
}

bool delta_read(struct delta *delta, uint64_t *words, size_t count)
{
    if (count > delta->left)
        return false;
    if (delta->is_first && count > 0) {
        *words++ = delta->word;
        count--;
        delta->left--;
        delta->is_first = false;
    }
    while (count > 0) {
        if (delta->run_left == 0 && !delta_next_run(delta))
            return false;
        size_t part = count < delta->run_left ? count : delta->run_left;
        unpack(delta->bits, delta->bit, delta->width, words, part);
        uint64_t word = delta->word;
        for (size_t i = 0; i < part; i++) {
            word += delta->smallest + words[i];
            words[i] = word;
        }
        delta->word = word;
        delta->bit += part * delta->width;
        delta->run_left -= part;
        delta->left -= part;
        words += part;
        count -= part;
    }
    return true;
}

/* Lets what lies across the diagonal of two rows change places. */
static inline void cross(uint64_t *upper, uint64_t *lower, unsigned shift, uint64_t mask)
{
    uint64_t swap = (*upper >> shift ^ *lower) & mask;
    *lower ^= swap;
    *upper ^= swap << shift;
}

/* Eight first bytes, eight second bytes and so on become eight words: single bytes cross over, then
 * pairs, then fours (Warren, Hacker's Delight, 7-3). */
static inline void transpose(uint64_t rows[static 8])
{
#pragma GCC unroll 4
    for (size_t i = 0; i < 8; i += 2)
        cross(&rows[i], &rows[i + 1], 8, 0x00ff00ff00ff00ff);
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++)
        cross(&rows[i + (i & 2)], &rows[i + (i & 2) + 2], 16, 0x0000ffff0000ffff);
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++)
        cross(&rows[i], &rows[i + 4], 32, 0x00000000ffffffff);
}

static inline __attribute__((always_inline)) void
split_read(const uint8_t *bytes, size_t stride, size_t width, uint64_t *words, size_t count)
{
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t *rows = words + i;
#pragma GCC unroll 8
        for (size_t k = 0; k < 8; k++)
            rows[k] = k < width ? load(bytes + k * stride + i) : 0;
        transpose(rows);
    }
    for (; i < count; i++) {
        words[i] = 0;
        for (size_t k = 0; k < width; k++)
            words[i] |= (uint64_t)bytes[k * stride + i] << 8 * k;
    }
}

void split_read_eight(const uint8_t *bytes, size_t stride, uint64_t *words, size_t count)
{
    split_read(bytes, stride, 8, words, count);
}

void split_read_four(const uint8_t *bytes, size_t stride, uint64_t *words, size_t count)
{
    split_read(bytes, stride, 4, words, count);
}
