#include "service/parquet/values.h"

#include "service/base/memory.h"

#include <assert.h>
#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void parquet_values_init(struct parquet_values *values, const struct parquet_footer *footer,
                         const struct parquet_column *column, struct parquet_codecs *codecs,
                         bool are_doubles)
{
    *values = (struct parquet_values) {
        .pages = { .footer = footer, .column = column, .codecs = codecs },
        .are_doubles = are_doubles,
    };
}

void parquet_values_release(struct parquet_values *values)
{
    parquet_pages_release(&values->pages);
    free(values->dictionary);
    *values = (struct parquet_values) { 0 };
}

void parquet_values_begin(struct parquet_values *values, const struct parquet_chunk *chunk,
                          size_t skip)
{
    parquet_pages_begin(&values->pages, chunk, skip);
    values->chunk_left = chunk->value_count - skip;
    values->page_left = 0;
    values->has_dictionary = false;
}

static uint64_t word_of_double(double number)
{
    uint64_t word;
    memcpy(&word, &number, sizeof word);
    return word;
}

static size_t width_of(const struct parquet_column *column)
{
    return column->type == PARQUET_INT64 || column->type == PARQUET_DOUBLE ? 8 : 4;
}

static double widen_float(uint64_t word)
{
    uint32_t bits = (uint32_t)word;
    float number;
    memcpy(&number, &bits, sizeof number);
    return (double)number;
}

/* Turns the words of a column's own type into what is asked for. */
static void convert(const struct parquet_values *values, uint64_t *words, size_t count)
{
    const struct parquet_column *column = values->pages.column;
    bool is_unsigned = column->meaning == MEANING_UNSIGNED;
    if (column->type == PARQUET_DOUBLE)
        return;
    if (column->type == PARQUET_FLOAT) {
        for (size_t i = 0; i < count; i++)
            words[i] = word_of_double(widen_float(words[i]));
        return;
    }
    if (column->type == PARQUET_INT32)
        for (size_t i = 0; i < count; i++)
            words[i] = is_unsigned ? (uint32_t)words[i] : (uint64_t)(int32_t)words[i];
    if (!values->are_doubles)
        return;
    if (is_unsigned)
        for (size_t i = 0; i < count; i++)
            words[i] = word_of_double((double)words[i]);
    else
        for (size_t i = 0; i < count; i++)
            words[i] = word_of_double((double)(int64_t)words[i]);
}

static void plain_read(const uint8_t *bytes, size_t width, uint64_t *words, size_t count)
{
    if (width == 8) {
        memcpy(words, bytes, count * width);
        for (size_t i = 0; i < count; i++)
            words[i] = le64toh(words[i]);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t word;
        memcpy(&word, bytes + i * width, sizeof word);
        words[i] = le32toh(word);
    }
}

static bool dictionary_read(struct parquet_values *values, const struct parquet_page *page,
                            struct error *error)
{
    size_t width = width_of(values->pages.column);
    size_t count = page->value_count;
    if (values->has_dictionary)
        return parquet_page_error(&values->pages, error, "it is a second dictionary");
    if (count > (size_t)(page->values_end - page->values) / width)
        return parquet_page_error(&values->pages, error, "it has fewer values than it says");
    if (values->dictionary == NULL || values->dictionary_capacity < count) {
        free(values->dictionary);
        values->dictionary = memory_resize(NULL, count, sizeof *values->dictionary);
        values->dictionary_capacity = count;
    }
    plain_read(page->values, width, values->dictionary, count);
    convert(values, values->dictionary, count);
    values->dictionary_size = count;
    values->has_dictionary = true;
    return true;
}

static bool is_indices(const struct parquet_page *page)
{
    return page->encoding == ENCODING_RLE_DICTIONARY || page->encoding == ENCODING_PLAIN_DICTIONARY;
}

/* The width of the indices stands in front of them. A page of nulls alone may have neither. */
static bool indices_begin(struct parquet_values *values)
{
    const struct parquet_page *page = &values->page;
    if (page->values == page->values_end)
        return hybrid_begin(&values->indices, page->values, page->values_end, 0);
    return hybrid_begin(&values->indices, page->values + 1, page->values_end, *page->values);
}

/* A page of nulls alone may have no numbers, and then nothing of what goes in front of them. */
static bool encoding_begin(struct parquet_values *values)
{
    const struct parquet_page *page = &values->page;
    values->position = 0;
    if (is_indices(page))
        return indices_begin(values);
    if (page->encoding != ENCODING_DELTA_BINARY_PACKED)
        return true;
    values->delta = (struct delta) { 0 };
    return page->values == page->values_end ||
           delta_begin(&values->delta, page->values, page->values_end);
}

