#include "service/feeds/bar_csv.h"

#include "service/base/decimal.h"
#include "service/feeds/bar_columns.h"
#include "service/feeds/bar_quick.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum grain { GRAIN_UNKNOWN, GRAIN_DAILY, GRAIN_INTRADAY };

struct reader {
    const struct bar_source *source;
    const char *end;
    enum bar_field columns[BAR_CSV_COLUMNS_MAX];
    size_t column_count;
    bool stamp_is_date; /* the stamp's column is named date */
    enum grain grain;   /* what the first row's stamp was */
    struct quick_date date;
    bool has_symbol; /* a row said so */
    char symbol[SYMBOL_TEXT_SIZE];
};

struct cell {
    const char *text; /* without quotes and the blanks around it */
    size_t size;
    const char *after; /* at the comma or newline behind it, or at the end */
};

static size_t line_at(const struct reader *reader, const char *position)
{
    size_t line = 1;
    for (const char *p = reader->source->bytes; p < position; p++)
        line += *p == '\n';
    return line;
}

static const char *column_name(const struct reader *reader, enum bar_field field)
{
    return field == FIELD_STAMP && reader->stamp_is_date ? "date" : bar_fields[field].name;
}

static bool wrong_cell(const struct reader *reader, enum bar_field field, const struct cell *cell,
                       const char *why, struct error *error)
{
    char buffer[BAR_EXCERPT_SIZE];
    return error_set(error, ERROR_DATA, "%s:%zu: column %s: \"%s\" %s", reader->source->name,
                     line_at(reader, cell->text), column_name(reader, field),
                     bar_excerpt(cell->text, cell->size, buffer), why);
}

static bool wrong_quote(const struct reader *reader, const char *text, struct error *error)
{
    return error_set(error, ERROR_DATA, "%s:%zu: a quote is not closed, or no comma follows it",
                     reader->source->name, line_at(reader, text));
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r';
}

static const char *skip_blanks(const char *text, const char *end)
{
    while (text < end && is_blank(*text))
        text++;
    return text;
}

/* A doubled quote closes nothing; it stays doubled, as no column that is read can hold one. */
static const char *find_closing_quote(const char *text, const char *end)
{
    while (text < end && *text != '\n') {
        bool doubled = end - text > 1 && text[0] == '"' && text[1] == '"';
        if (*text == '"' && !doubled)
            return text;
        text += doubled ? 2 : 1;
    }
    return NULL;
}

/* The cell that begins at `text`. False when a quote is not closed on its line, or something other
 * than a comma follows it. */
static bool cell_read(const char *text, const char *end, struct cell *ret_cell)
{
    const char *begin = skip_blanks(text, end);
    const char *last, *after;
    if (begin < end && *begin == '"') {
        begin++;
        last = find_closing_quote(begin, end);
        if (last == NULL)
            return false;
        after = skip_blanks(last + 1, end);
    } else {
        for (after = begin; after < end && *after != ',' && *after != '\n';)
            after++;
        for (last = after; last > begin && is_blank(last[-1]);)
            last--;
    }
    *ret_cell = (struct cell) { begin, (size_t)(last - begin), after };
    return after == end || *after == ',' || *after == '\n';
}

static bool stamp_store(struct reader *reader, const struct cell *cell, struct bar *bar,
                        struct error *error)
{
    enum bar_stamp_kind kind =
        bar_stamp_parse(cell->text, cell->size, reader->source->zone, &bar->open_time_us);
    if (kind == STAMP_WRONG)
        return wrong_cell(
            reader, FIELD_STAMP, cell,
            "is not a time (2024-06-28T13:30:00Z, 2024-06-28 or seconds, ms, us or ns "
            "since 1970 was expected)",
            error);
    if (kind == STAMP_NAIVE)
        return wrong_cell(reader, FIELD_STAMP, cell,
                          "names no zone (say it with --zone America/New_York, UTC or +HH:MM)",
                          error);
    enum grain grain = kind == STAMP_DATE ? GRAIN_DAILY : GRAIN_INTRADAY;
    if (reader->grain == GRAIN_UNKNOWN)
        reader->grain = grain;
    if (reader->grain == grain)
        return true;
    return wrong_cell(reader, FIELD_STAMP, cell,
                      grain == GRAIN_DAILY
                          ? "is a date without a time (the rows above have times)"
                          : "is not a date (the rows above have dates without times)",
                      error);
}

static bool symbol_store(struct reader *reader, const struct cell *cell, struct error *error)
{
    char why[BAR_WHY_SIZE];
    if (!bar_symbol_agree(cell->text, cell->size, !reader->has_symbol, reader->symbol, why))
        return wrong_cell(reader, FIELD_SYMBOL, cell, why, error);
    reader->has_symbol = true;
    return true;
}

static bool cell_store(struct reader *reader, enum bar_field field, const struct cell *cell,
                       struct bar *bar, struct error *error)
{
    if (field == FIELD_IGNORED)
        return true;
    if (field == FIELD_STAMP)
        return stamp_store(reader, cell, bar, error);
    if (field == FIELD_SYMBOL)
        return symbol_store(reader, cell, error);
    if (cell->size == 0 && (field == FIELD_VWAP || field == FIELD_TRADE_COUNT))
        return true; /* none, as the bar already says */
    double value;
    if (double_parse(cell->text, cell->size, &value) && bar_field_store(field, value, bar))
        return true;
    return wrong_cell(reader, field, cell,
                      field == FIELD_TRADE_COUNT
                          ? "is not a count (a whole number such as 1250 was expected)"
                          : "is not a number (a decimal such as 346.46 was expected)",
                      error);
}

