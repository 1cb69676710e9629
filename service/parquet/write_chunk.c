#include "service/parquet/write_chunk.h"

#include "service/base/memory.h"
#include "service/parquet/write_encoding.h"
#include "service/parquet/write_thrift.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum {
    ZSTD_LEVEL = 1,
    HEAD_SIZE_MAX = 64,
    STRETCH_MIN = 1024,
    STRETCH_PARTS = 8,
};
enum page_kind { PAGE_DATA = 0, PAGE_DICTIONARY = 2 };

struct page {
    enum page_kind kind;
    enum parquet_encoding encoding;
    size_t count; /* of values, with nulls */
    size_t raw_size;
    const void *bytes; /* compressed */
    size_t size;
};

/* A PageHeader. Its checksum makes a flipped bit an error, and not another price. */
static void head_append(const struct page *page, struct text *target)
{
    struct thrift_writer writer = { .target = target };
    thrift_write_begin(&writer, 0);
    thrift_write_i32(&writer, 1, (int32_t)page->kind);
    thrift_write_i32(&writer, 2, (int32_t)page->raw_size);
    thrift_write_i32(&writer, 3, (int32_t)page->size);
    thrift_write_i32(&writer, 4, (int32_t)crc32_z(0, page->bytes, page->size));
    thrift_write_begin(&writer, page->kind == PAGE_DATA ? 5 : 7);
    thrift_write_i32(&writer, 1, (int32_t)page->count);
    thrift_write_i32(&writer, 2, (int32_t)page->encoding);
    if (page->kind == PAGE_DATA) {
        thrift_write_i32(&writer, 3, ENCODING_RLE); /* definition levels */
        thrift_write_i32(&writer, 4, ENCODING_RLE); /* repetition levels; there are none */
    }
    thrift_write_end(&writer);
    thrift_write_end(&writer);
}

/* The bytes are compressed in place, behind room for the head, which tells of them. */
static void page_append(enum page_kind kind, const struct text *raw, size_t count,
                        ZSTD_CCtx *compressor, struct written_chunk *chunk, struct text *target)
{
    assert(raw->size <= INT32_MAX && !raw->full);
    size_t bound = ZSTD_compressBound(raw->size);
    char *bytes = text_room(target, HEAD_SIZE_MAX + bound) + HEAD_SIZE_MAX;
    size_t size =
        ZSTD_compressCCtx(compressor, bytes, bound, text_string(raw), raw->size, ZSTD_LEVEL);
    if (ZSTD_isError(size))
        abort(); /* there was room, so it is memory that ran out */
    struct page page = {
        .kind = kind,
        .encoding = kind == PAGE_DATA ? chunk->encoding : ENCODING_PLAIN,
        .count = count,
        .raw_size = raw->size,
        .bytes = bytes,
        .size = size,
    };
    struct text head = { 0 };
    head_append(&page, &head);
    assert(head.size <= HEAD_SIZE_MAX);
    memmove(bytes - HEAD_SIZE_MAX + head.size, bytes, size);
    memcpy(bytes - HEAD_SIZE_MAX, head.bytes, head.size);
    text_take(target, bytes - HEAD_SIZE_MAX + head.size + size);
    chunk->size += head.size + size;
    chunk->raw_size += head.size + raw->size;
    text_release(&head);
}

/* The chunk so far, and the raw bytes its data page begins with. */
static struct written_chunk chunk_begin(const struct written_values *values,
                                        enum parquet_encoding encoding, struct text *ret_raw)
{
    *ret_raw = (struct text) { 0 };
    if (values->present)
        levels_encode(values->present, values->rows, values->count, ret_raw);
    return (struct written_chunk) { .encoding = encoding, .rows = values->rows };
}

static void chunk_end(struct written_chunk *chunk, struct text *raw, ZSTD_CCtx *compressor,
                      struct text *target)
{
    page_append(PAGE_DATA, raw, chunk->rows, compressor, chunk, target);
    text_release(raw);
}

static struct written_chunk write_deltas(const struct written_values *values, ZSTD_CCtx *compressor,
                                         struct text *target)
{
    struct text raw;
    struct written_chunk chunk = chunk_begin(values, ENCODING_DELTA_BINARY_PACKED, &raw);
    delta_encode(values->words, values->count, &raw);
    chunk_end(&chunk, &raw, compressor, target);
    return chunk;
}

