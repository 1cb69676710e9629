/* The values of a column of numbers, one after the other through all its chunks and pages, however
 * each page is encoded. They become 64-bit words: integers, or doubles by their bits. */
#ifndef PLAYBOOK_PARQUET_VALUES_H
#define PLAYBOOK_PARQUET_VALUES_H

#include "service/base/error.h"
#include "service/parquet/encoding.h"
#include "service/parquet/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a null becomes among integers; among doubles it is NaN. */
#define PARQUET_NULL_INTEGER INT64_MIN

struct parquet_values {
    struct parquet_pages pages;
    bool are_doubles; /* whatever the column's type is */
    /* Of the page being read. */
    struct parquet_page page;
    size_t page_left; /* values, with the nulls */
    bool has_nulls;
    struct hybrid levels;
    struct hybrid indices;
    struct delta delta;
    size_t position; /* of a page whose values lie at places of their own */
    /* Of the chunk being read. */
    size_t chunk_left; /* values to come behind those passed over */
    bool has_dictionary;
    uint64_t *dictionary; /* owned */
    size_t dictionary_size;
    size_t dictionary_capacity;
};

/* The column's type is INT32, INT64, FLOAT or DOUBLE; without are_doubles it is one of the first
 * two. Footer, column and codecs are borrowed. */
void parquet_values_init(struct parquet_values *values, const struct parquet_footer *footer,
                         const struct parquet_column *column, struct parquet_codecs *codecs,
                         bool are_doubles);
void parquet_values_release(struct parquet_values *values);

/* Turns to the next chunk, behind its first `skip` values; there are others. */
void parquet_values_begin(struct parquet_values *values, const struct parquet_chunk *chunk,
                          size_t skip);

/* The chunk's next `count` values; the caller has not asked for more than there are. */
bool parquet_values_read(struct parquet_values *values, uint64_t *words, size_t count,
                         struct error *error);

#endif
