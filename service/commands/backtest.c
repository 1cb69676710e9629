/* playbook backtest: one playbook over a range of bars in files. */
#include "service/base/decimal.h"
#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "service/base/text.h"
#include "service/base/unknown.h"
#include "service/commands/backtest_bars.h"
#include "service/commands/bar_arguments.h"
#include "service/commands/commands.h"
#include "service/commands/result_print.h"
#include "service/jobs/backtest.h"
#include "service/jobs/playbooks.h"
#include "service/jobs/publish.h"
#include "service/market/timeframe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct flag flags[] = {
    { .name = "strategy", .placeholder = "NAME", .help = "run this strategy" },
    { .name = "playbook",
      .placeholder = "NAME",
      .help = "run this playbook of the playbooks file" },
    { .name = "playbooks-file",
      .placeholder = "FILE",
      .help = "the playbooks file",
      .setting = SETTING_PLAYBOOKS_FILE },
    { .name = "symbol",
      .placeholder = "SYMBOL",
      .repeatable = true,
      .help = "what to trade: QQQ, BTC/USD; a comma list, or several times" },
    { .name = "set",
      .placeholder = "NAME=VALUE",
      .repeatable = true,
      .help = "a parameter (see `playbook strategies NAME`)" },
    { .name = "timeframe",
      .placeholder = "TIMEFRAME",
      .help = "1Min to 59Min, 1Hour to 23Hour, 1Day" },
    { .name = "start",
      .placeholder = "DATE",
      .help = "first session; earlier bars serve as history only" },
    { .name = "end", .placeholder = "DATE", .help = "last session" },
    { .name = "bars",
      .placeholder = "FILE|DIR",
      .help = "bars, CSV or Parquet, in a folder SYMBOL.csv or SYMBOL.parquet; without it they "
              "are fetched from Alpaca" },
    { .name = "daily",
      .placeholder = "FILE|DIR",
      .help = "daily bars for the history; without it they are made from the bars" },
    { .name = "zone",
      .placeholder = "ZONE",
      .help = "of stamps without one: America/New_York, UTC or +HH:MM" },
    { .name = "feed",
      .placeholder = "NAME",
      .help = "of the bars to fetch: auto, sip or iex",
      .setting = SETTING_ALPACA_FEED },
    { .name = "adjustment",
      .placeholder = "KIND",
      .help = "of the bars to fetch: raw, split (by default) or all" },
    { .name = "refresh", .help = "fetch anew what the cache has" },
    { .name = "calendar", .placeholder = "NAME", .help = "xnys or 24x7; by default the symbol's" },
    { .name = "capital",
      .placeholder = "DOLLARS",
      .help = "where the equity curve begins (100000)" },
    { .name = "fee", .placeholder = "FEE", .help = "a side: 0.005/share, 2bps or 1/order" },
    { .name = "slippage", .placeholder = "BPS", .help = "on every fill, against you: 1bps" },
    { .name = "writer",
      .placeholder = "NAMES",
      .help = "where results go: csv",
      .setting = SETTING_WRITER_TYPE },
    { .name = "output-dir",
      .placeholder = "DIR",
      .help = "the folder for results",
      .setting = SETTING_OUTPUT_DIR },
    { .name = "output",
      .placeholder = "FILE",
      .help = "the trades; what is there of other runs stays; by default in a folder of its own" },
    { .name = "journal",
      .placeholder = "FILE",
      .help = "the journal; by default beside the trades" },
    { .name = "json", .help = "print the result as JSON" },
    { .name = "quiet", .help = "print nothing but errors" },
    { 0 },
};

static bool add_symbol(void *playbook, const char *symbol, struct error *error)
{
    return playbook_add_symbol(playbook, symbol, error);
}

static bool set_parameters(struct playbook *playbook, const struct arguments *arguments,
                           struct error *error)
{
    for (size_t i = 0; i < arguments_count(arguments, "set"); i++) {
        const char *pair = arguments_value_at(arguments, "set", i);
        const char *equals = strchr(pair, '=');
        if (!equals)
            return error_set(error, ERROR_USAGE, "--set %.60s: NAME=VALUE was expected", pair);
        char *name = memory_copy_text(pair);
        name[equals - pair] = '\0';
        bool set = playbook_set(playbook, name, equals + 1, error);
        free(name);
        if (!set)
            return error_context(error, "--set");
    }
    return true;
}

static bool build_playbook(struct playbook *playbook, const struct arguments *arguments,
                           struct error *error)
{
    const struct strategy_type *strategy =
        strategy_named(arguments_value(arguments, "strategy"), error);
    if (!strategy)
        return error_context(error, "--strategy");
    playbook_init(playbook, strategy);
    const char *timeframe = arguments_value(arguments, "timeframe");
    if (timeframe && !timeframe_parse(timeframe, &playbook->timeframe_us, error))
        return error_context(error, "--timeframe");
    return bar_arguments_symbols(arguments, add_symbol, playbook, error) &&
           set_parameters(playbook, arguments, error) && playbook_finish(playbook, NULL, error);
}

/* The playbook the flags ask for: one of the file (*file then holds it), or one made of flags (then
 * *made does). */