static bool page_begin(struct parquet_values *values, struct error *error)
{
    struct parquet_page *page = &values->page;
    do {
        if (!parquet_pages_next(&values->pages, page, error) ||
            (page->is_dictionary && !dictionary_read(values, page, error)))
            return false;
    } while (page->is_dictionary || page->value_count == 0);
    values->page_left = page->value_count;
    if (values->page_left > values->pages.skip + values->chunk_left)
        return parquet_page_error(&values->pages, error,
                                  "it has more values than the row group has left");
    values->has_nulls = false;
    if (page->levels != NULL) {
        hybrid_begin(&values->levels, page->levels, page->levels_end, 1);
        values->has_nulls = !hybrid_repeats(&values->levels, 1, page->value_count);
    }
    if (is_indices(page) && !values->has_dictionary)
        return parquet_page_error(&values->pages, error, "the dictionary it needs is not there");
    return encoding_begin(values) ||
           parquet_page_error(&values->pages, error, "its values do not begin as they should");
}

static bool look_up(const struct parquet_values *values, uint64_t *words, size_t count)
{
    const uint64_t *dictionary = values->dictionary;
    size_t size = values->dictionary_size;
#pragma GCC unroll 4
    for (size_t i = 0; i < count; i++) {
        if (words[i] >= size)
            return false;
        words[i] = dictionary[words[i]];
    }
    return true;
}

/* Values that are there, converted. */
static bool numbers_read(struct parquet_values *values, uint64_t *words, size_t count)
{
    const struct parquet_page *page = &values->page;
    size_t width = width_of(values->pages.column);
    size_t stride = (size_t)(page->values_end - page->values) / width;
    if (is_indices(page))
        return hybrid_read(&values->indices, words, count) && look_up(values, words, count);
    if (page->encoding == ENCODING_DELTA_BINARY_PACKED) {
        if (!delta_read(&values->delta, words, count))
            return false;
    } else if (count > stride - values->position)
        return false;
    else if (page->encoding == ENCODING_PLAIN)
        plain_read(page->values + values->position * width, width, words, count);
    else if (width == 8)
        split_read_eight(page->values + values->position, stride, words, count);
    else
        split_read_four(page->values + values->position, stride, words, count);
    values->position += count;
    convert(values, words, count);
    return true;
}

enum { LEVELS_SIZE = 512 };

/* What is there is read to the front, then moved to its places from the end on. */
static bool nullable_read(struct parquet_values *values, uint64_t *words, size_t count)
{
    uint64_t levels[LEVELS_SIZE];
    uint64_t null = values->are_doubles ? word_of_double(NAN) : (uint64_t)PARQUET_NULL_INTEGER;
    size_t present = 0;
    assert(count <= LEVELS_SIZE);
    if (!hybrid_read(&values->levels, levels, count))
        return false;
    for (size_t i = 0; i < count; i++)
        present += levels[i];
    if (!numbers_read(values, words, present))
        return false;
    for (size_t i = count; i-- > 0;)
        words[i] = levels[i] ? words[--present] : null;
    return true;
}

/* The page's next values, at most LEVELS_SIZE if it has nulls. */
static bool page_read(struct parquet_values *values, uint64_t *words, size_t count,
                      struct error *error)
{
    values->page_left -= count;
    return (values->has_nulls ? nullable_read : numbers_read)(values, words, count) ||
           parquet_page_error(&values->pages, error,
                              is_indices(&values->page)
                                  ? "its values end early or are not in the dictionary"
                                  : "its values end early");
}

/* The page's first values, when the chunk is read from the middle of a page on. */
static bool pass_over(struct parquet_values *values, struct error *error)
{
    uint64_t words[LEVELS_SIZE];
    while (values->pages.skip > 0) {
        size_t count = values->pages.skip < LEVELS_SIZE ? values->pages.skip : LEVELS_SIZE;
        if (!page_read(values, words, count, error))
            return false;
        values->pages.skip -= count;
    }
    return true;
}

bool parquet_values_read(struct parquet_values *values, uint64_t *words, size_t count,
                         struct error *error)
{
    assert(count <= values->chunk_left);
    while (count > 0) {
        if (values->page_left == 0 && !(page_begin(values, error) && pass_over(values, error)))
            return false;
        size_t part = count < values->page_left ? count : values->page_left;
        if (values->has_nulls && part > LEVELS_SIZE)
            part = LEVELS_SIZE;
        if (!page_read(values, words, part, error))
            return false;
        words += part;
        count -= part;
        values->chunk_left -= part;
    }
    return true;
}
