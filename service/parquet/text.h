/* The values of a column of texts: BYTE_ARRAY, plain or by dictionary. Made for columns that say
 * the same in long runs of rows, such as the symbol of a file of bars. */
#ifndef PLAYBOOK_PARQUET_TEXT_H
#define PLAYBOOK_PARQUET_TEXT_H

#include "service/base/error.h"
#include "service/parquet/page.h"

#include <stdbool.h>
#include <stddef.h>

/* What is told of the texts: each one that is not the same as the one above it, with its row,
 * counted from 0. A null is the empty text. Returning false, with the error filled, ends the
 * reading. */
struct parquet_text_taker {
    bool (*take)(void *context, size_t row, const char *text, size_t size, struct error *error);
    void *context;
};

struct parquet_texts {
    struct parquet_pages pages;
    struct parquet_text_taker taker;
    size_t row; /* of the text to come */
    /* Of the chunk being read: its dictionary's bytes, and the texts in them. Owned. */
    char *bytes;
    struct parquet_text *entries;
    size_t entry_count;
};

/* The column's type is BYTE_ARRAY, and `row` is the first that will be read. Footer, column and
 * codecs are borrowed. */
void parquet_texts_init(struct parquet_texts *texts, const struct parquet_footer *footer,
                        const struct parquet_column *column, struct parquet_codecs *codecs,
                        size_t row, struct parquet_text_taker taker);
void parquet_texts_release(struct parquet_texts *texts);

/* Reads `count` values of a chunk that lie behind its first `skip`. */
bool parquet_texts_read(struct parquet_texts *texts, const struct parquet_chunk *chunk, size_t skip,
                        size_t count, struct error *error);

#endif
