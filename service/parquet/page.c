#include "service/parquet/page.h"

#include "service/base/memory.h"
#include "service/parquet/encoding.h"
#include "service/parquet/thrift.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { PAGE_DATA = 0, PAGE_DICTIONARY = 2, PAGE_DATA_V2 = 3 };

/* Stored pages lie before the file's footer, which ends with its length and PAR1. */
_Static_assert((int)ENCODING_SLACK <= (int)PARQUET_CODEC_SLACK, "slack behind what was compressed");

/* How levels are encoded; the only other way is long out of use. */
enum { LEVELS_RLE = 3 };

static const char *const encoding_names[] = {
    "PLAIN",
    "GROUP_VAR_INT",
    "PLAIN_DICTIONARY",
    "RLE",
    "BIT_PACKED",
    "DELTA_BINARY_PACKED",
    "DELTA_LENGTH_BYTE_ARRAY",
    "DELTA_BYTE_ARRAY",
    "RLE_DICTIONARY",
    "BYTE_STREAM_SPLIT",
    "ALP",
};

struct header {
    int64_t kind;
    int64_t size;                             /* as it is stored, without this header */
    int64_t plain_size;                       /* decompressed */
    int64_t value_count;                      /* with nulls */
    int64_t encoding;                         /* of the values */
    int64_t levels_encoding;                  /* of a data page */
    int64_t definition_size, repetition_size; /* of levels, in a data page v2 */
    int64_t checksum;
    bool has_checksum;
    bool is_stored_plain; /* values of a data page v2 that are not compressed */
};

bool parquet_page_error(const struct parquet_pages *pages, struct error *error, const char *what)
{
    return parquet_column_error(pages->footer, pages->column, error,
                                "page %zu of row group %zu: %s", pages->number, pages->row_group,
                                what);
}

void parquet_pages_begin(struct parquet_pages *pages, const struct parquet_chunk *chunk,
                         size_t skip)
{
    pages->codec = chunk->codec;
    pages->row_group = pages->footer->row_group;
    pages->number = 0;
    pages->skip = skip;
    pages->next = chunk->begin;
    pages->end = chunk->end;
}

void parquet_pages_release(struct parquet_pages *pages)
{
    free(pages->buffer);
    pages->buffer = NULL;
    pages->capacity = 0;
}

/* The three kinds of pages have a struct each, with members in an order of its own. */
static void kind_read(struct thrift_reader *reader, const struct thrift_field *kind,
                      struct header *header)
{
    bool is_v2 = kind->id == 8;
    struct thrift_field field = { 0 };
    if (!thrift_read_struct(reader, kind->type))
        return;
    while (thrift_read_field(reader, &field)) {
        if (field.id == 1)
            header->value_count = thrift_read_integer(reader, field.type);
        else if (field.id == (is_v2 ? 4 : 2))
            header->encoding = thrift_read_integer(reader, field.type);
        else if (field.id == 3 && kind->id == 5)
            header->levels_encoding = thrift_read_integer(reader, field.type);
        else if (field.id == 5 && is_v2)
            header->definition_size = thrift_read_integer(reader, field.type);
        else if (field.id == 6 && is_v2)
            header->repetition_size = thrift_read_integer(reader, field.type);
        else if (field.id == 7 && is_v2)
            header->is_stored_plain = !thrift_read_bool(reader, field.type);
        else
            thrift_skip(reader, field.type);
    }
}

static bool header_read(struct parquet_pages *pages, struct header *header, struct error *error)
{
    struct thrift_reader reader = { .next = pages->next, .end = pages->end };
    struct thrift_field field = { 0 };
    *header = (struct header) {
        .kind = -1,
        .size = -1,
        .plain_size = -1,
        .value_count = -1,
        .encoding = -1,
        .levels_encoding = LEVELS_RLE,
    };
    while (thrift_read_field(&reader, &field)) {
        header->has_checksum |= field.id == 4;
        if (field.id == 1)
            header->kind = thrift_read_integer(&reader, field.type);
        else if (field.id == 2)
            header->plain_size = thrift_read_integer(&reader, field.type);
        else if (field.id == 3)
            header->size = thrift_read_integer(&reader, field.type);
        else if (field.id == 4)
            header->checksum = thrift_read_integer(&reader, field.type);
        else if (field.id == 5 || field.id == 7 || field.id == 8)
            kind_read(&reader, &field, header);
        else
            thrift_skip(&reader, field.type);
    }
    if (reader.failed || header->size < 0 || header->plain_size < 0)
        return parquet_page_error(pages, error, "its header is damaged");
    if (header->size > reader.end - reader.next)
        return parquet_page_error(pages, error, "it is cut short");
    if ((size_t)header->plain_size > PARQUET_PAGE_SIZE_MAX)
        return parquet_page_error(pages, error, "it is larger than 256 MiB");
    pages->next = reader.next;
    return true;
}

static bool is_encoding_read(enum parquet_type type, const struct header *header)
{
    if (header->encoding == ENCODING_PLAIN || header->encoding == ENCODING_PLAIN_DICTIONARY)
        return true;
    if (header->kind == PAGE_DICTIONARY)
        return false;
    if (header->encoding == ENCODING_DELTA_BINARY_PACKED)
        return type == PARQUET_INT32 || type == PARQUET_INT64;
    if (header->encoding == ENCODING_BYTE_STREAM_SPLIT)
        return type != PARQUET_BYTE_ARRAY;
    return header->encoding == ENCODING_RLE_DICTIONARY;
}

