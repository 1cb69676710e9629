#include "service/parquet/write_thrift.h"

#include <assert.h>
#include <string.h>

enum { SHORT_MAX = 15 }; /* what four bits hold */

void varint_append(struct text *target, uint64_t value)
{
    char bytes[10];
    size_t size = 0;
    for (; value > 0x7f; value >>= 7)
        bytes[size++] = (char)(value | 0x80);
    bytes[size++] = (char)value;
    text_append_bytes(target, bytes, size);
}

void varint_append_signed(struct text *target, int64_t value)
{
    uint64_t doubled = (uint64_t)value << 1;
    varint_append(target, value < 0 ? ~doubled : doubled);
}

/* A field says by how much its number exceeds that of the field before, and its type. */
static void head(struct thrift_writer *writer, int field, enum thrift_type type)
{
    if (field == 0)
        return;
    int *last = &writer->last_fields[writer->depth - 1];
    int step = field - *last;
    assert(step > 0 && step <= SHORT_MAX);
    text_append_character(writer->target, (char)(step << 4 | (int)type));
    *last = field;
}

void thrift_write_begin(struct thrift_writer *writer, int field)
{
    assert(writer->depth < THRIFT_WRITER_DEPTH_MAX);
    head(writer, field, THRIFT_STRUCT);
    writer->last_fields[writer->depth++] = 0;
}

void thrift_write_end(struct thrift_writer *writer)
{
    writer->depth--;
    text_append_character(writer->target, 0);
}

void thrift_write_list(struct thrift_writer *writer, int field, enum thrift_type element,
                       size_t count)
{
    head(writer, field, THRIFT_LIST);
    bool is_short = count < SHORT_MAX;
    size_t first = is_short ? count : SHORT_MAX;
    text_append_character(writer->target, (char)(first << 4 | (size_t)element));
    if (!is_short)
        varint_append(writer->target, count);
}

void thrift_write_bool(struct thrift_writer *writer, int field, bool value)
{
    head(writer, field, value ? THRIFT_TRUE : THRIFT_FALSE);
}

void thrift_write_i32(struct thrift_writer *writer, int field, int32_t value)
{
    head(writer, field, THRIFT_I32);
    varint_append_signed(writer->target, value);
}

void thrift_write_i64(struct thrift_writer *writer, int field, int64_t value)
{
    head(writer, field, THRIFT_I64);
    varint_append_signed(writer->target, value);
}

void thrift_write_bytes(struct thrift_writer *writer, int field, const void *bytes, size_t size)
{
    head(writer, field, THRIFT_BINARY);
    varint_append(writer->target, size);
    text_append_bytes(writer->target, bytes, size);
}

void thrift_write_string(struct thrift_writer *writer, int field, const char *string)
{
    thrift_write_bytes(writer, field, string, strlen(string));
}
