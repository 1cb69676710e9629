#include "service/parquet/footer.h"

#include <assert.h>
#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC_SIZE = 4, LENGTH_SIZE = 4, COLUMN_PROBLEM_SIZE = 512 };

static const char *const codec_names[] = {
    "UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW",
};

/* A column's chunk as the footer tells of it. */
struct location {
    int64_t type, codec, value_count, size;
    int64_t data_offset, dictionary_offset; /* of the first page of each kind; -1: none */
    bool is_there, is_encrypted, is_elsewhere;
};

static bool has_magic(const uint8_t *bytes, const char *magic)
{
    return memcmp(bytes, magic, MAGIC_SIZE) == 0;
}

bool parquet_is(const uint8_t *bytes, size_t size)
{
    return size >= MAGIC_SIZE && (has_magic(bytes, "PAR1") || has_magic(bytes, "PARE"));
}

bool parquet_column_error(const struct parquet_footer *footer, const struct parquet_column *column,
                          struct error *error, const char *format, ...)
{
    char problem[COLUMN_PROBLEM_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem, sizeof problem, format, arguments);
    va_end(arguments);
    return error_set(error, ERROR_DATA, "%s: column %.*s: %s", footer->file_name,
                     (int)column->name_size, column->name, problem);
}

static bool footer_error(const struct parquet_footer *footer, struct error *error, const char *what)
{
    return error_set(error, ERROR_DATA, "%s: the footer %s", footer->file_name, what);
}

/* Finds the footer's bytes. */
static bool locate(const char *file_name, const uint8_t *bytes, size_t size,
                   struct thrift_reader *ret_reader, struct error *error)
{
    const size_t around = MAGIC_SIZE + LENGTH_SIZE + MAGIC_SIZE;
    const uint8_t *tail = size >= around ? bytes + size - MAGIC_SIZE : NULL;
    if (tail != NULL && (has_magic(bytes, "PARE") || has_magic(tail, "PARE")))
        return error_set(error, ERROR_DATA, "%s: the file is encrypted, which is not read",
                         file_name);
    if (tail == NULL || !has_magic(bytes, "PAR1") || !has_magic(tail, "PAR1"))
        return error_set(error, ERROR_DATA,
                         "%s: the file does not begin and end with PAR1, as Parquet does (was it "
                         "cut short?)",
                         file_name);
    uint32_t length;
    memcpy(&length, tail - LENGTH_SIZE, sizeof length);
    length = le32toh(length);
    if (length > size - around)
        return error_set(error, ERROR_DATA,
                         "%s: the footer's length is %u, more than the file's %zu bytes have room "
                         "for",
                         file_name, length, size);
    const uint8_t *end = tail - LENGTH_SIZE;
    *ret_reader = (struct thrift_reader) { .next = end - length, .end = end };
    return true;
}

/* The elements of a list are only passed over: where they are is kept. */
static size_t structs_find(struct thrift_reader *reader, enum thrift_type type,
                           struct thrift_reader *ret_structs)
{
    size_t count = thrift_read_list(reader, type, THRIFT_STRUCT);
    *ret_structs = *reader;
    for (size_t i = 0; i < count && !reader->failed; i++)
        thrift_skip(reader, THRIFT_STRUCT);
    return count;
}

/* False when the file is encrypted. */
static bool metadata_read(struct thrift_reader *reader, struct parquet_footer *footer)
{
    bool is_encrypted = false;
    int64_t row_count = -1;
    struct thrift_field field = { 0 };
    while (thrift_read_field(reader, &field)) {
        if (field.id == 2 && footer->schema.column_count == 0)
            parquet_schema_read(reader, field.type, &footer->schema);
        else if (field.id == 3)
            row_count = thrift_read_integer(reader, field.type);
        else if (field.id == 4)
            footer->row_group_count = structs_find(reader, field.type, &footer->row_groups);
        else if (field.id == 5)
            footer->pair_count = structs_find(reader, field.type, &footer->pairs);
        else
            thrift_skip(reader, field.type);
        is_encrypted |= field.id == 8;
    }
    if (row_count < 0 || (row_count > 0 && footer->row_group_count == 0))
        reader->failed = true;
    footer->row_count = footer->rows_left = (size_t)row_count;
    return !is_encrypted;
}

