/* Parquet files made by hand, byte by byte where it matters: six plain columns of bars, of which
 * one, close, is as a test wants it, and a column of texts if it wants one. */
#ifndef PLAYBOOK_TESTS_SUPPORT_PARQUET_MADE_H
#define PLAYBOOK_TESTS_SUPPORT_PARQUET_MADE_H

#include "service/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MADE_START_US INT64_C(1709908200000000) /* 2024-03-08T14:30:00Z, a bar a minute */
#define MADE_STEP_US INT64_C(60000000)

enum { MADE_COLUMNS = 6, MADE_CLOSE = 4, MADE_SYMBOL = 6 };

/* What a column says in a row: a stamp, or a double's bits. */
uint64_t made_word(size_t column, size_t row);

/* Kinds of pages, by the format's numbers. */
enum { MADE_DATA = 0, MADE_INDEX = 1, MADE_DICTIONARY = 2, MADE_DATA_V2 = 3 };

struct made_page {
    int kind;
    int encoding;
    int64_t value_count;
    const void *bytes; /* as stored */
    size_t size;
    int64_t plain_size;    /* 0: the same */
    int64_t stored_size;   /* as the header says; 0: as it is */
    int levels_encoding;   /* 0: RLE */
    int64_t levels_size;   /* of a page v2: so many of the bytes are levels */
    int64_t repeated_size; /* and so many before them */
    bool is_stored_plain;  /* a page v2 that is not compressed */
    const int32_t *checksum;
};

void made_page_append(struct text *target, const struct made_page *page);

/* Zeroed but for `rows`, a file like any other. */
struct made_file {
    size_t rows;
    const struct text *pages;        /* of close; NULL: one plain page */
    const struct text *symbol_pages; /* of a column symbol behind the others; NULL: there is none */
    int close_type;                  /* 0: DOUBLE */
    int close_codec;
    bool is_close_optional;
    bool is_close_encrypted;
    bool is_close_elsewhere;
    bool has_close_no_place;
    int64_t close_offset;   /* 0: as it is */
    int64_t close_size;     /* 0: as it is */
    int64_t value_count;    /* of close; 0: rows */
    int64_t file_rows;      /* 0: rows, -1: none */
    int64_t group_rows;     /* 0: rows, -1: none */
    size_t groups;          /* that are all the same; 0: one */
    bool lacks_last_column; /* in the row group */
    bool is_encrypted;
};

void made_file_append(const struct made_file *file, struct text *target);

#endif
