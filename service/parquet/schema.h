/* The columns of a Parquet file, as its footer describes them: of which type their values are and
 * what they stand for. Source: parquet.thrift and LogicalTypes.md of parquet-format 2.12. */
#ifndef PLAYBOOK_PARQUET_SCHEMA_H
#define PLAYBOOK_PARQUET_SCHEMA_H

#include "service/parquet/thrift.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers are the format's. */
enum parquet_type {
    PARQUET_BOOLEAN,
    PARQUET_INT32,
    PARQUET_INT64,
    PARQUET_INT96,
    PARQUET_FLOAT,
    PARQUET_DOUBLE,
    PARQUET_BYTE_ARRAY,
    PARQUET_FIXED_LEN_BYTE_ARRAY,
    PARQUET_TYPE_COUNT
};

enum parquet_meaning {
    MEANING_NONE,    /* the values stand for themselves */
    MEANING_NOTHING, /* there are nulls only, and the type is arbitrary */
    MEANING_UNSIGNED,
    MEANING_DATE, /* days since 1970 */
    MEANING_TIMESTAMP,
    MEANING_OTHER,
};

struct parquet_column {
    const char *name; /* in the file's bytes, not NUL-terminated */
    size_t name_size;
    bool is_nested; /* a group or a list; then nothing below is known */
    enum parquet_type type;
    enum parquet_meaning meaning;
    const char *meaning_name; /* "DECIMAL", or NULL */
    int64_t units_per_second; /* of a timestamp */
    bool is_utc;              /* a timestamp is an instant, not a clock reading */
    bool is_optional;         /* may have nulls */
    size_t leaf;              /* which of a row group's chunks is its own */
};

struct parquet_schema {
    struct parquet_column *columns; /* owned; free() them */
    size_t column_count;
    size_t leaf_count; /* a nested column may have several, or none */
};

enum { PARQUET_COLUMNS_MAX = 4096 };

/* Of more columns than PARQUET_COLUMNS_MAX the count is right, and the first ones are there. What
 * makes no sense sets the reader's `failed`. The columns are to be freed in any case. */
void parquet_schema_read(struct thrift_reader *reader, enum thrift_type type,
                         struct parquet_schema *ret_schema);

const char *parquet_type_name(enum parquet_type type); /* "BYTE_ARRAY" */

/* "type INT64 DECIMAL", "a nested type"; for errors. */
enum { PARQUET_TYPE_TEXT_SIZE = 64 };
const char *parquet_column_type(const struct parquet_column *column,
                                char buffer[static PARQUET_TYPE_TEXT_SIZE]);

#endif
