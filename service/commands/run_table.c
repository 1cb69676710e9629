/* Scheduled runs as a table for people. */
#include "service/base/decimal.h"
#include "service/commands/findings_print.h"
#include "service/commands/run_print.h"
#include "service/commands/table_print.h"
#include "writers/tables.h"

#include <string.h>

static const struct table_print_column columns[] = {
    { "session", ALIGN_LEFT },  { "playbook", ALIGN_LEFT }, { "status", ALIGN_LEFT },
    { "symbol", ALIGN_LEFT },   { "entry", ALIGN_LEFT },    { "exit", ALIGN_LEFT },
    { "net P&L", ALIGN_RIGHT }, { "notes", ALIGN_LEFT },
};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0], CLOCK_MINUTES_SIZE = 5 };

static void begin_row(struct table_print *table, const struct day_run *run)
{
    static const enum table_print_colour colours[] = {
        [DAY_TOO_EARLY] = COLOUR_YELLOW,
        [DAY_COMPLETED] = COLOUR_GREEN,
        [DAY_FAILED] = COLOUR_RED,
    };
    char date[DATE_TEXT_SIZE];
    table_print_cell(table, "%s", date_format(run->date, date));
    table_print_cell(table, "%s", run->playbook->name);
    table_print_cell(table, "%s", day_status_name(run->status));
    if ((size_t)run->status < sizeof colours / sizeof colours[0])
        table_print_colour(table, colours[run->status]);
}

/* "10:14 472.1": a clock time and a price of the journal, "" without them. */
static void add_fill(struct table_print *table, const struct cell *row, int time, int price)
{
    struct text text = { 0 };
    cell_append_text(&text, &journal_table.columns[time], &row[time]);
    if (text.size > CLOCK_MINUTES_SIZE && strcmp(text.bytes + CLOCK_MINUTES_SIZE, ":00") == 0) {
        text.size = CLOCK_MINUTES_SIZE;
        text.bytes[text.size] = '\0';
    }
    if (row[price].present)
        text_append(&text, " ");
    cell_append_text(&text, &journal_table.columns[price], &row[price]);
    table_print_cell(table, "%s", text_string(&text));
    text_release(&text);
}

static void add_result_row(struct table_print *table, const struct day_run *run,
                           const struct cell *row)
{
    begin_row(table, run);
    table_print_cell(table, "%s", row[JOURNAL_SYMBOL].text);
    add_fill(table, row, JOURNAL_ENTRY_TIME_ET, JOURNAL_ENTRY_PRICE);
    add_fill(table, row, JOURNAL_EOD_EXIT_TIME, JOURNAL_EOD_EXIT_PRICE);
    const struct cell *pnl = &row[JOURNAL_NET_PNL];
    struct text text = { 0 };
    cell_append_text(&text, &journal_table.columns[JOURNAL_NET_PNL], pnl);
    table_print_cell(table, "%s", text_string(&text));
    if (pnl->present && pnl->integer != 0)
        table_print_colour(table, pnl->integer > 0 ? COLOUR_GREEN : COLOUR_RED);
    text_release(&text);
    table_print_cell(table, "%s", row[JOURNAL_NOTES].present ? row[JOURNAL_NOTES].text : "");
}

static void add_run(struct table_print *table, const struct day_run *run)
{
    const struct record_list *journal = &run->result.journal;
    for (size_t i = 0; i < journal->count; i++)
        add_result_row(table, run, journal->cells + i * JOURNAL_COLUMN_COUNT);
    if (journal->count > 0)
        return;
    begin_row(table, run);
    for (int column = 3; column < COLUMN_COUNT - 1; column++)
        table_print_cell(table, "%s", "");
    table_print_cell(table, "%s",
                     run->status == DAY_NO_SESSION ? "the exchange is closed: no session"
                                                   : run->error.message);
}

static void print_findings(const struct day_run *run, FILE *stream)
{
    const struct findings *findings = &run->result.findings;
    if (findings->count == 0)
        return;
    char date[DATE_TEXT_SIZE];
    fprintf(stream, "\n%s on %s\n", run->playbook->name, date_format(run->date, date));
    findings_print(findings, run->result.symbols, stream);
}

/* Whether an earlier run says that it has written there. */
static bool was_named(const struct run_report *report, size_t run, const char *location)
{
    for (size_t i = 0; i < run; i++)
        for (size_t k = 0; k < report->runs[i].result.outputs.count; k++)
            if (strcmp(report->runs[i].result.outputs.items[k].location, location) == 0)
                return true;
    return false;
}

static void print_outputs(const struct run_report *report, FILE *stream)
{
    const char *before = "\n";
    for (size_t i = 0; i < report->count; i++) {
        const struct publish_outputs *outputs = &report->runs[i].result.outputs;
        for (size_t k = 0; k < outputs->count; k++) {
            const struct publish_output *output = &outputs->items[k];
            if (was_named(report, i, output->location))
                continue;
            fprintf(stream, "%s%-8s %s\n", before, output->table, output->location);
            before = "";
        }
    }
}

void run_print_table(const struct run_report *report, FILE *stream)
{
    if (report->count == 0) {
        fputs("nothing was missed\n", stream);
        return;
    }
    struct table_print table = { .columns = columns, .column_count = COLUMN_COUNT };
    for (size_t i = 0; i < report->count; i++)
        add_run(&table, &report->runs[i]);
    table_print_write(&table, stream);
    table_print_release(&table);
    for (size_t i = 0; i < report->count; i++)
        print_findings(&report->runs[i], stream);
    print_outputs(report, stream);
    for (size_t i = 0; i < report->count; i++)
        if (report->runs[i].is_other)
            fprintf(stream, "\n%s: %s\n", report->runs[i].playbook->name, RUN_PRINT_IS_OTHER);
}
