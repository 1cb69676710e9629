#include "service/feeds/bar_parquet.h"

#include "service/base/memory.h"
#include "service/feeds/bar_columns.h"
#include "service/feeds/bar_parquet_stamps.h"
#include "service/parquet/text.h"
#include "service/parquet/values.h"

#include <stdlib.h>
#include <string.h>

/* Small enough that a piece of every column stays in the processor's first cache. */
enum { PIECE_SIZE = 512 };

/* 4 GiB of bars. */
#define ROWS_MAX ((size_t)1 << 26)

/* Many rows can stand in few bytes, but no more than this: all prices alike and a bar every minute
 * still take a byte for a few hundred rows. So a small file cannot ask for much memory. */
#define ROWS_FREE ((size_t)1 << 16)
#define ROWS_PER_BYTE_MAX ((size_t)1 << 10)

static const char index_name[] = "__index_level_0__"; /* how pandas calls an index without a name */

struct reader {
    const struct bar_source *source;
    struct parquet_footer footer;
    struct parquet_codecs codecs;
    const struct parquet_column *columns[FIELD_COUNT]; /* NULL: not there */
    struct parquet_values values[FIELD_SYMBOL];        /* of the columns before FIELD_SYMBOL */
    struct parquet_texts symbols;
    struct parquet_stamps stamps;
    struct bar_rows rows;
    uint64_t words[FIELD_SYMBOL][PIECE_SIZE];
};

bool bar_parquet_is(const struct bar_source *source)
{
    return parquet_is((const uint8_t *)source->bytes, source->size);
}

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
    return bar_symbol_agree(text, size, row == 0, reader->rows.symbol, why) ||
           parquet_column_error(&reader->footer, reader->columns[FIELD_SYMBOL], error,
                                "row %zu: \"%s\" %s", row + 1, bar_excerpt(text, size, buffer),
                                why);
}

static bool wrong_type(const struct reader *reader, enum bar_field field, const char *as,
                       const char *expected, struct error *error)
{
    char type[PARQUET_TYPE_TEXT_SIZE];
    return parquet_column_error(&reader->footer, reader->columns[field], error,
                                "%s is not read as %s (%s was expected)",
                                parquet_column_type(reader->columns[field], type), as, expected);
}

/* Makes the reader of a column ready, if there is one for its type. */
static bool column_open(struct reader *reader, enum bar_field field, struct error *error)
{
    const struct parquet_column *column = reader->columns[field];
    if (field == FIELD_SYMBOL) {
        struct parquet_text_taker taker = { take_symbol, reader };
        parquet_texts_init(&reader->symbols, &reader->footer, column, &reader->codecs, taker);
        return (column->type == PARQUET_BYTE_ARRAY && !column->is_nested) ||
               wrong_type(reader, field, "text", "BYTE_ARRAY", error);
    }
    parquet_values_init(&reader->values[field], &reader->footer, column, &reader->codecs,
                        field != FIELD_STAMP);
    if (field == FIELD_STAMP)
        return parquet_stamps_init(&reader->stamps, &reader->footer, column, reader->source->zone,
                                   error);
    return is_number(column) ||
           wrong_type(reader, field, "a number", "INT32, INT64, FLOAT or DOUBLE", error);
}

static enum bar_field field_of(const struct parquet_column *column)
{
    return bar_field_find(column->name, column->name_size);
}

static bool is_index(const struct parquet_column *column)
{
    return column->meaning == MEANING_TIMESTAMP &&
           bar_name_is(column->name, column->name_size, index_name);
}

static bool columns_open(struct reader *reader, struct error *error)
{
    const struct parquet_schema *schema = &reader->footer.schema;
    size_t seen[FIELD_COUNT + 1] = { 0 };
    for (size_t i = 0; i < schema->column_count; i++)
        seen[field_of(&schema->columns[i])]++;
    bool needs_index = seen[FIELD_STAMP] == 0;
    for (size_t i = 0; i < schema->column_count; i++) {
        const struct parquet_column *column = &schema->columns[i];
        enum bar_field field = field_of(column);
        if (needs_index && is_index(column)) {
            field = FIELD_STAMP;
            seen[field]++;
        }
        if (field == FIELD_IGNORED)
            bar_note_ignored(column->name, column->name_size, reader->rows.ignored_columns);
        else if (field != FIELD_SYMBOL || column->meaning != MEANING_NOTHING)
            reader->columns[field] = column;
    }
    if (!bar_fields_check(seen, reader->source->name, "the file", error))
        return false;
    for (enum bar_field field = 0; field < FIELD_COUNT; field++)
        if (reader->columns[field] != NULL && !column_open(reader, field, error))
            return false;
    return true;
}

