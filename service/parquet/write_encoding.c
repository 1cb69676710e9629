#include "service/parquet/write_encoding.h"

#include "service/base/memory.h"
#include "service/parquet/write_thrift.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum {
    RUN_SIZE = 32, /* steps of one width */
    BLOCK_RUNS = 4,
    BLOCK_SIZE = RUN_SIZE * BLOCK_RUNS,
    PACKED_GROUP = 8 /* the hybrid encoding packs by eight */
};

void plain_encode(const uint64_t *words, size_t count, struct text *target)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t word = htole64(words[i]);
        text_append_bytes(target, &word, sizeof word);
    }
}

void split_encode(const uint64_t *words, size_t count, struct text *target)
{
    char *streams = text_room(target, count * sizeof *words);
    for (int shift = 0; shift < 64; shift += 8)
        for (size_t i = 0; i < count; i++)
            *streams++ = (char)(words[i] >> shift);
    text_take(target, streams);
}

static unsigned width_of(uint64_t value)
{
    return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

/* The lowest `width` bits of every word, one behind the other, filled up with zeros to whole
 * groups. The higher ones are zero. */
static void pack(const uint64_t *words, size_t count, unsigned width, size_t group,
                 struct text *target)
{
    size_t size = (count + group - 1) / group * group * width / 8;
    char *bytes = text_room(target, size);
    char *end = bytes + size;
    unsigned __int128 pending = 0;
    unsigned pending_width = 0;
    for (size_t i = 0; i < count; i++) {
        pending |= (unsigned __int128)words[i] << pending_width;
        pending_width += width;
        if (pending_width < 64)
            continue;
        uint64_t low = htole64((uint64_t)pending);
        memcpy(bytes, &low, sizeof low);
        bytes += sizeof low;
        pending >>= 64;
        pending_width -= 64;
    }
    for (; bytes < end; pending >>= 8)
        *bytes++ = (char)pending;
    text_take(target, end);
}

/* Steps wrap around as the reader's sums do, so any two integers have one. */
static void delta_encode_block(uint64_t *steps, size_t count, struct text *target)
{
    int64_t smallest = (int64_t)steps[0];
    for (size_t i = 1; i < count; i++)
        smallest = (int64_t)steps[i] < smallest ? (int64_t)steps[i] : smallest;
    uint64_t used_bits[BLOCK_RUNS] = { 0 };
    for (size_t i = 0; i < count; i++) {
        steps[i] -= (uint64_t)smallest;
        used_bits[i / RUN_SIZE] |= steps[i];
    }
    varint_append_signed(target, smallest);
    for (size_t run = 0; run < BLOCK_RUNS; run++)
        text_append_character(target, (char)width_of(used_bits[run]));
    for (size_t begin = 0; begin < count; begin += RUN_SIZE) {
        size_t size = count - begin < RUN_SIZE ? count - begin : RUN_SIZE;
        pack(steps + begin, size, width_of(used_bits[begin / RUN_SIZE]), RUN_SIZE, target);
    }
}

void delta_encode(const uint64_t *words, size_t count, struct text *target)
{
    varint_append(target, BLOCK_SIZE);
    varint_append(target, BLOCK_RUNS);
    varint_append(target, count);
    varint_append_signed(target, count > 0 ? (int64_t)words[0] : 0);
    uint64_t steps[BLOCK_SIZE];
    size_t filled = 0;
    for (size_t i = 1; i < count; i++) {
        steps[filled++] = words[i] - words[i - 1];
        if (filled == BLOCK_SIZE || i + 1 == count) {
            delta_encode_block(steps, filled, target);
            filled = 0;
        }
    }
}

struct entry {
    uint64_t word;
    size_t number;
};

/* Sorts by the words, byte by byte from the lowest, skipping bytes that are the same everywhere.
 * Takes two arrays of which it returns the one that holds the result. */
static struct entry *sort(struct entry *entries, struct entry *spare, size_t count)
{
    for (int shift = 0; shift < 64; shift += 8) {
        size_t ends[256] = { 0 };
        for (size_t i = 0; i < count; i++)
            ends[entries[i].word >> shift & 0xff]++;
        if (count == 0 || ends[entries[0].word >> shift & 0xff] == count)
            continue;
        for (size_t byte = 1; byte < 256; byte++)
            ends[byte] += ends[byte - 1];
        for (size_t i = count; i-- > 0;)
            spare[--ends[entries[i].word >> shift & 0xff]] = entries[i];
        struct entry *sorted = spare;
        spare = entries;
        entries = sorted;
    }
    return entries;
}

/* Numbers the words in the order in which they first come. A table, at least half of it free, has
 * each one's number plus one at the place that is its hash, or behind that. Ends early when
 * there are too many. */
static bool number_words(struct dictionary *dictionary, const uint64_t *words, size_t count_max)
{
    unsigned bits = width_of(2 * dictionary->rows);
    size_t last = ((size_t)1 << bits) - 1;
    uint32_t *table = memory_new(last + 1, sizeof *table);
    for (size_t i = 0; i < dictionary->rows && dictionary->count <= count_max; i++) {
        size_t place = words[i] * UINT64_C(0x9e3779b97f4a7c15) >> (64 - bits);
        while (table[place] != 0 && dictionary->words[table[place] - 1] != words[i])
            place = (place + 1) & last;
        if (table[place] == 0) {
            dictionary->words[dictionary->count++] = words[i];
            table[place] = (uint32_t)dictionary->count;
        }
        dictionary->indices[i] = table[place] - 1;
    }
    free(table);
    return dictionary->count <= count_max;
}

/* Brings the words in order, by which they are numbered anew. */
static void sort_words(struct dictionary *dictionary)
{
    size_t count = dictionary->count;
    struct entry *entries = memory_new(count, sizeof *entries);
    struct entry *spare = memory_new(count, sizeof *spare);
    uint64_t *numbers = memory_new(count, sizeof *numbers);
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct entry) { dictionary->words[i], i };
    const struct entry *sorted = sort(entries, spare, count);
    for (size_t i = 0; i < count; i++) {
        dictionary->words[i] = sorted[i].word;
        numbers[sorted[i].number] = i;
    }
    for (size_t i = 0; i < dictionary->rows; i++)
        dictionary->indices[i] = numbers[dictionary->indices[i]];
    free(entries);
    free(spare);
    free(numbers);
}

