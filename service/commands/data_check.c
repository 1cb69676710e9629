/* playbook data check: what is wrong with the bars of a file, or of each file of a folder. */
#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/base/json_fields.h"
#include "service/base/unknown.h"
#include "service/commands/commands.h"
#include "service/commands/data_input.h"
#include "service/commands/findings_print.h"
#include "service/commands/table_print.h"
#include "service/jobs/inspection.h"
#include "service/jobs/load.h"
#include "service/market/symbol.h"
#include "service/market/timeframe.h"

#include <stdio.h>
#include <string.h>

static const struct flag flags[] = {
    { .name = "calendar", .placeholder = "NAME", .help = "xnys or 24x7; by default the symbol's" },
    { .name = "symbol",
      .placeholder = "SYMBOL",
      .help = "whose bars they are; by default what the file says, else its name" },
    { .name = "zone",
      .placeholder = "ZONE",
      .help = "of stamps without one: America/New_York, UTC or +HH:MM" },
    { .name = "all", .help = "list each finding with its session" },
    { .name = "json", .help = "print the result as JSON" },
    { 0 },
};

/* Of all files so far. */
struct totals {
    size_t files, clean, fatal;
};

/* A file and what was found in it. */
struct checked {
    struct data_input input;
    const struct calendar *calendar;
    struct inspection inspection;
    size_t fatal; /* findings */
};

static bool prepare(const struct data_run *run, struct error *error)
{
    static const char *const names[] = { "xnys", "24x7", NULL };
    const char *calendar = arguments_value(run->arguments, "calendar");
    const char *symbol = arguments_value(run->arguments, "symbol");
    if (calendar && !calendar_find(calendar))
        return unknown_name(error, "calendar", calendar, names);
    if (symbol && run->is_folder)
        return error_set(
            error, ERROR_USAGE,
            "--symbol goes with one file: those of a folder are named by their symbols");
    return !symbol || symbol_check(symbol, error) || error_context(error, "--symbol");
}

static bool judge(const struct data_run *run, struct checked *checked, struct error *error)
{
    struct data_input *input = &checked->input;
    const char *calendar = arguments_value(run->arguments, "calendar");
    const char *symbol = arguments_value(run->arguments, "symbol");
    if (symbol && !load_symbol_agrees(input->path, &input->report, symbol, error))
        return false;
    if (symbol)
        snprintf(input->symbol, sizeof input->symbol, "%s", symbol);
    checked->calendar = calendar ? calendar_find(calendar) : symbol_calendar(input->symbol);
    struct lane_input lane_input = {
        .bars = &input->bars,
        .is_daily = input->is_daily,
        .report = &input->report,
    };
    if (!inspection_run(&lane_input, 0, checked->calendar, &checked->inspection, error))
        return error_context(error, "%s", input->path);
    if (checked->inspection.first_session == DATE_NONE)
        return error_set(error, ERROR_DATA, "%s: none of its %zu bars lies in a session of %s",
                         input->path, input->bars.count, checked->calendar->name);
    const struct findings *findings = &checked->inspection.findings;
    for (size_t i = 0; i < findings->count; i++)
        checked->fatal += finding_type(findings->items[i].kind)->severity == SEVERITY_FATAL;
    return true;
}

static void print_heading(const struct checked *checked)
{
    const struct inspection *inspection = &checked->inspection;
    char timeframe[TIMEFRAME_TEXT_SIZE], first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
    printf("%s: %s%s%s, calendar %s, %s to %s\n", checked->input.path, checked->input.symbol,
           checked->input.symbol[0] ? ", " : "",
           timeframe_format(inspection->timeframe_us, timeframe), checked->calendar->name,
           date_format(inspection->first_session, first),
           date_format(inspection->last_session, last));
}

static void print_counts(const struct inspection *inspection)
{
    struct table_print table = {
        .columns = (const struct table_print_column[]) { { "sessions", ALIGN_RIGHT },
                                                         { "without bars", ALIGN_RIGHT },
                                                         { "bars", ALIGN_RIGHT },
                                                         { "due", ALIGN_RIGHT },
                                                         { "complete %", ALIGN_RIGHT } },
        .column_count = 5,
        .indent = 2,
    };
    double complete = 100 * (double)inspection->bars / (double)inspection->due;
    char buffer[DECIMAL_TEXT_SIZE];
    table_print_cell(&table, "%zu", inspection->sessions);
    table_print_cell(&table, "%zu", inspection->sessions_empty);
    table_print_cell(&table, "%zu", inspection->bars);
    table_print_cell(&table, "%zu", inspection->due);
    table_print_cell(&table, "%s", double_format_fixed(complete, 2, buffer));
    table_print_write(&table, stdout);
    table_print_release(&table);
}

static void print(const struct data_run *run, const struct checked *checked)
{
    const struct findings *findings = &checked->inspection.findings;
    print_heading(checked);
    print_counts(&checked->inspection);
    if (findings->count == 0)
        puts("  no findings");
    findings_print(findings, NULL, stdout);
    if (findings->count > 0 && arguments_has(run->arguments, "all")) {
        puts("");
        findings_print_all(findings, stdout);
    }
    if (run->is_folder)
        puts("");
}

static void append_json(struct data_run *run, const struct checked *checked)
{
    const struct inspection *inspection = &checked->inspection;
    struct text *json = &run->json;
    char timeframe[TIMEFRAME_TEXT_SIZE];
    data_run_json(run, checked->input.path);
    json_field_string(json, "symbol", checked->input.symbol);
    json_field_string(json, "timeframe", timeframe_format(inspection->timeframe_us, timeframe));
    json_field_string(json, "calendar", checked->calendar->name);
    json_field_date(json, "start", inspection->first_session);
    json_field_date(json, "end", inspection->last_session);
    json_field_time(json, "first", inspection->first_us);
    json_field_time(json, "last", inspection->last_us);
    json_field_count(json, "sessions", inspection->sessions);
    json_field_count(json, "sessions_empty", inspection->sessions_empty);
    json_field_count(json, "bars", inspection->bars);
    json_field_count(json, "due", inspection->due);
    json_field_count(json, "fatal", checked->fatal);
    json_field_name(json, "findings");
    findings_append_json(&inspection->findings, NULL, json);
    text_append(json, "}");
}

static bool check(struct data_run *run, const char *path, struct error *error)
{
    struct totals *totals = run->own;
    struct checked checked = { 0 };
    bool done = data_input_read(run, path, &checked.input, error) && judge(run, &checked, error);
    if (done && arguments_has(run->arguments, "json"))
        append_json(run, &checked);
    else if (done)
        print(run, &checked);
    if (checked.fatal > 0)
        data_run_worsen(run, ERROR_DATA);
    totals->files++;
    totals->clean += done && checked.inspection.findings.count == 0;
    totals->fatal += !done || checked.fatal > 0;
    inspection_release(&checked.inspection);
    data_input_release(&checked.input);
    return done;
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    (void)settings;
    struct totals totals = { 0 };
    struct data_run data = { .arguments = arguments, .own = &totals };
    int code = data_run_files(&data, prepare, check);
    if (data.is_folder && totals.files > 0 && !arguments_has(arguments, "json"))
        printf("%zu file%s: %zu without findings, %zu unreadable or with fatal ones\n",
               totals.files, totals.files == 1 ? "" : "s", totals.clean, totals.fatal);
    return code;
}

const struct command data_check_command = {
    .name = "data check",
    .summary = "tell what is wrong with bars; exit code 3 when a backtest could not trust them",
    .operands = "FILE|DIR",
    .operands_min = 1,
    .operands_max = 1,
    .flags = flags,
    .run = run,
};