static struct written_chunk write_split(const struct written_values *values, ZSTD_CCtx *compressor,
                                        struct text *target)
{
    struct text raw;
    struct written_chunk chunk = chunk_begin(values, ENCODING_BYTE_STREAM_SPLIT, &raw);
    split_encode(values->words, values->count, &raw);
    chunk_end(&chunk, &raw, compressor, target);
    return chunk;
}

static struct written_chunk write_indices(const struct written_values *values,
                                          const struct dictionary *dictionary,
                                          ZSTD_CCtx *compressor, struct text *target)
{
    struct text raw, words = { 0 };
    struct written_chunk chunk = chunk_begin(values, ENCODING_RLE_DICTIONARY, &raw);
    plain_encode(dictionary->words, dictionary->count, &words);
    page_append(PAGE_DICTIONARY, &words, dictionary->count, compressor, &chunk, target);
    chunk.dictionary_size = chunk.size;
    indices_encode(dictionary, &raw);
    chunk_end(&chunk, &raw, compressor, target);
    text_release(&words);
    return chunk;
}

/* What the streams of all values would take, judged by a stretch in their middle. */
static size_t estimate_split(const struct written_values *values, ZSTD_CCtx *compressor)
{
    size_t parts = values->count / STRETCH_MIN;
    parts = parts < 1 ? 1 : parts > STRETCH_PARTS ? STRETCH_PARTS : parts;
    size_t count = values->count / parts;
    struct written_values stretch = {
        .words = values->words + (values->count - count) / 2,
        .count = count,
        .rows = count,
    };
    struct text sample = { 0 };
    size_t size = write_split(&stretch, compressor, &sample).size;
    text_release(&sample);
    return parts * size;
}

static struct written_chunk write_smaller(const struct written_values *values,
                                          ZSTD_CCtx *compressor, struct text *target)
{
    struct dictionary dictionary;
    size_t count_max = values->count < STRETCH_MIN ? values->count : values->count / 10 * 9;
    if (!dictionary_init(&dictionary, values->words, values->count, count_max))
        return write_split(values, compressor, target);
    size_t begin = target->size;
    struct written_chunk chunk = write_indices(values, &dictionary, compressor, target);
    dictionary_release(&dictionary);
    if (chunk.size < estimate_split(values, compressor))
        return chunk;
    text_take(target, target->bytes + begin);
    return write_split(values, compressor, target);
}

static void find_integer_range(const struct written_values *values, struct written_chunk *chunk)
{
    int64_t smallest = INT64_MAX, largest = INT64_MIN;
    for (size_t i = 0; i < values->count; i++) {
        int64_t value = (int64_t)values->words[i];
        smallest = value < smallest ? value : smallest;
        largest = value > largest ? value : largest;
    }
    chunk->has_range = values->count > 0;
    chunk->smallest = (uint64_t)smallest;
    chunk->largest = (uint64_t)largest;
}

/* Readers disagree about how NaN and zeros of either sign compare. So parquet.thrift wants no range
 * where a NaN is, and one that holds both zeros where it ends at zero. */
static void find_double_range(const struct written_values *values, struct written_chunk *chunk)
{
    double smallest = INFINITY, largest = -INFINITY;
    for (size_t i = 0; i < values->count; i++) {
        double value;
        memcpy(&value, &values->words[i], sizeof value);
        if (isnan(value))
            return;
        smallest = value < smallest ? value : smallest;
        largest = value > largest ? value : largest;
    }
    smallest = smallest == 0 ? -0.0 : smallest;
    largest = largest == 0 ? 0.0 : largest;
    chunk->has_range = values->count > 0;
    memcpy(&chunk->smallest, &smallest, sizeof smallest);
    memcpy(&chunk->largest, &largest, sizeof largest);
}

void parquet_write_chunk(const struct written_column *column, const struct written_values *values,
                         struct ZSTD_CCtx_s *compressor, struct text *target,
                         struct written_chunk *ret_chunk)
{
    assert((values->present != NULL) == column->is_optional);
    if (column->type == PARQUET_DOUBLE) {
        *ret_chunk = write_smaller(values, compressor, target);
        find_double_range(values, ret_chunk);
    } else {
        *ret_chunk = write_deltas(values, compressor, target);
        find_integer_range(values, ret_chunk);
    }
    ret_chunk->nulls = values->rows - values->count;
}
