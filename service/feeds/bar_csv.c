#include "service/feeds/bar_csv.h"

#include "service/base/decimal.h"
#include "service/feeds/bar_quick.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum field {
    FIELD_STAMP,
    FIELD_OPEN,
    FIELD_HIGH,
    FIELD_LOW,
    FIELD_CLOSE,
    FIELD_VOLUME,
    FIELD_VWAP,
    FIELD_TRADE_COUNT,
    FIELD_COUNT,
    FIELD_IGNORED = FIELD_COUNT
};

static const struct {
    const char *name;
    size_t offset; /* of its double in a bar */
} fields[FIELD_COUNT] = {
    [FIELD_STAMP] = { "timestamp", 0 },
    [FIELD_OPEN] = { "open", offsetof(struct bar, open) },
    [FIELD_HIGH] = { "high", offsetof(struct bar, high) },
    [FIELD_LOW] = { "low", offsetof(struct bar, low) },
    [FIELD_CLOSE] = { "close", offsetof(struct bar, close) },
    [FIELD_VOLUME] = { "volume", offsetof(struct bar, volume) },
    [FIELD_VWAP] = { "vwap", offsetof(struct bar, vwap) },
    [FIELD_TRADE_COUNT] = { "trade_count", 0 },
};

enum grain { GRAIN_UNKNOWN, GRAIN_DAILY, GRAIN_INTRADAY };

struct reader {
    const struct bar_source *source;
    const char *end;
    enum field columns[BAR_CSV_COLUMNS_MAX];
    size_t column_count;
    bool stamp_is_date; /* the stamp's column is named date */
    enum grain grain;   /* what the first row's stamp was */
    struct quick_date date;
};

struct cell {
    const char *text; /* without quotes and the blanks around it */
    size_t size;
    const char *after; /* at the comma or newline behind it, or at the end */
};

enum { EXCERPT_SIZE = 48 };

static size_t line_at(const struct reader *reader, const char *position)
{
    size_t line = 1;
    for (const char *p = reader->source->bytes; p < position; p++)
        line += *p == '\n';
    return line;
}

/* What a cell holds, fit to be printed: bytes that are not plain characters become '?'. */
static const char *excerpt(const char *text, size_t size, char buffer[static EXCERPT_SIZE])
{
    bool cut = size > EXCERPT_SIZE - 1;
    size_t shown = cut ? EXCERPT_SIZE - 4 : size;
    for (size_t i = 0; i < shown; i++)
        buffer[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
    memcpy(buffer + shown, cut ? "..." : "", cut ? 4 : 1);
    return buffer;
}

static const char *column_name(const struct reader *reader, enum field field)
{
    return field == FIELD_STAMP && reader->stamp_is_date ? "date" : fields[field].name;
}

static bool wrong_cell(const struct reader *reader, enum field field, const struct cell *cell,
                       const char *why, struct error *error)
{
    char buffer[EXCERPT_SIZE];
    return error_set(error, ERROR_DATA, "%s:%zu: column %s: \"%s\" %s", reader->source->name,
                     line_at(reader, cell->text), column_name(reader, field),
                     excerpt(cell->text, cell->size, buffer), why);
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

/* False for what is no count of trades. */
static bool number_store(enum field field, double value, struct bar *bar)
{
    if (field != FIELD_TRADE_COUNT) {
        memcpy((char *)bar + fields[field].offset, &value, sizeof value);
        return true;
    }
    if (isnan(value))
        return true; /* none, as the bar already says */
    /* Beyond 2^53 a double no longer holds every integer. */
    if (!(value >= 0 && value <= 0x1p53) || value != (double)(int64_t)value)
        return false;
    bar->trade_count = (int64_t)value;
    return true;
}

static bool cell_store(struct reader *reader, enum field field, const struct cell *cell,
                       struct bar *bar, struct error *error)
{
    if (field == FIELD_IGNORED)
        return true;
    if (field == FIELD_STAMP)
        return stamp_store(reader, cell, bar, error);
    if (cell->size == 0 && (field == FIELD_VWAP || field == FIELD_TRADE_COUNT))
        return true; /* none, as the bar already says */
    double value;
    if (double_parse(cell->text, cell->size, &value) && number_store(field, value, bar))
        return true;
    return wrong_cell(reader, field, cell,
                      field == FIELD_TRADE_COUNT
                          ? "is not a count (a whole number such as 1250 was expected)"
                          : "is not a number (a decimal such as 346.46 was expected)",
                      error);
}

/* Reads the cell at `text` if it is of a usual shape; returns the position behind it, else NULL. */
static const char *quick_cell(struct reader *reader, enum field field, const char *text,
                              struct bar *bar)
{
    const char *end = reader->end;
    const char *after = NULL;
    if (field == FIELD_STAMP) {
        if (reader->grain == GRAIN_INTRADAY)
            after = quick_stamp(text, end, reader->source->zone, &reader->date, &bar->open_time_us);
    } else if (field != FIELD_IGNORED) {
        double value;
        after = quick_number(text, end, &value);
        if (after != NULL && !number_store(field, value, bar))
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
        enum field field = reader->columns[i];
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

static bool name_is(const struct cell *cell, const char *name)
{
    return strlen(name) == cell->size && strncasecmp(name, cell->text, cell->size) == 0;
}

static enum field field_find(const struct cell *name)
{
    for (enum field field = 0; field < FIELD_COUNT; field++)
        if (name_is(name, fields[field].name))
            return field;
    return name_is(name, "date") ? FIELD_STAMP : FIELD_IGNORED;
}

static void note_ignored(const struct cell *name, char list[static BAR_IGNORED_SIZE])
{
    char buffer[EXCERPT_SIZE];
    size_t used = strlen(list);
    int written = snprintf(list + used, BAR_IGNORED_SIZE - used, "%s%s", used > 0 ? ", " : "",
                           name->size > 0 ? excerpt(name->text, name->size, buffer) : "(unnamed)");
    if (written >= (int)(BAR_IGNORED_SIZE - used))
        memcpy(list + BAR_IGNORED_SIZE - 4, "...", 4);
}

static bool check_columns(const struct reader *reader, const size_t seen[static FIELD_COUNT],
                          struct error *error)
{
    for (enum field field = 0; field < FIELD_COUNT; field++) {
        const char *name = field == FIELD_STAMP ? "timestamp or date" : fields[field].name;
        if (seen[field] > 1)
            return error_set(error, ERROR_DATA, "%s: the header has more than one column %s",
                             reader->source->name, name);
        if (seen[field] == 0 && field < FIELD_VWAP)
            return error_set(error, ERROR_DATA,
                             "%s: the header has no column %s (timestamp or date, open, high, low, "
                             "close and volume were expected)",
                             reader->source->name, name);
    }
    return true;
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
        enum field field = field_find(&cell);
        reader->columns[reader->column_count++] = field;
        if (field == FIELD_IGNORED)
            note_ignored(&cell, ret_ignored);
        else
            seen[field]++;
        if (field == FIELD_STAMP)
            reader->stamp_is_date = name_is(&cell, "date");
        more = cell.after < reader->end && *cell.after == ',';
        text = cell.after + (cell.after < reader->end);
    }
    *position = text;
    return check_columns(reader, seen, error);
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
    *ret_rows = rows;
    return true;
}
