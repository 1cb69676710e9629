/* What a Parquet file says of itself at its end: its columns, and where in the file their values
 * lie. A file is cut into row groups; in each, a column's values are one chunk.
 *
 * Only the columns asked for are judged: whatever else the file holds may be of any type, nested,
 * compressed or encrypted in any way. Source: parquet.thrift of parquet-format 2.12. */
#ifndef PLAYBOOK_PARQUET_FOOTER_H
#define PLAYBOOK_PARQUET_FOOTER_H

#include "service/base/error.h"
#include "service/parquet/schema.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers are the format's; the others are not read. */
enum parquet_codec {
    CODEC_UNCOMPRESSED = 0,
    CODEC_SNAPPY = 1,
    CODEC_GZIP = 2,
    CODEC_ZSTD = 6,
};

struct parquet_footer {
    const char *file_name; /* for errors; borrowed */
    const uint8_t *bytes;  /* the whole file's; borrowed */
    size_t size;           /* of what comes before the footer */
    struct parquet_schema schema;
    size_t row_count;
    size_t row_group_count;
    size_t row_group; /* the number of the one read last, from 1 */
    size_t pair_count;
    struct thrift_reader pairs;
    /* What is left to read of the row groups. */
    struct thrift_reader row_groups;
    size_t rows_left;
    size_t bytes_left;
};

/* The values of a column in one row group. */
struct parquet_chunk {
    const uint8_t *begin;
    const uint8_t *end;
    enum parquet_codec codec;
    size_t value_count; /* with the nulls */
};

/* Whether the bytes begin as a Parquet file does, an encrypted one too. */
bool parquet_is(const uint8_t *bytes, size_t size);

/* Kind data when the file is cut short or encrypted or its footer makes no sense, kind limit when
 * it has more than PARQUET_COLUMNS_MAX columns. Ended by parquet_footer_release. */
bool parquet_footer_read(const char *file_name, const uint8_t *bytes, size_t size,
                         struct parquet_footer *ret_footer, struct error *error);
void parquet_footer_release(struct parquet_footer *footer);

/* What the file says under a key beside its columns (key_value_metadata), the first time it does:
 * borrowed from the file's bytes. NULL: nothing. */
const uint8_t *parquet_footer_find(const struct parquet_footer *footer, const char *key,
                                   size_t *ret_size);

/* The chunks of `count` columns, NULL for none, in the next row group if it has rows; each chunk
 * says it has as many values. Ask as often as there are row groups. Their rows add up to those of
 * the file, and all chunks together are no larger than the file: a small one cannot name the same
 * bytes over and over. */
bool parquet_footer_next(struct parquet_footer *footer, const struct parquet_column *const *columns,
                         size_t count, struct parquet_chunk *ret_chunks, size_t *ret_rows,
                         struct error *error);

/* Fills the error, kind data: "QQQ.parquet: column close: ...". Always returns false. */
bool parquet_column_error(const struct parquet_footer *footer, const struct parquet_column *column,
                          struct error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
