/* A column chunk, what one column holds of one row group: its pages, compressed with zstd, and what
 * the footer says of them. Source: parquet.thrift and README.md of parquet-format.
 *
 * Integers are written as steps. Doubles are written as indices of a dictionary or split into
 * streams of bytes, whichever is smaller: of a million one-minute bars in cents, dictionaries take
 * 1.5 bytes for a price (streams 3.4, plain 1.7 but five times the time to decompress), and streams
 * 2.2 bytes for a volume (dictionaries 2.8, plain 3.0). Writing both would take twice the time: of
 * many values, of which more than nine tenths differ, no dictionary is made, and of the streams no
 * more than an eighth is compressed to be compared. Level 1 of zstd gives the sizes of level 3, and
 * files 5 % larger than those of level 9 in less than half the time. */
#ifndef PLAYBOOK_PARQUET_WRITE_CHUNK_H
#define PLAYBOOK_PARQUET_WRITE_CHUNK_H

#include "service/base/text.h"
#include "service/parquet/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ZSTD_CCtx_s;

struct written_column {
    const char *name;
    enum parquet_type type;       /* DOUBLE, INT64 or INT32 */
    enum parquet_meaning meaning; /* TIMESTAMP: of us, UTC; DATE; or NONE */
    bool is_optional;             /* some rows may have no value */
};

/* What a column says in the rows of a group; all borrowed. */
struct written_values {
    const uint64_t *words; /* the bits of the values that are there, one behind the other */
    size_t count;
    const bool *present; /* of every row, for an optional column; else NULL */
    size_t rows;
};

struct written_chunk {
    size_t size;                    /* of its pages with their headers */
    size_t raw_size;                /* the same, if nothing were compressed */
    size_t dictionary_size;         /* of the first page, when that is a dictionary; else 0 */
    enum parquet_encoding encoding; /* of the data page */
    size_t rows;
    size_t nulls;
    bool has_range; /* false without a value, and when one is NaN */
    uint64_t smallest, largest;
};

/* The encoding of levels, which are written in no other. */
enum { ENCODING_RLE = 3 };

/* The compressor, zstd's, is for all chunks: to get one takes as long as many a page. */
void parquet_write_chunk(const struct written_column *column, const struct written_values *values,
                         struct ZSTD_CCtx_s *compressor, struct text *target,
                         struct written_chunk *ret_chunk);

#endif