bool parquet_footer_read(const char *file_name, const uint8_t *bytes, size_t size,
                         struct parquet_footer *ret_footer, struct error *error)
{
    struct parquet_footer footer = { .file_name = file_name, .bytes = bytes };
    struct thrift_reader reader;
    if (!locate(file_name, bytes, size, &reader, error))
        return false;
    footer.size = footer.bytes_left = (size_t)(reader.next - bytes);
    bool is_plain = metadata_read(&reader, &footer);
    if (reader.failed)
        footer_error(&footer, error, "is damaged");
    else if (!is_plain)
        footer_error(&footer, error, "says that the file is encrypted, which is not read");
    else if (footer.schema.column_count > PARQUET_COLUMNS_MAX)
        error_set(error, ERROR_LIMIT, "%s: the file has more than %d columns", file_name,
                  PARQUET_COLUMNS_MAX);
    else {
        *ret_footer = footer;
        return true;
    }
    parquet_footer_release(&footer);
    return false;
}

/* A key without a value is as good as none. */
static const uint8_t *pair_read(struct thrift_reader *reader, const char *key, size_t *ret_size)
{
    struct thrift_field field = { 0 };
    const uint8_t *name = NULL, *value = NULL;
    size_t name_size = 0;
    while (thrift_read_field(reader, &field)) {
        if (field.id == 1)
            name = thrift_read_bytes(reader, field.type, &name_size);
        else if (field.id == 2)
            value = thrift_read_bytes(reader, field.type, ret_size);
        else
            thrift_skip(reader, field.type);
    }
    bool is_it = name != NULL && name_size == strlen(key) && memcmp(name, key, name_size) == 0;
    return is_it && !reader->failed ? value : NULL;
}

const uint8_t *parquet_footer_find(const struct parquet_footer *footer, const char *key,
                                   size_t *ret_size)
{
    struct thrift_reader reader = footer->pairs;
    const uint8_t *value = NULL;
    for (size_t i = 0; i < footer->pair_count && value == NULL && !reader.failed; i++) {
        size_t size = 0;
        value = pair_read(&reader, key, &size);
        if (value != NULL)
            *ret_size = size;
    }
    return value;
}

void parquet_footer_release(struct parquet_footer *footer)
{
    free(footer->schema.columns);
    *footer = (struct parquet_footer) { 0 };
}

static void column_metadata_read(struct thrift_reader *reader, enum thrift_type type,
                                 struct location *location)
{
    struct thrift_field field = { 0 };
    if (!thrift_read_struct(reader, type))
        return;
    location->is_there = true;
    while (thrift_read_field(reader, &field)) {
        if (field.id == 1)
            location->type = thrift_read_integer(reader, field.type);
        else if (field.id == 4)
            location->codec = thrift_read_integer(reader, field.type);
        else if (field.id == 5)
            location->value_count = thrift_read_integer(reader, field.type);
        else if (field.id == 7)
            location->size = thrift_read_integer(reader, field.type);
        else if (field.id == 9)
            location->data_offset = thrift_read_integer(reader, field.type);
        else if (field.id == 11)
            location->dictionary_offset = thrift_read_integer(reader, field.type);
        else
            thrift_skip(reader, field.type);
    }
}

static struct location location_read(struct thrift_reader *reader)
{
    struct location location = {
        .type = -1, .codec = -1, .value_count = -1, .data_offset = -1, .dictionary_offset = -1
    };
    struct thrift_field field = { 0 };
    while (thrift_read_field(reader, &field)) {
        if (field.id == 3)
            column_metadata_read(reader, field.type, &location);
        else
            thrift_skip(reader, field.type);
        location.is_elsewhere |= field.id == 1;
        location.is_encrypted |= field.id == 8;
    }
    return location;
}

static bool is_codec_read(int64_t codec)
{
    return codec == CODEC_UNCOMPRESSED || codec == CODEC_SNAPPY || codec == CODEC_GZIP ||
           codec == CODEC_ZSTD;
}

static bool features_check(const struct parquet_footer *footer, const struct parquet_column *column,
                           const struct location *location, struct error *error)
{
    const int64_t name_count = sizeof codec_names / sizeof *codec_names;
    if (location->is_encrypted)
        return parquet_column_error(footer, column, error, "encryption is not read");
    if (location->is_elsewhere)
        return parquet_column_error(footer, column, error, "values in another file are not read");
    if (!location->is_there)
        return parquet_column_error(footer, column, error,
                                    "row group %zu does not say where its values are",
                                    footer->row_group);
    if (is_codec_read(location->codec))
        return true;
    if (location->codec < 0 || location->codec >= name_count)
        return parquet_column_error(footer, column, error, "compression %lld is not known",
                                    (long long)location->codec);
    return parquet_column_error(footer, column, error, "compression %s is not read",
                                codec_names[location->codec]);
}

