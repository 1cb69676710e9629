/* playbook data show: what a bar file holds, and its first and last rows; a line for each file of a
 * folder. */
#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/base/json_fields.h"
#include "service/commands/commands.h"
#include "service/commands/data_input.h"
#include "service/commands/table_print.h"
#include "service/jobs/inspection.h"
#include "service/market/symbol.h"
#include "service/market/timeframe.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS_SHOWN = 5, ROWS_MAX = 1000000, LOCAL_TEXT_SIZE = 24, COLUMNS_MAX = 9 };

static const struct flag flags[] = {
    { .name = "rows", .placeholder = "N", .help = "bars to show at either end of a file (5)" },
    { .name = "zone",
      .placeholder = "ZONE",
      .help = "of stamps without one: America/New_York, UTC or +HH:MM" },
    { .name = "json", .help = "print the summary as JSON" },
    { 0 },
};

/* What the command keeps for itself. */
struct show {
    size_t rows;
    struct table_print table; /* of a folder's files */
};

/* A file and what is in it. */
struct shown {
    struct data_input input;
    const struct calendar *calendar;
    int64_t timeframe_us; /* 0: not known */
    size_t sessions;      /* with bars */
    bool has_vwap, has_trade_count;
};

static bool prepare(const struct data_run *run, struct error *error)
{
    const char *text = arguments_value(run->arguments, "rows");
    struct show *show = run->own;
    int64_t rows = ROWS_SHOWN;
    if (text && (!decimal_parse(text, strlen(text), 0, &rows) || rows < 0 || rows > ROWS_MAX))
        return error_set(error, ERROR_USAGE, "--rows %.40s: a number from 0 to %d was expected",
                         text, ROWS_MAX);
    show->rows = (size_t)rows;
    return true;
}

/* The sessions are those of the calendar that the symbol trades on. That a file does not let its
 * timeframe be known is not its reader's trouble: `check` says why. */
static void look(struct shown *shown)
{
    const struct data_input *input = &shown->input;
    struct lane_input lane_input = { .bars = &input->bars, .is_daily = input->is_daily };
    struct inspection inspection = { 0 };
    struct error unknown = { 0 };
    shown->calendar = symbol_calendar(input->symbol);
    if (inspection_run(&lane_input, 0, shown->calendar, &inspection, &unknown)) {
        shown->timeframe_us = inspection.timeframe_us;
        shown->sessions = inspection.sessions - inspection.sessions_empty;
        inspection_release(&inspection);
    }
    for (size_t i = 0; i < input->bars.count; i++) {
        shown->has_vwap |= !isnan(input->bars.bars[i].vwap);
        shown->has_trade_count |= input->bars.bars[i].trade_count >= 0;
    }
}

/* The stamp as the file would say it. */
static const char *stamp_text(const struct shown *shown, int64_t time_us,
                              char buffer[static TIMESTAMP_TEXT_SIZE])
{
    return shown->input.is_daily ? date_format(date_of_instant(time_us), buffer)
                                 : timestamp_format(time_us, buffer);
}

/* Only New York's clock differs from that of the stamps. */
static bool has_local_clock(const struct shown *shown)
{
    return !shown->input.is_daily && strcmp(shown->calendar->name, "xnys") == 0;
}

