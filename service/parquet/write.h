/* A Parquet file, written into a text: a magic word, the column chunks of one row group after the
 * other, the footer that says where they are. Source: parquet.thrift of parquet-format.
 *
 *     parquet_writer_begin(&writer, columns, column_count, &text);
 *     for every group of rows, for every column: parquet_writer_append(&writer, &values);
 *     parquet_writer_end(&writer, pairs, pair_count);
 */
#ifndef PLAYBOOK_PARQUET_WRITE_H
#define PLAYBOOK_PARQUET_WRITE_H

#include "service/parquet/write_chunk.h"

/* What a file says of itself beside its columns: key_value_metadata. */
struct parquet_pair {
    const char *key, *value;
};

struct parquet_writer {
    const struct written_column *columns; /* borrowed */
    size_t column_count;
    struct text *target;            /* borrowed */
    struct ZSTD_CCtx_s *compressor; /* owned */
    struct written_chunk *chunks;
    size_t chunk_count;
    size_t chunk_capacity;
};

/* The file is appended to what the target holds. A target that becomes full holds no valid file. */
void parquet_writer_begin(struct parquet_writer *writer, const struct written_column *columns,
                          size_t column_count, struct text *target);

/* The next column's values, in the order of the columns; after the last column another group
 * begins. The columns of a group have the same rows. */
void parquet_writer_append(struct parquet_writer *writer, const struct written_values *values);

/* Writes the footer with these pairs, if any, and releases the writer. */
void parquet_writer_end(struct parquet_writer *writer, const struct parquet_pair *pairs,
                        size_t pair_count);

#endif
