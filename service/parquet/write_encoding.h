/* Values as the bytes of a page: Parquet's encodings, those that are written. Values are 64-bit
 * words, the bits of a double or an integer. Source: Encodings.md of parquet-format. */
#ifndef PLAYBOOK_PARQUET_WRITE_ENCODING_H
#define PLAYBOOK_PARQUET_WRITE_ENCODING_H

#include "service/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* PLAIN: eight bytes each, the lowest first. */
void plain_encode(const uint64_t *words, size_t count, struct text *target);

/* BYTE_STREAM_SPLIT: the lowest byte of every word, then the next of every word, and so on. */
void split_encode(const uint64_t *words, size_t count, struct text *target);

/* DELTA_BINARY_PACKED, of integers: steps, less the smallest of their block, in as few bits as a
 * run of them needs. Evenly spaced stamps take next to nothing. */
void delta_encode(const uint64_t *words, size_t count, struct text *target);

/* The words that occur, each once, ascending by their bits; and for every row which one it is.
 * False, and nothing to release: they are more than count_max. */
struct dictionary {
    uint64_t *words;
    size_t count;
    uint64_t *indices;
    size_t rows;
};
bool dictionary_init(struct dictionary *dictionary, const uint64_t *words, size_t rows,
                     size_t count_max);
void dictionary_release(struct dictionary *dictionary);

/* RLE_DICTIONARY: the indices alone, each in as many bits as the largest needs. */
void indices_encode(const struct dictionary *dictionary, struct text *target);

/* Which rows have a value: the definition levels of an optional column, in data page v1's form. */
void levels_encode(const bool *present, size_t rows, size_t present_count, struct text *target);

#endif
