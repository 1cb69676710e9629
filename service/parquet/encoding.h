/* Parquet's ways to write numbers, decoded: piece by piece, so that a few bytes that stand for many
 * numbers need room for a piece only. Numbers become 64-bit words.
 *
 * Bits are read eight bytes at a time: up to ENCODING_SLACK bytes behind the end must be readable,
 * and are not used. Source: Encodings.md of parquet-format 2.12. */
#ifndef PLAYBOOK_PARQUET_ENCODING_H
#define PLAYBOOK_PARQUET_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ENCODING_SLACK = 8 };

/* Runs of one number and runs of numbers in few bits, in any mixture: the levels that say where
 * nulls are, and the indices into a dictionary. */
struct hybrid {
    const uint8_t *next; /* the run after this one */
    const uint8_t *end;
    unsigned width;      /* bits of a number */
    size_t run_left;     /* numbers to come in this run */
    uint64_t word;       /* of a run of one number */
    const uint8_t *bits; /* of the other kind of run, else NULL */
    size_t bit;          /* where in them the next number begins */
};

/* False when there are no numbers of that width. */
bool hybrid_begin(struct hybrid *hybrid, const uint8_t *bytes, const uint8_t *end, unsigned width);

/* False when fewer are there. */
bool hybrid_read(struct hybrid *hybrid, uint64_t *words, size_t count);

/* Whether the next `count` numbers are one run of `word`. */
bool hybrid_repeats(struct hybrid *hybrid, uint64_t word, size_t count);

/* DELTA_BINARY_PACKED: the first number, then the steps from each to the next. They come in blocks,
 * which name the smallest step, and are written less that one in runs, each with its own width. */
struct delta {
    const uint8_t *next;
    const uint8_t *end;
    uint64_t word;         /* the last number read; at the start the first one to read */
    bool is_first;         /* nothing was read yet */
    size_t left;           /* numbers to come */
    size_t run_size;       /* steps of a run */
    size_t block_runs;     /* runs of a block */
    const uint8_t *widths; /* of the block's runs to come */
    size_t runs_left;      /* of the block */
    uint64_t smallest;     /* step of the block */
    size_t run_left;       /* steps of the run */
    unsigned width;        /* bits of a step */
    size_t bit;            /* where in `bits` the next step begins */
    const uint8_t *bits;
};

bool delta_begin(struct delta *delta, const uint8_t *bytes, const uint8_t *end);
bool delta_read(struct delta *delta, uint64_t *words, size_t count);

/* BYTE_STREAM_SPLIT: all first bytes, then all second bytes, and so on. Reads `count` words of
 * eight or four bytes; `bytes` is the first byte of the first one, its next is `stride` further. */
void split_read_eight(const uint8_t *bytes, size_t stride, uint64_t *words, size_t count);
void split_read_four(const uint8_t *bytes, size_t stride, uint64_t *words, size_t count);

#endif
