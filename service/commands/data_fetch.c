/* playbook data fetch: fills the cache with the bars of a range. */
#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/base/json_fields.h"
#include "service/base/memory.h"
#include "service/commands/commands.h"
#include "service/commands/data_range.h"
#include "service/commands/table_print.h"
#include "service/feeds/cached_feed.h"
#include "service/jobs/collect.h"

#include <stdio.h>
#include <stdlib.h>

enum { DATES_SHOWN = 3 };

static const struct flag flags[] = {
    { .name = "symbol",
      .placeholder = "SYMBOL",
      .repeatable = true,
      .help = "whose bars: QQQ, BTC/USD; a comma list, or several times" },
    { .name = "start", .placeholder = "DATE", .help = "first session" },
    { .name = "end",
      .placeholder = "DATE",
      .help = "last session; by default the last one that is over" },
    { .name = "timeframe", .placeholder = "TIMEFRAME", .help = "1Min (by default) or 1Day" },
    { .name = "feed",
      .placeholder = "NAME",
      .help = "of equities: auto, sip or iex",
      .setting = SETTING_ALPACA_FEED },
    { .name = "adjustment",
      .placeholder = "KIND",
      .help = "of equities: raw, split (by default) or all" },
    { .name = "refresh", .help = "fetch anew what the cache has" },
    { .name = "json", .help = "print the result as JSON" },
    { 0 },
};

/* Of a symbol; part NULL: nothing was fetched. */
struct fetched {
    const struct data_part *part;
    struct coverage coverage;
};

struct fetch {
    struct data_range range;
    struct market_data data;
    struct fetched *fetched; /* of each symbol of the range */
};

/* A name that the provider does not know has no bars, and no error either. */
static bool take(void *context, const struct data_part *part, size_t place,
                 const struct symbol_bars *bars, struct error *error)
{
    (void)error;
    struct fetch *fetch = context;
    struct fetched *fetched = &fetch->fetched[place];
    char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
    fetched->part = part;
    coverage_count(&part->days, part->first_date, part->last_date, &bars->bars, &fetched->coverage);
    if (fetched->coverage.bars == 0)
        error_set(&fetch->range.errors[place], ERROR_DATA,
                  "the provider has no bars from %s to %s: is that the right symbol?",
                  date_format(part->first_date, first), date_format(part->last_date, last));
    return true;
}

/* The sessions at the end of the range that may still change. */
static int32_t first_unkept(const struct data_part *part)
{
    int32_t final_date = market_data_final_date(part->days.calendar, clock_wall_us());
    return final_date <= part->last_date ? final_date : DATE_NONE;
}

static size_t sessions_filled(const struct coverage *coverage)
{
    return coverage->sessions - coverage->empty_count;
}

static void add_row(struct table_print *table, const char *symbol, const struct fetched *fetched)
{
    char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
    const struct coverage *coverage = &fetched->coverage;
    table_print_cell(table, "%s", symbol);
    table_print_cell(table, "%s", date_format(fetched->part->first_date, first));
    table_print_cell(table, "%s", date_format(fetched->part->last_date, last));
    table_print_cell(table, "%zu/%zu", sessions_filled(coverage), coverage->sessions);
    if (coverage->empty_count > 0)
        table_print_colour(table, COLOUR_YELLOW);
    table_print_cell(table, "%zu", coverage->bars);
}

static void print_empty(const char *symbol, const struct coverage *coverage)
{
    if (coverage->empty_count == 0)
        return;
    printf("%s: %zu session%s without a bar:", symbol, coverage->empty_count,
           coverage->empty_count == 1 ? "" : "s");
    char date[DATE_TEXT_SIZE];
    for (size_t i = 0; i < coverage->empty_count && i < DATES_SHOWN; i++)
        printf("%s %s", i > 0 ? "," : "", date_format(coverage->empty[i], date));
    puts(coverage->empty_count > DATES_SHOWN ? ", ... (--json lists all)" : "");
}

static void print_unkept(const struct data_part *part)
{
    char date[DATE_TEXT_SIZE];
    int32_t unkept = part->count > 0 ? first_unkept(part) : DATE_NONE;
    if (unkept != DATE_NONE)
        printf("Bars of %s from %s on are not kept yet: a day is final shortly after the midnight "
               "that ends it.\n",
               part->days.calendar->name, date_format(unkept, date));
}

static double request_count(const struct market_data *data)
{
    return metrics_sum(data->metrics, "playbook_http_requests_total", "");
}

