#include "service/parquet/write.h"

#include "service/base/memory.h"
#include "service/parquet/write_thrift.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define MAGIC "PAR1"

/* The version of this writer, not of the program: the same bars are the same bytes after a
 * release that changes nothing here. The form is that which readers take apart to know a
 * writer's faults. */
#define CREATED_BY "playbook version 1.0.0"

enum { FILE_VERSION = 1, MAGIC_SIZE = 4 };

void parquet_writer_begin(struct parquet_writer *writer, const struct written_column *columns,
                          size_t column_count, struct text *target)
{
    *writer = (struct parquet_writer) {
        .columns = columns,
        .column_count = column_count,
        .target = target,
        .compressor = ZSTD_createCCtx(),
    };
    if (writer->compressor == NULL)
        abort(); /* out of memory */
    text_append(target, MAGIC);
}

void parquet_writer_append(struct parquet_writer *writer, const struct written_values *values)
{
    size_t column = writer->chunk_count % writer->column_count;
    writer->chunks = memory_grow(writer->chunks, writer->chunk_count, &writer->chunk_capacity,
                                 sizeof *writer->chunks);
    struct written_chunk *chunk = &writer->chunks[writer->chunk_count++];
    parquet_write_chunk(&writer->columns[column], values, writer->compressor, writer->target,
                        chunk);
    assert(column == 0 || chunk->rows == chunk[-1].rows);
}

/* What a value means, twice: as a ConvertedType, by which older readers know it, and as a
 * LogicalType, a union: TIMESTAMP { isAdjustedToUTC: true, unit: MICROS } or DATE {}. */
static void write_meaning(bool is_date, struct thrift_writer *footer)
{
    thrift_write_i32(footer, 6, is_date ? 6 : 10);
    thrift_write_begin(footer, 10);
    thrift_write_begin(footer, is_date ? 6 : 8);
    if (!is_date) {
        thrift_write_bool(footer, 1, true);
        thrift_write_begin(footer, 2);
        thrift_write_begin(footer, 2);
        thrift_write_end(footer);
        thrift_write_end(footer);
    }
    thrift_write_end(footer);
    thrift_write_end(footer);
}

/* A list of SchemaElements: the root, then the columns. */
static void write_schema(const struct parquet_writer *writer, struct thrift_writer *footer)
{
    thrift_write_list(footer, 2, THRIFT_STRUCT, writer->column_count + 1);
    thrift_write_begin(footer, 0);
    thrift_write_string(footer, 4, "schema");
    thrift_write_i32(footer, 5, (int32_t)writer->column_count);
    thrift_write_end(footer);
    for (size_t i = 0; i < writer->column_count; i++) {
        const struct written_column *column = &writer->columns[i];
        thrift_write_begin(footer, 0);
        thrift_write_i32(footer, 1, (int32_t)column->type);
        thrift_write_i32(footer, 3, column->is_optional);
        thrift_write_string(footer, 4, column->name);
        if (column->meaning != MEANING_NONE)
            write_meaning(column->meaning == MEANING_DATE, footer);
        thrift_write_end(footer);
    }
}

static void write_statistics(const struct written_chunk *chunk, enum parquet_type type,
                             struct thrift_writer *footer)
{
    thrift_write_begin(footer, 12);
    thrift_write_i64(footer, 3, (int64_t)chunk->nulls);
    if (chunk->has_range) {
        size_t size = type == PARQUET_INT32 ? sizeof(int32_t) : sizeof(int64_t);
        uint64_t largest = htole64(chunk->largest), smallest = htole64(chunk->smallest);
        thrift_write_bytes(footer, 5, &largest, size);
        thrift_write_bytes(footer, 6, &smallest, size);
    }
    thrift_write_end(footer);
}

static void write_encodings(const struct written_chunk *chunk, struct thrift_writer *footer)
{
    bool has_dictionary = chunk->dictionary_size > 0;
    thrift_write_list(footer, 2, THRIFT_I32, has_dictionary ? 3 : 2);
    if (has_dictionary)
        thrift_write_i32(footer, 0, ENCODING_PLAIN);
    thrift_write_i32(footer, 0, ENCODING_RLE);
    thrift_write_i32(footer, 0, (int32_t)chunk->encoding);
}