/* "Mon 09:30". */
static const char *local_text(const struct shown *shown, int64_t time_us,
                              char buffer[static LOCAL_TEXT_SIZE])
{
    static const char *const names[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    char clock[CLOCK_TEXT_SIZE];
    int64_t local_us = time_us + shown->calendar->offset_us(time_us);
    int32_t date = date_of_instant(local_us);
    int minute = (int)((local_us - date * DAY_US) / MINUTE_US);
    snprintf(buffer, LOCAL_TEXT_SIZE, "%s %s", names[date_weekday(date)],
             clock_time_format(minute, clock));
    return buffer;
}

static const char *timeframe_text(const struct shown *shown,
                                  char buffer[static TIMEFRAME_TEXT_SIZE])
{
    return shown->timeframe_us > 0 ? timeframe_format(shown->timeframe_us, buffer) : "-";
}

/* What a bar takes in the file; 0 without bars. */
static double bytes_a_bar(const struct data_input *input)
{
    return input->bars.count > 0 ? (double)input->size / (double)input->bars.count : 0;
}

static void add_stamp(struct table_print *table, const struct shown *shown, const char *name,
                      int64_t time_us)
{
    char stamp[TIMESTAMP_TEXT_SIZE], local[LOCAL_TEXT_SIZE];
    table_print_cell(table, "%s", name);
    if (has_local_clock(shown))
        table_print_cell(table, "%s (%s in New York)", stamp_text(shown, time_us, stamp),
                         local_text(shown, time_us, local));
    else
        table_print_cell(table, "%s", stamp_text(shown, time_us, stamp));
}

static void print_summary(const struct shown *shown)
{
    static const struct table_print_column columns[] = { { 0 }, { 0 } };
    struct table_print table = { .columns = columns, .column_count = 2, .indent = 2 };
    const struct data_input *input = &shown->input;
    const struct series *bars = &input->bars;
    const struct bar_file_report *report = &input->report;
    char buffer[DECIMAL_TEXT_SIZE];
    table_print_cell(&table, "symbol");
    table_print_cell(&table, "%s", input->symbol[0] ? input->symbol : "-");
    table_print_cell(&table, "timeframe");
    table_print_cell(&table, "%s", timeframe_text(shown, buffer));
    table_print_cell(&table, "bars");
    table_print_cell(&table, "%zu in %zu sessions of %s", bars->count, shown->sessions,
                     shown->calendar->name);
    if (bars->count > 0) {
        add_stamp(&table, shown, "first", bars->bars[0].open_time_us);
        add_stamp(&table, shown, "last", bars->bars[bars->count - 1].open_time_us);
    }
    table_print_cell(&table, "columns");
    table_print_cell(&table, "%s, open, high, low, close, volume%s%s",
                     input->is_daily ? "date" : "timestamp", shown->has_vwap ? ", vwap" : "",
                     shown->has_trade_count ? ", trade_count" : "");
    if (report->ignored_columns[0]) {
        table_print_cell(&table, "ignored");
        table_print_cell(&table, "%s", report->ignored_columns);
    }
    if (report->unsorted > 0 || report->rows > bars->count) {
        table_print_cell(&table, "rows");
        table_print_cell(&table,
                         "%zu, %zu of them out of order, %zu of a time that stands again below",
                         report->rows, report->unsorted, report->rows - bars->count);
    }
    table_print_cell(&table, "size");
    table_print_cell(&table, "%zu bytes, %s a bar", input->size,
                     double_format_fixed(bytes_a_bar(input), 1, buffer));
    printf("%s\n", input->path);
    table_print_write(&table, stdout);
    table_print_release(&table);
}

static void number_cell(struct table_print *table, double number)
{
    char buffer[DECIMAL_TEXT_SIZE];
    table_print_cell(table, "%s", double_format(number, buffer));
}

static void add_bar(struct table_print *table, const struct shown *shown, const struct bar *bar)
{
    char stamp[TIMESTAMP_TEXT_SIZE], local[LOCAL_TEXT_SIZE];
    table_print_cell(table, "%s", stamp_text(shown, bar->open_time_us, stamp));
    if (has_local_clock(shown))
        table_print_cell(table, "%s", local_text(shown, bar->open_time_us, local));
    number_cell(table, bar->open);
    number_cell(table, bar->high);
    number_cell(table, bar->low);
    number_cell(table, bar->close);
    number_cell(table, bar->volume);
    if (shown->has_vwap && isnan(bar->vwap))
        table_print_cell(table, "-");
    else if (shown->has_vwap)
        number_cell(table, bar->vwap);
    if (shown->has_trade_count && bar->trade_count < 0)
        table_print_cell(table, "-");
    else if (shown->has_trade_count)
        table_print_cell(table, "%" PRId64, bar->trade_count);
}

/* The first and the last rows; all when they meet. */
static void print_rows(const struct shown *shown, size_t rows)
{
    struct table_print_column columns[COLUMNS_MAX];
    struct table_print table = { .columns = columns, .indent = 2 };
    columns[table.column_count++] =
        (struct table_print_column) { shown->input.is_daily ? "date" : "timestamp", ALIGN_LEFT };
    if (has_local_clock(shown))
        columns[table.column_count++] = (struct table_print_column) { "New York", ALIGN_LEFT };
    static const char *const names[] = { "open", "high", "low", "close", "volume" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        columns[table.column_count++] = (struct table_print_column) { names[i], ALIGN_RIGHT };
    if (shown->has_vwap)
        columns[table.column_count++] = (struct table_print_column) { "vwap", ALIGN_RIGHT };
    if (shown->has_trade_count)
        columns[table.column_count++] = (struct table_print_column) { "trade_count", ALIGN_RIGHT };
    const struct series *bars = &shown->input.bars;
    size_t head = rows < bars->count ? rows : bars->count;
    size_t tail = bars->count - head > rows ? bars->count - rows : head;
    for (size_t i = 0; i < head; i++)
        add_bar(&table, shown, &bars->bars[i]);
    if (tail > head)
        table_print_rule(&table);
    for (size_t i = tail; i < bars->count; i++)
        add_bar(&table, shown, &bars->bars[i]);
    puts("");
    table_print_write(&table, stdout);
    table_print_release(&table);
}

static void append_json(struct data_run *run, const struct shown *shown)
{
    const struct data_input *input = &shown->input;
    const struct series *bars = &input->bars;
    struct text *json = &run->json;
    char timeframe[TIMEFRAME_TEXT_SIZE];
    data_run_json(run, input->path);
    json_field_string(json, "symbol", input->symbol);
    json_field_string(json, "timeframe", timeframe_text(shown, timeframe));
    json_field_string(json, "calendar", shown->calendar->name);
    json_field_count(json, "bars", bars->count);
    json_field_count(json, "sessions", shown->sessions);
    if (bars->count > 0) {
        json_field_time(json, "first", bars->bars[0].open_time_us);
        json_field_time(json, "last", bars->bars[bars->count - 1].open_time_us);
    }
    json_field_name(json, "columns");
    text_format(json, "[\"%s\",\"open\",\"high\",\"low\",\"close\",\"volume\"%s%s]",
                input->is_daily ? "date" : "timestamp", shown->has_vwap ? ",\"vwap\"" : "",
                shown->has_trade_count ? ",\"trade_count\"" : "");
    json_field_string(json, "ignored_columns", input->report.ignored_columns);
    json_field_count(json, "rows", input->report.rows);
    json_field_count(json, "unsorted", input->report.unsorted);
    json_field_count(json, "duplicates", input->report.duplicates);
    json_field_count(json, "conflicts", input->report.conflicts);
    json_field_count(json, "bytes", input->size);
    text_append(json, "}");
}

static void add_line(struct table_print *table, const struct shown *shown)
{
    const struct data_input *input = &shown->input;
    const struct series *bars = &input->bars;
    char buffer[DECIMAL_TEXT_SIZE], timeframe[TIMEFRAME_TEXT_SIZE];
    char first[TIMESTAMP_TEXT_SIZE], last[TIMESTAMP_TEXT_SIZE];
    bool has_bars = bars->count > 0;
    table_print_cell(table, "%s", input->path);
    table_print_cell(table, "%s", input->symbol[0] ? input->symbol : "-");
    table_print_cell(table, "%s", timeframe_text(shown, timeframe));
    table_print_cell(table, "%zu", bars->count);
    table_print_cell(table, "%zu", shown->sessions);
    table_print_cell(table, "%s",
                     has_bars ? stamp_text(shown, bars->bars[0].open_time_us, first) : "-");
    table_print_cell(table, "%s",
                     has_bars ? stamp_text(shown, bars->bars[bars->count - 1].open_time_us, last)
                              : "-");
    table_print_cell(table, "%zu", input->size);
    table_print_cell(table, "%s", double_format_fixed(bytes_a_bar(input), 1, buffer));
}

static bool show(struct data_run *run, const char *path, struct error *error)
{
    struct show *own = run->own;
    struct shown shown = { 0 };
    if (!data_input_read(run, path, &shown.input, error))
        return false;
    look(&shown);
    if (arguments_has(run->arguments, "json")) {
        append_json(run, &shown);
    } else if (run->is_folder) {
        add_line(&own->table, &shown);
    } else {
        print_summary(&shown);
        if (own->rows > 0 && shown.input.bars.count > 0)
            print_rows(&shown, own->rows);
    }
    data_input_release(&shown.input);
    return true;
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    (void)settings;
    struct show own = {
        .table = {
            .columns = (const struct table_print_column[]) { { "file", ALIGN_LEFT },
                                                             { "symbol", ALIGN_LEFT },
                                                             { "timeframe", ALIGN_LEFT },
                                                             { "bars", ALIGN_RIGHT },
                                                             { "sessions", ALIGN_RIGHT },
                                                             { "first", ALIGN_LEFT },
                                                             { "last", ALIGN_LEFT },
                                                             { "bytes", ALIGN_RIGHT },
                                                             { "a bar", ALIGN_RIGHT } },
            .column_count = 9,
        },
    };
    struct data_run data = { .arguments = arguments, .own = &own };
    int code = data_run_files(&data, prepare, show);
    if (own.table.cell_count > 0)
        table_print_write(&own.table, stdout);
    table_print_release(&own.table);
    return code;
}

const struct command data_show_command = {
    .name = "data show",
    .summary = "tell what is in bar files, and show their first and last bars",
    .operands = "FILE|DIR",
    .operands_min = 1,
    .operands_max = 1,
    .flags = flags,
    .run = run,
};