static const struct playbook *choose_playbook(const struct arguments *arguments,
                                              const struct settings *settings,
                                              struct playbooks *file, struct playbook *made,
                                              struct error *error)
{
    static const char *const made_only[] = { "symbol", "set", "timeframe" };
    const char *name = arguments_value(arguments, "playbook");
    bool has_strategy = arguments_has(arguments, "strategy");
    if ((name != NULL) == has_strategy) {
        error_set(error, ERROR_USAGE, "either --strategy or --playbook is needed");
        return NULL;
    }
    if (has_strategy)
        return build_playbook(made, arguments, error) ? made : NULL;
    for (size_t i = 0; i < sizeof made_only / sizeof made_only[0]; i++) {
        if (arguments_has(arguments, made_only[i])) {
            error_set(error, ERROR_USAGE,
                      "--%s goes with --strategy: a playbook of the file is "
                      "what the file says",
                      made_only[i]);
            return NULL;
        }
    }
    if (!playbooks_load(settings_get(settings, SETTING_PLAYBOOKS_FILE), file, error))
        return NULL;
    return playbooks_find(file, name, error);
}

static bool choose_calendar(const struct arguments *arguments, const struct playbook *playbook,
                            const struct calendar **ret_calendar, struct error *error)
{
    const char *name = arguments_value(arguments, "calendar");
    if (name) {
        static const char *const names[] = { "xnys", "24x7", NULL };
        *ret_calendar = calendar_find(name);
        return *ret_calendar || unknown_name(error, "calendar", name, names);
    }
    *ret_calendar = playbook_calendar(playbook, error);
    return *ret_calendar != NULL;
}

static bool read_capital(const struct arguments *arguments, int64_t *ret_capital,
                         struct error *error)
{
    const char *text = arguments_value(arguments, "capital");
    *ret_capital = BACKTEST_CAPITAL;
    if (!text || (decimal_parse(text, strlen(text), MONEY_DECIMALS, ret_capital) &&
                  *ret_capital > 0 && *ret_capital <= MONEY_MAX))
        return true;
    return error_set(error, ERROR_USAGE,
                     "--capital %.40s: an amount of dollars above 0 was "
                     "expected",
                     text);
}

static bool read_options(const struct arguments *arguments, const struct playbook *playbook,
                         struct backtest_options *options, struct error *error)
{
    const char *fee = arguments_value(arguments, "fee");
    const char *slippage = arguments_value(arguments, "slippage");
    options->playbook = playbook;
    options->threads = parallel_threads();
    if (fee && !costs_parse_fee(fee, &options->costs, error))
        return error_context(error, "--fee");
    if (slippage && !costs_parse_slippage(slippage, &options->costs, error))
        return error_context(error, "--slippage");
    return bar_arguments_range(arguments, &options->start, &options->end, error) &&
           read_capital(arguments, &options->capital, error) &&
           choose_calendar(arguments, playbook, &options->calendar, error);
}

/* "<folder of path>/name". */
static void append_beside(struct text *text, const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    if (slash)
        text_append_bytes(text, path, (size_t)(slash + 1 - path));
    text_append(text, name);
}

static bool publish(const struct backtest *backtest, const struct arguments *arguments,
                    const struct settings *settings, struct publish_outputs *outputs,
                    struct error *error)
{
    const char *output = arguments_value(arguments, "output");
    const char *journal = arguments_value(arguments, "journal");
    struct text folder = { 0 }, trades_path = { 0 }, journal_path = { 0 };
    text_format(&folder, "%s/backtests/", settings_get(settings, SETTING_OUTPUT_DIR));
    publish_run_id(backtest, &folder);
    if (output)
        text_append(&trades_path, output);
    else
        text_format(&trades_path, "%s/trades.csv", text_string(&folder));
    if (journal)
        text_append(&journal_path, journal);
    else
        append_beside(&journal_path, text_string(&trades_path), "journal.csv");
    bool published = publish_backtest(backtest,
                                      &(struct publish_options) {
                                          .writers = settings_get(settings, SETTING_WRITER_TYPE),
                                          .trades_path = text_string(&trades_path),
                                          .journal_path = text_string(&journal_path),
                                      },
                                      outputs, error);
    text_release(&folder);
    text_release(&trades_path);
    text_release(&journal_path);
    return published;
}

static void print(const struct backtest *backtest, const struct arguments *arguments,
                  const struct result_context *context)
{
    if (arguments_has(arguments, "json")) {
        result_print_json(backtest, context, stdout);
    } else if (!arguments_has(arguments, "quiet")) {
        result_print_table(backtest, context, stdout);
        result_print_outputs(context->outputs, stdout);
    }
}

static bool run_backtest(const struct arguments *arguments, const struct settings *settings,
                         const struct playbook *playbook, struct error *error)
{
    struct backtest_options options = { 0 };
    struct backtest_bars bars = { 0 };
    struct backtest backtest = { 0 };
    struct publish_outputs outputs = { 0 };
    bool done = false;
    if (!read_options(arguments, playbook, &options, error) ||
        !backtest_bars_open(arguments, settings, &options, &bars, error))
        goto out;
    if (!backtest_run(&options, &backtest, error) ||
        !publish(&backtest, arguments, settings, &outputs, error))
        goto out;
    print(&backtest, arguments,
          &(struct result_context) { .calendar = options.calendar, .outputs = &outputs });
    done = true;
out:
    publish_outputs_release(&outputs);
    backtest_release(&backtest);
    backtest_bars_close(&bars);
    return done;
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    struct error error = { 0 };
    struct playbooks file = { 0 };
    struct playbook made = { 0 };
    const struct playbook *playbook = choose_playbook(arguments, settings, &file, &made, &error);
    bool done = playbook && run_backtest(arguments, settings, playbook, &error);
    int code = done ? 0 : command_fail(&error);
    playbook_release(&made);
    playbooks_release(&file);
    return code;
}

const struct command backtest_command = {
    .name = "backtest",
    .summary = "run one playbook over bars of the past",
    .flags = flags,
    .run = run,
};