/* A ColumnChunk that begins at `offset` of the file. */
static void write_chunk(const struct written_chunk *chunk, const struct written_column *column,
                        size_t offset, struct thrift_writer *footer)
{
    thrift_write_begin(footer, 0);
    thrift_write_i64(footer, 2, 0); /* no copy of the metadata lies beside the pages */
    thrift_write_begin(footer, 3);
    thrift_write_i32(footer, 1, (int32_t)column->type);
    write_encodings(chunk, footer);
    thrift_write_list(footer, 3, THRIFT_BINARY, 1);
    thrift_write_string(footer, 0, column->name);
    thrift_write_i32(footer, 4, CODEC_ZSTD);
    thrift_write_i64(footer, 5, (int64_t)chunk->rows);
    thrift_write_i64(footer, 6, (int64_t)chunk->raw_size);
    thrift_write_i64(footer, 7, (int64_t)chunk->size);
    thrift_write_i64(footer, 9, (int64_t)(offset + chunk->dictionary_size));
    if (chunk->dictionary_size > 0)
        thrift_write_i64(footer, 11, (int64_t)offset);
    write_statistics(chunk, column->type, footer);
    thrift_write_end(footer);
    thrift_write_end(footer);
}

static void write_groups(const struct parquet_writer *writer, struct thrift_writer *footer)
{
    size_t offset = MAGIC_SIZE;
    thrift_write_list(footer, 4, THRIFT_STRUCT, writer->chunk_count / writer->column_count);
    for (size_t first = 0; first < writer->chunk_count; first += writer->column_count) {
        const struct written_chunk *chunks = &writer->chunks[first];
        size_t raw_size = 0;
        thrift_write_begin(footer, 0);
        thrift_write_list(footer, 1, THRIFT_STRUCT, writer->column_count);
        for (size_t i = 0; i < writer->column_count; i++) {
            write_chunk(&chunks[i], &writer->columns[i], offset, footer);
            offset += chunks[i].size;
            raw_size += chunks[i].raw_size;
        }
        thrift_write_i64(footer, 2, (int64_t)raw_size);
        thrift_write_i64(footer, 3, (int64_t)chunks[0].rows);
        thrift_write_end(footer);
    }
}

static void write_pairs(const struct parquet_pair *pairs, size_t count,
                        struct thrift_writer *footer)
{
    if (count == 0)
        return;
    thrift_write_list(footer, 5, THRIFT_STRUCT, count);
    for (size_t i = 0; i < count; i++) {
        thrift_write_begin(footer, 0);
        thrift_write_string(footer, 1, pairs[i].key);
        thrift_write_string(footer, 2, pairs[i].value);
        thrift_write_end(footer);
    }
}

/* How the columns' ranges are ordered, without which nobody trusts them: as their types are. */
static void write_orders(const struct parquet_writer *writer, struct thrift_writer *footer)
{
    thrift_write_list(footer, 7, THRIFT_STRUCT, writer->column_count);
    for (size_t i = 0; i < writer->column_count; i++) {
        thrift_write_begin(footer, 0);
        thrift_write_begin(footer, 1);
        thrift_write_end(footer);
        thrift_write_end(footer);
    }
}

void parquet_writer_end(struct parquet_writer *writer, const struct parquet_pair *pairs,
                        size_t pair_count)
{
    assert(writer->chunk_count % writer->column_count == 0);
    size_t rows = 0;
    for (size_t i = 0; i < writer->chunk_count; i += writer->column_count)
        rows += writer->chunks[i].rows;
    size_t begin = writer->target->size;
    struct thrift_writer footer = { .target = writer->target };
    thrift_write_begin(&footer, 0);
    thrift_write_i32(&footer, 1, FILE_VERSION);
    write_schema(writer, &footer);
    thrift_write_i64(&footer, 3, (int64_t)rows);
    write_groups(writer, &footer);
    write_pairs(pairs, pair_count, &footer);
    thrift_write_string(&footer, 6, CREATED_BY);
    write_orders(writer, &footer);
    thrift_write_end(&footer);
    uint32_t size = htole32((uint32_t)(writer->target->size - begin));
    text_append_bytes(writer->target, &size, sizeof size);
    text_append(writer->target, MAGIC);
    ZSTD_freeCCtx(writer->compressor);
    free(writer->chunks);
    *writer = (struct parquet_writer) { 0 };
}