bool dictionary_init(struct dictionary *dictionary, const uint64_t *words, size_t rows,
                     size_t count_max)
{
    assert(rows < UINT32_MAX);
    *dictionary = (struct dictionary) {
        .words = memory_new(rows, sizeof *dictionary->words),
        .indices = memory_new(rows, sizeof *dictionary->indices),
        .rows = rows,
    };
    if (!number_words(dictionary, words, count_max)) {
        dictionary_release(dictionary);
        return false;
    }
    sort_words(dictionary);
    return true;
}

void dictionary_release(struct dictionary *dictionary)
{
    free(dictionary->words);
    free(dictionary->indices);
    *dictionary = (struct dictionary) { 0 };
}

/* One run of the hybrid of run lengths and packed bits, packed: the lowest bit of its head says so,
 * the others count its groups of eight. */
static void packed_run_encode(const uint64_t *words, size_t count, unsigned width,
                              struct text *target)
{
    varint_append(target, (count + PACKED_GROUP - 1) / PACKED_GROUP << 1 | 1);
    pack(words, count, width, PACKED_GROUP, target);
}

/* Not every reader takes indices of no bits. */
void indices_encode(const struct dictionary *dictionary, struct text *target)
{
    unsigned width = dictionary->count > 1 ? width_of(dictionary->count - 1) : 1;
    text_append_character(target, (char)width);
    packed_run_encode(dictionary->indices, dictionary->rows, width, target);
}

/* A run of one level, as where no value is missing, is read without a look at every row. */
static void levels_run_encode(const bool *present, size_t rows, size_t present_count,
                              struct text *target)
{
    if (present_count == 0 || present_count == rows) {
        varint_append(target, rows << 1);
        text_append_character(target, present_count > 0);
        return;
    }
    uint64_t *levels = memory_new(rows, sizeof *levels);
    for (size_t i = 0; i < rows; i++)
        levels[i] = present[i];
    packed_run_encode(levels, rows, 1, target);
    free(levels);
}

void levels_encode(const bool *present, size_t rows, size_t present_count, struct text *target)
{
    struct text run = { 0 };
    levels_run_encode(present, rows, present_count, &run);
    uint32_t size = htole32((uint32_t)run.size);
    text_append_bytes(target, &size, sizeof size);
    text_append_bytes(target, run.bytes, run.size);
    text_release(&run);
}