/* The dictionary, where there is one, comes first. */
static bool chunk_find(struct parquet_footer *footer, const struct parquet_column *column,
                       const struct location *location, struct parquet_chunk *ret_chunk,
                       struct error *error)
{
    int64_t begin = location->data_offset;
    if (location->dictionary_offset > 0 && location->dictionary_offset < begin)
        begin = location->dictionary_offset;
    if (begin < MAGIC_SIZE || location->size < 0 || (size_t)begin > footer->size ||
        (size_t)location->size > footer->size - (size_t)begin)
        return parquet_column_error(footer, column, error,
                                    "the values of row group %zu lie outside the file",
                                    footer->row_group);
    if ((size_t)location->size > footer->bytes_left)
        return parquet_column_error(footer, column, error,
                                    "the values of row group %zu lie where others do",
                                    footer->row_group);
    footer->bytes_left -= (size_t)location->size;
    ret_chunk->begin = footer->bytes + begin;
    ret_chunk->end = ret_chunk->begin + location->size;
    ret_chunk->codec = (enum parquet_codec)location->codec;
    ret_chunk->value_count = (size_t)location->value_count;
    return true;
}

static bool location_check(const struct parquet_footer *footer, const struct parquet_column *column,
                           const struct location *location, size_t rows, struct error *error)
{
    if (!features_check(footer, column, location, error))
        return false;
    if (location->type != (int64_t)column->type)
        return parquet_column_error(footer, column, error,
                                    "row group %zu is not of the column's type %s",
                                    footer->row_group, parquet_type_name(column->type));
    if (location->value_count < 0 || (size_t)location->value_count != rows)
        return parquet_column_error(footer, column, error,
                                    "row group %zu has %zu rows, and this column %lld values",
                                    footer->row_group, rows, (long long)location->value_count);
    return true;
}

/* The rows of a row group, and where its chunks begin. */
static int64_t row_group_read(struct parquet_footer *footer, struct thrift_reader *ret_chunks,
                              size_t *ret_chunk_count)
{
    struct thrift_reader *reader = &footer->row_groups;
    struct thrift_field field = { 0 };
    int64_t rows = -1;
    *ret_chunk_count = 0;
    while (thrift_read_field(reader, &field)) {
        if (field.id == 1)
            *ret_chunk_count = structs_find(reader, field.type, ret_chunks);
        else if (field.id == 3)
            rows = thrift_read_integer(reader, field.type);
        else
            thrift_skip(reader, field.type);
    }
    return reader->failed ? -1 : rows;
}

static bool rows_check(struct parquet_footer *footer, int64_t rows, struct error *error)
{
    if (rows < 0)
        return footer_error(footer, error, "is damaged: a row group has no count of rows");
    bool is_last = footer->row_group == footer->row_group_count;
    if ((size_t)rows > footer->rows_left || (is_last && (size_t)rows < footer->rows_left))
        return footer_error(footer, error,
                            "is damaged: its row groups have more or fewer rows than the file");
    footer->rows_left -= (size_t)rows;
    return true;
}

bool parquet_footer_next(struct parquet_footer *footer, const struct parquet_column *const *columns,
                         size_t count, struct parquet_chunk *ret_chunks, size_t *ret_rows,
                         struct error *error)
{
    assert(footer->row_group < footer->row_group_count);
    footer->row_group++;
    struct thrift_reader reader = { 0 };
    size_t chunk_count;
    int64_t rows = row_group_read(footer, &reader, &chunk_count);
    if (!rows_check(footer, rows, error))
        return false;
    if (chunk_count != footer->schema.leaf_count)
        return footer_error(footer, error, "is damaged: a row group lacks a column");
    *ret_rows = (size_t)rows;
    for (size_t leaf = 0; leaf < chunk_count && rows > 0; leaf++) {
        size_t i = 0;
        while (i < count && (columns[i] == NULL || columns[i]->leaf != leaf))
            i++;
        if (i == count) {
            thrift_skip(&reader, THRIFT_STRUCT);
            continue;
        }
        struct location location = location_read(&reader);
        if (reader.failed)
            return footer_error(footer, error, "is damaged: the place of a column is not there");
        if (!location_check(footer, columns[i], &location, (size_t)rows, error) ||
            !chunk_find(footer, columns[i], &location, &ret_chunks[i], error))
            return false;
    }
    return true;
}