/* Reads the cell at `text` if it is of a usual shape; returns the position behind it, else NULL. */
static const char *quick_cell(struct reader *reader, enum bar_field field, const char *text,
                              struct bar *bar)
{
    const char *end = reader->end;
    const char *after = NULL;
    if (field == FIELD_STAMP) {
        if (reader->grain == GRAIN_INTRADAY)
            after = quick_stamp(text, end, reader->source->zone, &reader->date, &bar->open_time_us);
    } else if (field < FIELD_SYMBOL) {
        double value;
        after = quick_number(text, end, &value);
        if (after != NULL && !bar_field_store(field, value, bar))
            return NULL;
    }
    if (after == NULL || *after == ',' || *after == '\n')
        return after;
    return *after == '\r' && end - after > 1 && after[1] == '\n' ? after + 1 : NULL;
}

static bool wrong_count(const struct reader *reader, const char *row, struct error *error)
{
    struct cell cell;
    size_t count = 1;
    for (const char *text = row; cell_read(text, reader->end, &cell);
         text = cell.after + 1, count++)
        if (cell.after == reader->end || *cell.after == '\n')
            break;
    return error_set(error, ERROR_DATA, "%s:%zu: the row has %zu cell%s, the header %zu",
                     reader->source->name, line_at(reader, row), count, count == 1 ? "" : "s",
                     reader->column_count);
}

/* Reads the row at *position and moves it behind the row's newline. */
static bool row_read(struct reader *reader, const char **position, struct bar *bar,
                     struct error *error)
{
    const char *text = *position;
    bar->vwap = NAN;
    bar->trade_count = -1;
    for (size_t i = 0;; i++) {
        enum bar_field field = reader->columns[i];
        const char *after = quick_cell(reader, field, text, bar);
        if (after == NULL) {
            struct cell cell;
            if (!cell_read(text, reader->end, &cell))
                return wrong_quote(reader, text, error);
            if (!cell_store(reader, field, &cell, bar, error))
                return false;
            after = cell.after;
        }
        bool row_ends = after == reader->end || *after == '\n';
        if (row_ends != (i + 1 == reader->column_count))
            return wrong_count(reader, *position, error);
        if (row_ends) {
            *position = after + (after < reader->end);
            return true;
        }
        text = after + 1;
    }
}

static const char *skip_blank_lines(const char *text, const char *end)
{
    for (;; text++) {
        text = skip_blanks(text, end);
        if (text == end || *text != '\n')
            return text;
    }
}

/* Room for the rows from `text` on, if they are about as long as the first; else for twice as many
 * as there are. Memory that no bar ever touches costs nothing. */
static void reserve_rows(const struct reader *reader, const char *text, struct series *series)
{
    size_t size = (size_t)(reader->end - text);
    const char *newline = memchr(text, '\n', size);
    size_t length = newline != NULL ? (size_t)(newline - text) + 1 : size;
    size_t expected = size / length;
    series_reserve(series, series->count > 0 ? 2 * series->count : expected + expected / 8 + 1);
}

static bool header_read(struct reader *reader, const char **position,
                        char ret_ignored[static BAR_IGNORED_SIZE], struct error *error)
{
    size_t seen[FIELD_COUNT] = { 0 };
    const char *text = *position;
    for (bool more = true; more;) {
        struct cell cell;
        if (!cell_read(text, reader->end, &cell))
            return wrong_quote(reader, text, error);
        if (reader->column_count == BAR_CSV_COLUMNS_MAX)
            return error_set(error, ERROR_LIMIT, "%s: the header has more than %d columns",
                             reader->source->name, BAR_CSV_COLUMNS_MAX);
        enum bar_field field = bar_field_find(cell.text, cell.size);
        reader->columns[reader->column_count++] = field;
        if (field == FIELD_IGNORED)
            bar_note_ignored(cell.text, cell.size, ret_ignored);
        else
            seen[field]++;
        if (field == FIELD_STAMP)
            reader->stamp_is_date = bar_name_is(cell.text, cell.size, "date");
        more = cell.after < reader->end && *cell.after == ',';
        text = cell.after + (cell.after < reader->end);
    }
    *position = text;
    return bar_fields_check(seen, reader->source->name, "the header", error);
}

bool bar_csv_parse(const struct bar_source *source, struct bar_rows *ret_rows, struct error *error)
{
    struct reader reader = { .source = source, .end = source->bytes + source->size };
    struct bar_rows rows = { 0 };
    const char *text = source->bytes;
    if (source->size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    text = skip_blank_lines(text, reader.end);
    if (text == reader.end)
        return error_set(error, ERROR_DATA,
                         "%s: the file is empty (a header such as "
                         "timestamp,open,high,low,close,volume was expected)",
                         source->name);
    if (!header_read(&reader, &text, rows.ignored_columns, error))
        return false;
    struct series *series = &rows.series;
    int64_t above_us = INT64_MIN;
    rows.ascending = true;
    while ((text = skip_blank_lines(text, reader.end)) < reader.end) {
        if (series->count == series->capacity)
            reserve_rows(&reader, text, series);
        if (!row_read(&reader, &text, &series->bars[series->count], error)) {
            series_release(series);
            return false;
        }
        int64_t time_us = series->bars[series->count++].open_time_us;
        rows.ascending &= time_us > above_us;
        above_us = time_us;
    }
    rows.daily =
        reader.grain == GRAIN_DAILY || (reader.grain == GRAIN_UNKNOWN && reader.stamp_is_date);
    memcpy(rows.symbol, reader.symbol, sizeof rows.symbol);
    *ret_rows = rows;
    return true;
}
