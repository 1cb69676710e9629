#include "service/commands/verify_print.h"

#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/base/json_fields.h"
#include "service/commands/table_print.h"

#include <stdio.h>
#include <string.h>

enum { SESSIONS_SHOWN = 5 };

static size_t sessions_unkept(const struct verify *verify)
{
    return verify->sessions - verify->sessions_kept;
}

static size_t difference_count(const struct verify *verify)
{
    size_t count = 0;
    for (int kind = 0; kind < VERIFY_KIND_COUNT; kind++)
        count += verify->counts[kind];
    return count;
}

bool verified_differs(const struct verified *verified)
{
    return verified->wrong.kind != ERROR_NONE || difference_count(&verified->verify) > 0;
}

static void add_row(struct table_print *table, const struct verified *verified)
{
    char date[DATE_TEXT_SIZE];
    const struct verify *verify = &verified->verify;
    table_print_cell(table, "%s", verified->symbol);
    table_print_cell(table, "%zu", verify->sessions_kept);
    table_print_cell(table, "%zu", sessions_unkept(verify));
    table_print_cell(table, "%zu", verify->different_count);
    table_print_cell(table, "%zu", verify->bars);
    for (int kind = 0; kind < VERIFY_KIND_COUNT; kind++) {
        table_print_cell(table, "%zu", verify->counts[kind]);
        if (verify->counts[kind] > 0)
            table_print_colour(table, COLOUR_RED);
    }
    table_print_cell(table, "%s",
                     verified->as_of != DATE_NONE ? date_format(verified->as_of, date) : "-");
}

static void print_counts(const struct verified *verified, size_t count)
{
    struct table_print table = {
        .columns = (const struct table_print_column[]) { { "symbol", ALIGN_LEFT },
                                                         { "kept", ALIGN_RIGHT },
                                                         { "not kept", ALIGN_RIGHT },
                                                         { "different", ALIGN_RIGHT },
                                                         { "bars", ALIGN_RIGHT },
                                                         { "changed", ALIGN_RIGHT },
                                                         { "missing here", ALIGN_RIGHT },
                                                         { "no longer there", ALIGN_RIGHT },
                                                         { "as of", ALIGN_LEFT } },
        .column_count = 9,
    };
    for (size_t i = 0; i < count; i++)
        if (verified[i].error->kind == ERROR_NONE)
            add_row(&table, &verified[i]);
    if (table.cell_count > 0)
        table_print_write(&table, stdout);
    table_print_release(&table);
}

/* "2024-06-05: 3 changed, 1 missing here". */
static void print_session(const struct verify_session *session)
{
    char date[DATE_TEXT_SIZE];
    const char *before = ": ";
    printf("  %s", date_format(session->date, date));
    for (int kind = 0; kind < VERIFY_KIND_COUNT; kind++) {
        if (session->counts[kind] == 0)
            continue;
        printf("%s%zu %s", before, session->counts[kind], verify_names[kind]);
        before = ", ";
    }
    puts("");
}

/* The numbers of a bar by name; of one that has changed those alone that differ. */
static void append_numbers(const struct verify_difference *difference, struct text *text)
{
    const struct bar *kept = &difference->kept, *fetched = &difference->fetched;
    const struct {
        const char *name;
        double kept, fetched;
    } numbers[] = {
        { "open", kept->open, fetched->open },
        { "high", kept->high, fetched->high },
        { "low", kept->low, fetched->low },
        { "close", kept->close, fetched->close },
        { "volume", kept->volume, fetched->volume },
        { "vwap", kept->vwap, fetched->vwap },
        { "trades", (double)kept->trade_count, (double)fetched->trade_count },
    };
    char old[DECIMAL_TEXT_SIZE], new[DECIMAL_TEXT_SIZE];
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        double_format(numbers[i].kept, old);
        double_format(numbers[i].fetched, new);
        const char *comma = text->size > 0 ? "," : "";
        if (difference->kind != VERIFY_CHANGED)
            text_format(text, "%s %s %s", comma, numbers[i].name,
                        difference->kind == VERIFY_GONE ? old : new);
        else if (strcmp(old, new) != 0)
            text_format(text, "%s %s %s -> %s", comma, numbers[i].name, old, new);
    }
}

static int64_t time_of(const struct verify_difference *difference)
{
    return difference->kind == VERIFY_MISSING ? difference->fetched.open_time_us
                                              : difference->kept.open_time_us;
}

static void print_difference(const struct verify_difference *difference, bool is_daily)
{
    char stamp[TIMESTAMP_TEXT_SIZE], date[DATE_TEXT_SIZE];
    int64_t time_us = time_of(difference);
    struct text numbers = { 0 };
    append_numbers(difference, &numbers);
    printf("    %s %s:%s\n",
           is_daily ? date_format(date_of_instant(time_us), date)
                    : timestamp_format(time_us, stamp),
           verify_names[difference->kind], text_string(&numbers));
    text_release(&numbers);
}