static void print_table(const struct fetch *fetch)
{
    const struct data_range *range = &fetch->range;
    struct table_print table = {
        .columns = (const struct table_print_column[]) { { "symbol", ALIGN_LEFT },
                                                         { "first session", ALIGN_LEFT },
                                                         { "last session", ALIGN_LEFT },
                                                         { "with bars", ALIGN_RIGHT },
                                                         { "bars", ALIGN_RIGHT } },
        .column_count = 5,
    };
    for (size_t i = 0; i < range->list.count; i++)
        if (range->errors[i].kind == ERROR_NONE)
            add_row(&table, range->list.symbols[i], &fetch->fetched[i]);
    if (table.cell_count > 0)
        table_print_write(&table, stdout);
    for (size_t i = 0; i < range->list.count; i++)
        if (range->errors[i].kind == ERROR_NONE)
            print_empty(range->list.symbols[i], &fetch->fetched[i].coverage);
    for (int kind = 0; kind < DATA_PART_COUNT && table.cell_count > 0; kind++)
        print_unkept(&range->parts[kind]);
    if (table.cell_count > 0) {
        struct cached_feed_counts counts = cached_feed_counts(fetch->data.cache);
        printf("months: %zu from the cache, %zu fetched; requests: %.0f\n", counts.months_hit,
               counts.months_fetched, request_count(&fetch->data));
    }
    table_print_release(&table);
}

static void append_symbol(struct text *json, const struct fetch *fetch, size_t place)
{
    const struct data_range *range = &fetch->range;
    const struct fetched *fetched = &fetch->fetched[place];
    const struct coverage *coverage = &fetched->coverage;
    char date[DATE_TEXT_SIZE];
    text_append(json, place > 0 ? ",{" : "{");
    json_field_string(json, "symbol", range->list.symbols[place]);
    if (range->errors[place].kind != ERROR_NONE) {
        json_field_string(json, "error", range->errors[place].message);
        text_append(json, "}");
        return;
    }
    json_field_string(json, "feed",
                      market_data_feed_name(range->settings, range->list.symbols[place]));
    json_field_string(json, "adjustment",
                      data_range_adjustment_name(range, range->list.symbols[place]));
    json_field_date(json, "start", fetched->part->first_date);
    json_field_date(json, "end", fetched->part->last_date);
    json_field_date(json, "not_kept_from", first_unkept(fetched->part));
    json_field_count(json, "sessions", coverage->sessions);
    json_field_count(json, "sessions_with_bars", sessions_filled(coverage));
    json_field_name(json, "sessions_empty");
    for (size_t i = 0; i < coverage->empty_count; i++)
        text_format(json, "%s\"%s\"", i > 0 ? "," : "[", date_format(coverage->empty[i], date));
    text_append(json, coverage->empty_count > 0 ? "]" : "[]");
    json_field_count(json, "bars", coverage->bars);
    text_append(json, "}");
}

static void print_json(const struct fetch *fetch)
{
    const struct data_range *range = &fetch->range;
    struct cached_feed_counts counts = cached_feed_counts(fetch->data.cache);
    struct text json = { 0 };
    text_append(&json, "{");
    json_field_string(&json, "timeframe", data_range_timeframe(range));
    json_field_name(&json, "symbols");
    text_append(&json, "[");
    for (size_t i = 0; i < range->list.count; i++)
        append_symbol(&json, fetch, i);
    text_append(&json, "]");
    json_field_count(&json, "months_from_cache", counts.months_hit);
    json_field_count(&json, "months_fetched", counts.months_fetched);
    json_field_count(&json, "months_outdated", counts.months_stale);
    json_field_count(&json, "months_damaged", counts.months_corrupt);
    json_field_count(&json, "months_not_kept", counts.months_unkept);
    json_field_number(&json, "requests", request_count(&fetch->data));
    text_append(&json, "}");
    puts(text_string(&json));
    text_release(&json);
}

static int worse(int code, int other)
{
    return other > code ? other : code;
}

/* What was fetched for the cache and is not in it has failed, however many bars there were. */
static int tell_unkept(const struct fetch *fetch)
{
    struct error error = { 0 };
    size_t unkept = cached_feed_counts(fetch->data.cache).months_unkept;
    if (unkept == 0)
        return 0;
    error_set(&error, ERROR_WRITER, "%zu month%s could not be kept", unkept,
              unkept == 1 ? "" : "s");
    return command_fail(&error);
}

static int finish(const struct fetch *fetch, bool is_json)
{
    if (is_json)
        print_json(fetch);
    else
        print_table(fetch);
    return worse(data_range_tell(&fetch->range), tell_unkept(fetch));
}

static void release(struct fetch *fetch)
{
    for (size_t i = 0; i < fetch->range.list.count; i++)
        coverage_release(&fetch->fetched[i].coverage);
    free(fetch->fetched);
    market_data_close(&fetch->data);
    data_range_release(&fetch->range);
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    struct fetch fetch = { 0 };
    struct error error = { 0 };
    if (!data_range_read(arguments, settings, &fetch.range, &error))
        return command_fail(&error);
    fetch.fetched = memory_new(fetch.range.list.count, sizeof *fetch.fetched);
    bool is_fetched =
        data_range_open(&fetch.range, arguments_has(arguments, "refresh"), &fetch.data, &error) &&
        data_range_collect(&fetch.range, market_data_feed(&fetch.data), take, &fetch, &error);
    int code = is_fetched ? finish(&fetch, arguments_has(arguments, "json")) : command_fail(&error);
    release(&fetch);
    return code;
}

const struct command data_fetch_command = {
    .name = "data fetch",
    .summary = "fill the cache with the bars of a range, fetched from Alpaca",
    .flags = flags,
    .run = run,
};
