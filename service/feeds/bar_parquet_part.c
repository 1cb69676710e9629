#include "service/feeds/bar_parquet_part.h"

#include "service/base/memory.h"
#include "service/parquet/text.h"
#include "service/parquet/values.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Small enough that a piece of every column stays in the processor's first cache. */
enum { PIECE_SIZE = 512 };

struct reader {
    const struct bar_parquet_file *file;
    struct bar_parquet_part *part;
    struct parquet_footer footer; /* a copy, whose columns are the file's */
    size_t row;                   /* of the file, the first one of the row group to come */
    struct parquet_codecs codecs;
    struct parquet_values values[FIELD_SYMBOL]; /* of the columns before FIELD_SYMBOL */
    struct parquet_texts symbols;
    uint64_t words[FIELD_SYMBOL][PIECE_SIZE];
};

static bool is_number(const struct parquet_column *column)
{
    bool is_integer = column->type == PARQUET_INT32 || column->type == PARQUET_INT64;
    bool is_real = column->type == PARQUET_FLOAT || column->type == PARQUET_DOUBLE;
    bool is_plain = column->meaning == MEANING_NONE || column->meaning == MEANING_NOTHING ||
                    (column->meaning == MEANING_UNSIGNED && is_integer);
    return !column->is_nested && (is_integer || is_real) && is_plain;
}

static bool take_symbol(void *context, size_t row, const char *text, size_t size,
                        struct error *error)
{
    struct reader *reader = context;
    char why[BAR_WHY_SIZE], buffer[BAR_EXCERPT_SIZE];
    return bar_symbol_agree(text, size, row == reader->part->begin, reader->part->symbol, why) ||
           parquet_column_error(&reader->footer, reader->file->columns[FIELD_SYMBOL], error,
                                "row %zu: \"%s\" %s", row + 1, bar_excerpt(text, size, buffer),
                                why);
}

static bool wrong_type(const struct reader *reader, enum bar_field field, const char *as,
                       const char *expected, struct error *error)
{
    const struct parquet_column *column = reader->file->columns[field];
    char type[PARQUET_TYPE_TEXT_SIZE];
    return parquet_column_error(&reader->footer, column, error,
                                "%s is not read as %s (%s was expected)",
                                parquet_column_type(column, type), as, expected);
}

static bool stamps_open(struct reader *reader, struct error *error)
{
    struct bar_parquet_part *part = reader->part;
    if (!parquet_stamps_init(&part->stamps, &reader->file->footer,
                             reader->file->columns[FIELD_STAMP], reader->file->source->zone, error))
        return false;
    part->stamps.row += part->begin;
    return true;
}

/* Makes the reader of a column ready, if there is one for its type. */
static bool column_open(struct reader *reader, enum bar_field field, struct error *error)
{
    const struct parquet_column *column = reader->file->columns[field];
    if (field == FIELD_SYMBOL) {
        struct parquet_text_taker taker = { take_symbol, reader };
        parquet_texts_init(&reader->symbols, &reader->footer, column, &reader->codecs,
                           reader->part->begin, taker);
        return (column->type == PARQUET_BYTE_ARRAY && !column->is_nested) ||
               wrong_type(reader, field, "text", "BYTE_ARRAY", error);
    }
    parquet_values_init(&reader->values[field], &reader->footer, column, &reader->codecs,
                        field != FIELD_STAMP);
    if (field == FIELD_STAMP)
        return stamps_open(reader, error);
    return is_number(column) ||
           wrong_type(reader, field, "a number", "INT32, INT64, FLOAT or DOUBLE", error);
}

/* Room for all rows if a row takes a byte or more, else for twice as many as have come so far. */
static void reserve(struct reader *reader, size_t count)
{
    struct series *series = &reader->part->series;
    size_t rows = reader->part->end - reader->part->begin;
    size_t expected = reader->file->rows_trusted;
    if (series->count + count <= series->capacity)
        return;
    if (series->count > 0)
        expected = 2 * series->capacity;
    series_reserve(series, expected < rows ? expected : rows);
}

static void bars_append(struct reader *reader, size_t count)
{
    struct series *series = &reader->part->series;
    struct bar *bars = series->bars + series->count;
    uint64_t(*words)[PIECE_SIZE] = reader->words;
    for (size_t i = 0; i < count; i++) {
        struct bar *bar = &bars[i];
        bar->open_time_us = (int64_t)words[FIELD_STAMP][i];
        memcpy(&bar->open, &words[FIELD_OPEN][i], sizeof bar->open);
        memcpy(&bar->high, &words[FIELD_HIGH][i], sizeof bar->high);
        memcpy(&bar->low, &words[FIELD_LOW][i], sizeof bar->low);
        memcpy(&bar->close, &words[FIELD_CLOSE][i], sizeof bar->close);
        memcpy(&bar->volume, &words[FIELD_VOLUME][i], sizeof bar->volume);
        memcpy(&bar->vwap, &words[FIELD_VWAP][i], sizeof bar->vwap);
        bar->trade_count = -1;
    }
    series->count += count;
}

