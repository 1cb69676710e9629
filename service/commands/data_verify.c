/* playbook data verify: are the bars that are kept still what the provider says? */
#include "service/base/json_fields.h"
#include "service/base/memory.h"
#include "service/commands/commands.h"
#include "service/commands/verify_print.h"

#include <stdio.h>
#include <stdlib.h>

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
    { .name = "json", .help = "print the result as JSON, every session that differs" },
    { 0 },
};

struct comparison {
    struct data_range range;
    struct market_data data;
    struct verified *verified; /* of each symbol of the range */
};

static bool take(void *context, const struct data_part *part, size_t place,
                 const struct symbol_bars *bars, struct error *error)
{
    struct comparison *comparison = context;
    const struct data_range *range = &comparison->range;
    struct verified *verified = &comparison->verified[place];
    struct kept_range kept;
    struct kept_month_name name = {
        .provider = MARKET_DATA_PROVIDER,
        .feed = market_data_feed_name(range->settings, verified->symbol),
        .symbol = verified->symbol,
        .adjustment = data_range_adjustment(range, verified->symbol),
    };
    if (!kept_bars_read(comparison->data.store, &part->days, &name, part->first_date,
                        part->last_date, &kept, error))
        return false;
    verify_run(&part->days, part->first_date, part->last_date, &kept.bars, &bars->bars,
               &verified->verify);
    verified->part = part;
    verified->as_of = kept.as_of;
    verified->wrong = kept.wrong;
    series_release(&kept.bars);
    return true;
}

static void begin(struct comparison *comparison)
{
    const struct data_range *range = &comparison->range;
    comparison->verified = memory_new(range->list.count, sizeof *comparison->verified);
    for (size_t i = 0; i < range->list.count; i++) {
        comparison->verified[i].symbol = range->list.symbols[i];
        comparison->verified[i].error = &range->errors[i];
        comparison->verified[i].adjustment =
            data_range_adjustment_name(range, range->list.symbols[i]);
    }
}

static void print_json(const struct comparison *comparison)
{
    struct text json = { 0 };
    text_append(&json, "{");
    json_field_string(&json, "timeframe", data_range_timeframe(&comparison->range));
    json_field_name(&json, "symbols");
    verify_append_json(comparison->verified, comparison->range.list.count, &json);
    text_append(&json, "}");
    puts(text_string(&json));
    text_release(&json);
}

static int finish(const struct comparison *comparison, bool is_json)
{
    if (is_json)
        print_json(comparison);
    else
        verify_print_table(comparison->verified, comparison->range.list.count);
    int code = data_range_tell(&comparison->range);
    for (size_t i = 0; i < comparison->range.list.count; i++)
        if (verified_differs(&comparison->verified[i]) && code < error_exit_code(ERROR_DATA))
            code = error_exit_code(ERROR_DATA);
    return code;
}

static void release(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->range.list.count; i++)
        verify_release(&comparison->verified[i].verify);
    free(comparison->verified);
    market_data_close(&comparison->data);
    data_range_release(&comparison->range);
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    struct comparison comparison = { 0 };
    struct error error = { 0 };
    if (!data_range_read(arguments, settings, &comparison.range, &error))
        return command_fail(&error);
    begin(&comparison);
    bool is_compared =
        data_range_open(&comparison.range, false, &comparison.data, &error) &&
        data_range_collect(&comparison.range, comparison.data.alpaca, take, &comparison, &error);
    int code =
        is_compared ? finish(&comparison, arguments_has(arguments, "json")) : command_fail(&error);
    release(&comparison);
    return code;
}

const struct command data_verify_command = {
    .name = "data verify",
    .summary = "compare bars in the cache with Alpaca's; exit code 3 when any have changed since",
    .flags = flags,
    .run = run,
};
