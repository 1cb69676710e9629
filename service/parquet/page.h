/* The pages of a column: its chunks in one row group after another, each cut into pages with a
 * header. Of a page come its levels, which say where nulls are, and its values, both decompressed
 * and still encoded (parquet_encoding.h); behind both there is memory to read ENCODING_SLACK bytes
 * of. Source: parquet.thrift of parquet-format 2.12. */
#ifndef PLAYBOOK_PARQUET_PAGE_H
#define PLAYBOOK_PARQUET_PAGE_H

#include "service/base/error.h"
#include "service/parquet/codec.h"
#include "service/parquet/footer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARQUET_PAGE_SIZE_MAX ((size_t)256 << 20)

/* The numbers are the format's; the others are not read. */
enum parquet_encoding {
    ENCODING_PLAIN = 0,
    ENCODING_PLAIN_DICTIONARY = 2, /* the old name of RLE_DICTIONARY */
    ENCODING_DELTA_BINARY_PACKED = 5,
    ENCODING_RLE_DICTIONARY = 8,
    ENCODING_BYTE_STREAM_SPLIT = 9,
};

struct parquet_page {
    bool is_dictionary;
    enum parquet_encoding encoding;
    size_t value_count;    /* with the nulls */
    const uint8_t *levels; /* NULL: there are no nulls */
    const uint8_t *levels_end;
    const uint8_t *values;
    const uint8_t *values_end;
};

struct parquet_pages {
    const struct parquet_footer *footer; /* borrowed, as the others */
    const struct parquet_column *column;
    struct parquet_codecs *codecs;
    enum parquet_codec codec;
    size_t row_group;
    size_t number; /* of the page in its chunk, from 1 */
    size_t skip;   /* values to pass over; once a page has come, so many of its first ones */
    const uint8_t *next;
    const uint8_t *end;
    uint8_t *buffer; /* owned */
    size_t capacity;
};

/* Turns to a chunk, of which fewer than all values are to be passed over: pages without others are
 * not even decompressed. Zeroed but for what is borrowed, the pages are ready for the first. */
void parquet_pages_begin(struct parquet_pages *pages, const struct parquet_chunk *chunk,
                         size_t skip);
void parquet_pages_release(struct parquet_pages *pages);

/* The chunk's next dictionary or data page, of an encoding that is read; it is valid until the page
 * after it. That there is none any more is an error: the caller has counted. */
bool parquet_pages_next(struct parquet_pages *pages, struct parquet_page *ret_page,
                        struct error *error);

/* Fills the error: "QQQ.parquet: column close: page 3 of row group 1: ...". Returns false. */
bool parquet_page_error(const struct parquet_pages *pages, struct error *error, const char *what);

#endif