static bool rows_check(const struct reader *reader, struct error *error)
{
    size_t rows = reader->footer.row_count;
    size_t size = reader->source->size;
    if (rows > ROWS_MAX)
        return error_set(error, ERROR_LIMIT, "%s: the file has %zu rows, more than the %zu allowed",
                         reader->source->name, rows, ROWS_MAX);
    if (rows > ROWS_FREE && (rows - ROWS_FREE) / ROWS_PER_BYTE_MAX > size)
        return error_set(error, ERROR_LIMIT,
                         "%s: the file has %zu rows in %zu bytes, more than %zu in a byte",
                         reader->source->name, rows, size, ROWS_PER_BYTE_MAX);
    return true;
}

/* Room for all rows if a row takes a byte or more, else for twice as many as have come so far. */
static void reserve(struct reader *reader, size_t count)
{
    struct series *series = &reader->rows.series;
    size_t rows = reader->footer.row_count;
    size_t expected = reader->source->size + ROWS_FREE;
    if (series->count + count <= series->capacity)
        return;
    if (series->count > 0)
        expected = 2 * series->capacity;
    series_reserve(series, expected < rows ? expected : rows);
}

static void bars_append(struct reader *reader, size_t count)
{
    struct series *series = &reader->rows.series;
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
    struct series *series = &reader->rows.series;
    size_t row = series->count - count;
    for (size_t i = 0; i < count; i++, row++) {
        double value;
        memcpy(&value, &reader->words[FIELD_TRADE_COUNT][i], sizeof value);
        if (!bar_field_store(FIELD_TRADE_COUNT, value, &series->bars[row]))
            return parquet_column_error(&reader->footer, reader->columns[FIELD_TRADE_COUNT], error,
                                        "row %zu: %g is not a count (a whole number such as 1250 "
                                        "was expected)",
                                        row + 1, value);
    }
    return true;
}

static bool piece_read(struct reader *reader, size_t count, struct error *error)
{
    for (enum bar_field field = 0; field < FIELD_SYMBOL; field++)
        if (reader->columns[field] != NULL &&
            !parquet_values_read(&reader->values[field], reader->words[field], count, error))
            return false;
    if (!parquet_stamps_convert(&reader->stamps, reader->words[FIELD_STAMP], count, error))
        return false;
    reserve(reader, count);
    bars_append(reader, count);
    return reader->columns[FIELD_TRADE_COUNT] == NULL || trade_counts_store(reader, count, error);
}

/* All columns side by side, so that each bar is written once and whole. */
static bool row_group_read(struct reader *reader, struct error *error)
{
    struct parquet_chunk chunks[FIELD_COUNT];
    size_t rows;
    if (!parquet_footer_next(&reader->footer, reader->columns, FIELD_COUNT, chunks, &rows, error))
        return false;
    if (rows == 0)
        return true;
    for (enum bar_field field = 0; field < FIELD_SYMBOL; field++)
        if (reader->columns[field] != NULL)
            parquet_values_begin(&reader->values[field], &chunks[field], rows);
    if (reader->columns[FIELD_SYMBOL] != NULL &&
        !parquet_texts_read(&reader->symbols, &chunks[FIELD_SYMBOL], rows, error))
        return false;
    for (size_t done = 0, count; done < rows; done += count) {
        count = rows - done < PIECE_SIZE ? rows - done : PIECE_SIZE;
        if (!piece_read(reader, count, error))
            return false;
    }
    return true;
}

static bool rows_read(struct reader *reader, struct error *error)
{
    const double none = NAN;
    for (size_t i = 0; i < PIECE_SIZE; i++) /* where there is no such column */
        memcpy(&reader->words[FIELD_VWAP][i], &none, sizeof none);
    if (!rows_check(reader, error) || !columns_open(reader, error))
        return false;
    for (size_t i = 0; i < reader->footer.row_group_count; i++)
        if (!row_group_read(reader, error))
            return false;
    return parquet_stamps_finish(&reader->stamps, &reader->rows, error);
}

bool bar_parquet_parse(const struct bar_source *source, struct bar_rows *ret_rows,
                       struct error *error)
{
    struct reader *reader = memory_new(1, sizeof *reader);
    reader->source = source;
    bool is_read = parquet_footer_read(source->name, (const uint8_t *)source->bytes, source->size,
                                       &reader->footer, error) &&
                   rows_read(reader, error);
    if (is_read)
        *ret_rows = reader->rows;
    else
        series_release(&reader->rows.series);
    for (enum bar_field field = 0; field < FIELD_SYMBOL; field++)
        parquet_values_release(&reader->values[field]);
    parquet_texts_release(&reader->symbols);
    parquet_codecs_release(&reader->codecs);
    parquet_footer_release(&reader->footer);
    free(reader);
    return is_read;
}