static bool trade_counts_store(struct reader *reader, size_t count, struct error *error)
{
    struct series *series = &reader->part->series;
    size_t row = series->count - count;
    for (size_t i = 0; i < count; i++, row++) {
        double value;
        memcpy(&value, &reader->words[FIELD_TRADE_COUNT][i], sizeof value);
        if (!bar_field_store(FIELD_TRADE_COUNT, value, &series->bars[row]))
            return parquet_column_error(&reader->footer, reader->file->columns[FIELD_TRADE_COUNT],
                                        error,
                                        "row %zu: %g is not a count (a whole number such as 1250 "
                                        "was expected)",
                                        reader->part->begin + row + 1, value);
    }
    return true;
}

static bool piece_read(struct reader *reader, size_t count, struct error *error)
{
    const struct parquet_column *const *columns = reader->file->columns;
    for (enum bar_field field = 0; field < FIELD_SYMBOL; field++)
        if (columns[field] != NULL &&
            !parquet_values_read(&reader->values[field], reader->words[field], count, error))
            return false;
    if (!parquet_stamps_convert(&reader->part->stamps, reader->words[FIELD_STAMP], count, error))
        return false;
    reserve(reader, count);
    bars_append(reader, count);
    return columns[FIELD_TRADE_COUNT] == NULL || trade_counts_store(reader, count, error);
}

/* Rows of a row group behind its first `skip`. All columns side by side, so that each bar is
 * written once and whole. */
static bool chunks_read(struct reader *reader, const struct parquet_chunk *chunks, size_t skip,
                        size_t rows, struct error *error)
{
    const struct parquet_column *const *columns = reader->file->columns;
    for (enum bar_field field = 0; field < FIELD_SYMBOL; field++)
        if (columns[field] != NULL)
            parquet_values_begin(&reader->values[field], &chunks[field], skip);
    if (columns[FIELD_SYMBOL] != NULL &&
        !parquet_texts_read(&reader->symbols, &chunks[FIELD_SYMBOL], skip, rows, error))
        return false;
    for (size_t done = 0, count; done < rows; done += count) {
        count = rows - done < PIECE_SIZE ? rows - done : PIECE_SIZE;
        if (!piece_read(reader, count, error))
            return false;
    }
    return true;
}

static bool row_group_read(struct reader *reader, struct error *error)
{
    struct parquet_chunk chunks[FIELD_COUNT];
    size_t rows;
    if (!parquet_footer_next(&reader->footer, reader->file->columns, FIELD_COUNT, chunks, &rows,
                             error))
        return false;
    size_t group_begin = reader->row;
    size_t group_end = reader->row += rows;
    size_t begin = group_begin > reader->part->begin ? group_begin : reader->part->begin;
    size_t end = group_end < reader->part->end ? group_end : reader->part->end;
    return begin >= end || chunks_read(reader, chunks, begin - group_begin, end - begin, error);
}

static bool rows_read(struct reader *reader, struct error *error)
{
    const double none = NAN;
    bool is_last = reader->part->end == reader->footer.row_count;
    for (size_t i = 0; i < PIECE_SIZE; i++) /* where there is no such column */
        memcpy(&reader->words[FIELD_VWAP][i], &none, sizeof none);
    for (enum bar_field field = 0; field < FIELD_COUNT; field++)
        if (reader->file->columns[field] != NULL && !column_open(reader, field, error))
            return false;
    for (size_t i = 0; i < reader->footer.row_group_count; i++) {
        if (reader->row >= reader->part->end && !is_last)
            break;
        if (!row_group_read(reader, error))
            return false;
    }
    return true;
}

bool bar_parquet_part_read(const struct bar_parquet_file *file, struct bar_parquet_part *part,
                           struct error *error)
{
    struct reader *reader = memory_new(1, sizeof *reader);
    reader->file = file;
    reader->part = part;
    reader->footer = file->footer;
    bool is_read = rows_read(reader, error);
    assert(!is_read || part->series.count == part->end - part->begin);
    for (enum bar_field field = 0; field < FIELD_SYMBOL; field++)
        parquet_values_release(&reader->values[field]);
    parquet_texts_release(&reader->symbols);
    parquet_codecs_release(&reader->codecs);
    free(reader);
    return is_read;
}