static void print_differences(const struct verified *verified)
{
    const struct verify *verify = &verified->verify;
    puts("");
    if (verified->wrong.kind != ERROR_NONE)
        printf("%s: %s; its bars were taken as not kept\n", verified->symbol,
               verified->wrong.message);
    if (verify->different_count > 0)
        printf("%s: %zu of the %zu sessions that are kept %s different\n", verified->symbol,
               verify->different_count, verify->sessions_kept,
               verify->different_count == 1 ? "is" : "are");
    for (size_t i = 0; i < verify->different_count && i < SESSIONS_SHOWN; i++)
        print_session(&verify->different[i]);
    if (verify->different_count > SESSIONS_SHOWN)
        printf("  and %zu more (--json lists all)\n", verify->different_count - SESSIONS_SHOWN);
    if (verify->shown_count > 0)
        printf("  the first of %zu bars, kept -> now:\n", difference_count(verify));
    for (size_t i = 0; i < verify->shown_count; i++)
        print_difference(&verify->shown[i], verified->part->days.is_daily);
}

void verify_print_table(const struct verified *verified, size_t count)
{
    size_t compared = 0, kept = 0, different = 0;
    for (size_t i = 0; i < count; i++) {
        compared += verified[i].error->kind == ERROR_NONE;
        kept += verified[i].verify.sessions_kept;
        different += verified_differs(&verified[i]);
    }
    if (compared == 0)
        return;
    print_counts(verified, count);
    for (size_t i = 0; i < count; i++)
        if (verified_differs(&verified[i]))
            print_differences(&verified[i]);
    if (different > 0)
        puts("\nNothing was changed. `playbook data fetch --refresh` with the same flags replaces "
             "what is kept.");
    else if (kept > 0)
        puts("What is kept is what the provider has.");
    else
        puts("Nothing of that is kept: there was nothing to compare.");
}

static void append_counts(struct text *json, const size_t counts[static VERIFY_KIND_COUNT])
{
    json_field_count(json, "changed", counts[VERIFY_CHANGED]);
    json_field_count(json, "missing_here", counts[VERIFY_MISSING]);
    json_field_count(json, "no_longer_there", counts[VERIFY_GONE]);
}

static void append_sessions(struct text *json, const struct verify *verify)
{
    json_field_name(json, "different");
    text_append(json, "[");
    for (size_t i = 0; i < verify->different_count; i++) {
        text_append(json, i > 0 ? ",{" : "{");
        json_field_date(json, "session", verify->different[i].date);
        append_counts(json, verify->different[i].counts);
        text_append(json, "}");
    }
    text_append(json, "]");
}

static void append_bar(struct text *json, const char *name, const struct bar *bar)
{
    json_field_name(json, name);
    text_append(json, "{");
    json_field_number(json, "open", bar->open);
    json_field_number(json, "high", bar->high);
    json_field_number(json, "low", bar->low);
    json_field_number(json, "close", bar->close);
    json_field_number(json, "volume", bar->volume);
    json_field_number(json, "vwap", bar->vwap);
    json_field_number(json, "trade_count", (double)bar->trade_count);
    text_append(json, "}");
}

static void append_bars(struct text *json, const struct verify *verify)
{
    json_field_name(json, "first_differences");
    text_append(json, "[");
    for (size_t i = 0; i < verify->shown_count; i++) {
        const struct verify_difference *difference = &verify->shown[i];
        text_append(json, i > 0 ? ",{" : "{");
        json_field_time(json, "timestamp", time_of(difference));
        json_field_string(json, "what", verify_names[difference->kind]);
        if (difference->kind != VERIFY_MISSING)
            append_bar(json, "kept", &difference->kept);
        if (difference->kind != VERIFY_GONE)
            append_bar(json, "now", &difference->fetched);
        text_append(json, "}");
    }
    text_append(json, "]");
}

static void append_symbol(struct text *json, const struct verified *verified)
{
    const struct verify *verify = &verified->verify;
    json_field_string(json, "symbol", verified->symbol);
    if (verified->error->kind != ERROR_NONE) {
        json_field_string(json, "error", verified->error->message);
        return;
    }
    json_field_string(json, "adjustment", verified->adjustment);
    json_field_date(json, "start", verified->part->first_date);
    json_field_date(json, "end", verified->part->last_date);
    json_field_date(json, "as_of", verified->as_of);
    json_field_count(json, "sessions", verify->sessions);
    json_field_count(json, "sessions_kept", verify->sessions_kept);
    json_field_count(json, "sessions_not_kept", sessions_unkept(verify));
    json_field_count(json, "bars", verify->bars);
    append_counts(json, verify->counts);
    if (verified->wrong.kind != ERROR_NONE)
        json_field_string(json, "damaged", verified->wrong.message);
    append_sessions(json, verify);
    append_bars(json, verify);
}

void verify_append_json(const struct verified *verified, size_t count, struct text *json)
{
    text_append(json, "[");
    for (size_t i = 0; i < count; i++) {
        text_append(json, i > 0 ? ",{" : "{");
        append_symbol(json, &verified[i]);
        text_append(json, "}");
    }
    text_append(json, "]");
}