static bool features_check(const struct parquet_pages *pages, const struct header *header,
                           struct error *error)
{
    const int64_t name_count = sizeof encoding_names / sizeof *encoding_names;
    if (header->value_count < 0 || header->encoding < 0)
        return parquet_page_error(pages, error, "its header is damaged");
    if (header->levels_encoding != LEVELS_RLE && pages->column->is_optional)
        return parquet_column_error(pages->footer, pages->column, error,
                                    "levels that are not encoded as RLE are not read");
    if (is_encoding_read(pages->column->type, header))
        return true;
    if (header->encoding >= name_count)
        return parquet_column_error(pages->footer, pages->column, error,
                                    "encoding %lld is not known", (long long)header->encoding);
    return parquet_column_error(pages->footer, pages->column, error, "encoding %s is not read",
                                encoding_names[header->encoding]);
}

/* Makes `size` bytes of the stored ones. */
static bool decompress(struct parquet_pages *pages, const uint8_t *stored, size_t stored_size,
                       size_t size, struct error *error)
{
    if (!parquet_codec_may_give(pages->codec, stored_size, size))
        return parquet_page_error(pages, error, "it cannot be as large as its header says");
    if (pages->capacity < size + PARQUET_CODEC_SLACK) {
        free(pages->buffer);
        pages->capacity = size + PARQUET_CODEC_SLACK;
        pages->buffer = memory_resize(NULL, pages->capacity, 1);
    }
    return parquet_decompress(pages->codecs, pages->codec, stored, stored_size, pages->buffer,
                              size) ||
           parquet_page_error(pages, error, "its compressed bytes are damaged");
}

/* In a data page v1 the levels stand before the values, with their size in front. */
static bool levels_split_off(struct parquet_page *page)
{
    uint32_t size;
    size_t left = (size_t)(page->values_end - page->values);
    if (left < sizeof size)
        return false;
    memcpy(&size, page->values, sizeof size);
    size = le32toh(size);
    if (size > left - sizeof size)
        return false;
    page->levels = page->values + sizeof size;
    page->levels_end = page->values = page->levels + size;
    return true;
}

static bool page_open(struct parquet_pages *pages, const struct header *header,
                      const uint8_t *stored, struct parquet_page *ret_page, struct error *error)
{
    /* The levels of a data page v2 are never compressed. */
    int64_t levels_size = header->repetition_size + header->definition_size;
    if (header->repetition_size < 0 || header->definition_size < 0 || levels_size > header->size ||
        levels_size > header->plain_size)
        return parquet_page_error(pages, error, "its levels are larger than the page");
    const uint8_t *values = stored + levels_size;
    size_t stored_size = (size_t)(header->size - levels_size);
    size_t size = (size_t)(header->plain_size - levels_size);
    if (pages->codec != CODEC_UNCOMPRESSED && !header->is_stored_plain && size > 0) {
        if (!decompress(pages, values, stored_size, size, error))
            return false;
        values = pages->buffer;
    } else if (stored_size < size)
        return parquet_page_error(pages, error, "it is smaller than its header says");
    *ret_page = (struct parquet_page) {
        .is_dictionary = header->kind == PAGE_DICTIONARY,
        .encoding = (enum parquet_encoding)header->encoding,
        .value_count = (size_t)header->value_count,
        .values = values,
        .values_end = values + size,
    };
    if (!pages->column->is_optional || header->kind == PAGE_DICTIONARY)
        return true;
    if (header->kind == PAGE_DATA)
        return levels_split_off(ret_page) ||
               parquet_page_error(pages, error, "its levels are larger than the page");
    ret_page->levels = stored + header->repetition_size;
    ret_page->levels_end = ret_page->levels + header->definition_size;
    return true;
}

static bool checksum_is_right(const struct header *header, const uint8_t *stored)
{
    return !header->has_checksum ||
           (uint32_t)crc32(0, stored, (uInt)header->size) == (uint32_t)header->checksum;
}

/* Whether all values of the page are to be passed over, which then is done. */
static bool pass_over(struct parquet_pages *pages, const struct header *header)
{
    bool is_data = header->kind == PAGE_DATA || header->kind == PAGE_DATA_V2;
    if (!is_data || pages->skip == 0 || header->value_count < 0 ||
        (size_t)header->value_count > pages->skip)
        return false;
    pages->skip -= (size_t)header->value_count;
    return true;
}

static bool is_read(const struct header *header)
{
    return header->kind == PAGE_DATA || header->kind == PAGE_DICTIONARY ||
           header->kind == PAGE_DATA_V2;
}

bool parquet_pages_next(struct parquet_pages *pages, struct parquet_page *ret_page,
                        struct error *error)
{
    struct header header;
    const uint8_t *stored;
    do {
        pages->number++;
        if (pages->next == pages->end)
            return parquet_page_error(pages, error, "it is not there");
        if (!header_read(pages, &header, error))
            return false;
        stored = pages->next;
        pages->next += header.size;
    } while (!is_read(&header) || pass_over(pages, &header));
    if (!checksum_is_right(&header, stored))
        return parquet_page_error(pages, error, "its checksum is wrong");
    return features_check(pages, &header, error) &&
           page_open(pages, &header, stored, ret_page, error);
}
