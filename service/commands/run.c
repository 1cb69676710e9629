/* playbook run: the scheduled day, or every session that was missed. */
#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/base/log.h"
#include "service/base/memory.h"
#include "service/base/text.h"
#include "service/base/unknown.h"
#include "service/commands/bar_arguments.h"
#include "service/commands/commands.h"
#include "service/commands/market_data.h"
#include "service/commands/run_print.h"
#include "service/jobs/day_runs.h"
#include "service/jobs/playbooks.h"
#include "service/market/symbol.h"
#include "service/strategies/strategy.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STORE_TIMEOUT_MS = 30000 };

/* What runs when nothing is configured. */
#define DEFAULT_STRATEGY "dp20"
#define FETCH_TIMEOUT_US (10 * MINUTE_US)

static const struct flag flags[] = {
    { .name = "today", .help = "the session of New York's date now" },
    { .name = "date", .placeholder = "DATE", .help = "the session of this date" },
    { .name = "since",
      .placeholder = "last",
      .help = "every session behind the last that is done, for each playbook" },
    { .name = "if-due",
      .help = "say and do nothing when there is nothing to do: no session, too early, or done" },
    { .name = "playbook",
      .placeholder = "NAME",
      .repeatable = true,
      .help = "only this one of the playbooks file; without it every enabled one" },
    { .name = "playbooks-file",
      .placeholder = "FILE",
      .help = "the playbooks file",
      .setting = SETTING_PLAYBOOKS_FILE },
    { .name = "provisional",
      .help = "before the session is over, too, on the bars there are; print, keep nothing" },
    { .name = "dry-run", .help = "fetch, compute and print, keep nothing" },
    { .name = "force", .help = "do again what is done, and replace it" },
    { .name = "feed",
      .placeholder = "NAME",
      .help = "of the bars to fetch: auto, sip or iex",
      .setting = SETTING_ALPACA_FEED },
    { .name = "writer",
      .placeholder = "NAMES",
      .help = "where results go: csv",
      .setting = SETTING_WRITER_TYPE },
    { .name = "output-dir",
      .placeholder = "DIR",
      .help = "the folder for trades.csv and journal.csv",
      .setting = SETTING_OUTPUT_DIR },
    { .name = "state",
      .placeholder = "DIR",
      .help = "the folder that keeps what has been done",
      .setting = SETTING_STATE_LOCATION },
    { .name = "json", .help = "print the result as JSON" },
    { .name = "quiet", .help = "print nothing but errors" },
    { 0 },
};

/* What the command works with. */
struct run {
    const struct arguments *arguments;
    const struct settings *settings;
    int64_t now_us;
    struct playbooks file;
    struct playbook fallback;       /* when there is no file */
    const struct playbook **chosen; /* owned; they belong to the file, or it is the fallback */
    size_t chosen_count;
    const char **symbols; /* owned; their equities */
    size_t symbol_count;
    struct store *store;
    struct market_data data;
    struct text trades_path, journal_path;
    struct day_runs runs;
};

static bool load_fallback(struct run *run, struct error *error)
{
    log_event(LOG_INFO, "%s is not there: " DEFAULT_STRATEGY " runs as it is by default",
              settings_get(run->settings, SETTING_PLAYBOOKS_FILE));
    const struct strategy_type *strategy = strategy_named(DEFAULT_STRATEGY, error);
    if (!strategy)
        return false;
    playbook_init(&run->fallback, strategy);
    return playbook_finish(&run->fallback, NULL, error);
}

static bool load_playbooks(struct run *run, struct error *error)
{
    const char *path = settings_get(run->settings, SETTING_PLAYBOOKS_FILE);
    bool is_default = settings_source(run->settings, SETTING_PLAYBOOKS_FILE) == SOURCE_DEFAULT;
    if (is_default && !arguments_has(run->arguments, "playbook") && access(path, F_OK) != 0)
        return load_fallback(run, error);
    return playbooks_load(path, &run->file, error);
}

static void choose(struct run *run, const struct playbook *playbook)
{
    for (size_t i = 0; i < run->chosen_count; i++)
        if (run->chosen[i] == playbook)
            return;
    run->chosen[run->chosen_count++] = playbook;
}

static bool choose_playbooks(struct run *run, struct error *error)
{
    size_t named = arguments_count(run->arguments, "playbook");
    if (!load_playbooks(run, error))
        return false;
    run->chosen = memory_new(run->file.count + named + 1, sizeof *run->chosen);
    for (size_t i = 0; i < named; i++) {
        const char *name = arguments_value_at(run->arguments, "playbook", i);
        const struct playbook *playbook = playbooks_find(&run->file, name, error);
        if (!playbook)
            return error_context(error, "--playbook");
        choose(run, playbook);
    }
    for (size_t i = 0; named == 0 && i < run->file.count; i++)
        if (run->file.items[i].enabled)
            choose(run, &run->file.items[i]);
    if (run->fallback.strategy)
        choose(run, &run->fallback);
    return run->chosen_count > 0 ||
           error_set(error, ERROR_USAGE, "%s has no playbook that is enabled",
                     settings_get(run->settings, SETTING_PLAYBOOKS_FILE));
}

static void list_equities(struct run *run)
{
    size_t capacity = 0;
    for (size_t i = 0; i < run->chosen_count; i++) {
        for (size_t k = 0; k < run->chosen[i]->symbol_count; k++) {
            if (symbol_is_pair(run->chosen[i]->symbols[k]))
                continue;
            run->symbols =
                memory_grow(run->symbols, run->symbol_count, &capacity, sizeof *run->symbols);
            run->symbols[run->symbol_count++] = run->chosen[i]->symbols[k];
        }
    }
}

static bool open_parts(struct run *run, int64_t deadline_us, struct error *error)
{
    const char *folder = settings_get(run->settings, SETTING_OUTPUT_DIR);
    text_format(&run->trades_path, "%s/trades.csv", folder);
    text_format(&run->journal_path, "%s/journal.csv", folder);
    run->store = store_open(
        &(struct store_options) {
            .location = settings_get(run->settings, SETTING_STATE_LOCATION),
            .timeout_ms = STORE_TIMEOUT_MS,
        },
        error);
    if (!run->store)
        return error_context(error, "STATE_LOCATION");
    list_equities(run);
    return market_data_open(&run->data,
                            &(struct market_data_options) {
                                .settings = run->settings,
                                .symbols = run->symbols,
                                .symbol_count = run->symbol_count,
                                .deadline_us = deadline_us,
                            },
                            error);
}

static struct day_run_options options_of(struct run *run, int32_t date)
{
    return (struct day_run_options) {
        .playbooks = run->chosen,
        .playbook_count = run->chosen_count,
        .date = date,
        .now_us = run->now_us,
        .delay_us = market_data_delay_us,
        .provisional = arguments_has(run->arguments, "provisional"),
        .dry_run = arguments_has(run->arguments, "dry-run"),
        .force = arguments_has(run->arguments, "force"),
        .store = run->store,
        .bars = {
            .feed = market_data_feed(&run->data),
            .deadline_us = run->data.options.deadline_us,
            .shares_since = market_data_shares_since,
            .progress = market_data_progress,
            .context = &run->data,
        },
        .publish = {
            .writers = settings_get(run->settings, SETTING_WRITER_TYPE),
            .trades_path = text_string(&run->trades_path),
            .journal_path = text_string(&run->journal_path),
        },
    };
}

/* The date asked for; DATE_NONE: all that were missed. */
static bool choose_date(const struct run *run, int32_t *ret_date, struct error *error)
{
    const struct arguments *arguments = run->arguments;
    const char *since = arguments_value(arguments, "since");
    bool today = arguments_has(arguments, "today");
    bool has_date = arguments_has(arguments, "date");
    if (today + has_date + (since != NULL) != 1)
        return error_set(error, ERROR_USAGE,
                         "one of --today, --date DATE and --since last is needed");
    if (since && strcmp(since, "last") != 0)
        return error_set(error, ERROR_USAGE, "--since %.40s: only `last` is known", since);
    *ret_date = since ? DATE_NONE : calendar_date(calendar_find("xnys"), run->now_us);
    return !has_date || bar_arguments_date(arguments, "date", ret_date, error);
}

static void print(const struct run *run, bool spans_days, int64_t duration_us)
{
    const struct run_report report = {
        .runs = run->runs.items,
        .count = run->runs.count,
        .spans_days = spans_days,
        .duration_us = duration_us,
    };
    bool is_idle = arguments_has(run->arguments, "if-due") && run->runs.count == 0;
    if (is_idle)
        return;
    if (arguments_has(run->arguments, "json"))
        run_print_json(&report, stdout);
    else if (!arguments_has(run->arguments, "quiet"))
        run_print_table(&report, stdout);
}

/* Tells what went wrong, each; the exit code is that of the first. */
static int conclude(const struct run *run)
{
    int code = 0;
    for (size_t i = 0; i < run->runs.count; i++) {
        const struct day_run *one = &run->runs.items[i];
        struct error error = one->error;
        char date[DATE_TEXT_SIZE];
        if (error.kind == ERROR_NONE)
            continue;
        error_context(&error, "%s on %s", one->playbook->name, date_format(one->date, date));
        int failed = command_fail(&error);
        code = code ? code : failed;
    }
    return code;
}

static bool run_all(struct run *run, int32_t date, struct error *error)
{
    const struct day_run_options options = options_of(run, date);
    if (date == DATE_NONE)
        return day_runs_add_missed(&run->runs, &options, error);
    day_runs_add(&run->runs, &options);
    return true;
}

static void run_release(struct run *run)
{
    day_runs_release(&run->runs);
    market_data_close(&run->data);
    store_close(run->store);
    free(run->symbols);
    free(run->chosen);
    playbook_release(&run->fallback);
    playbooks_release(&run->file);
    text_release(&run->trades_path);
    text_release(&run->journal_path);
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    struct error error = { 0 };
    int64_t begin_us = clock_monotonic_us();
    struct run all = { .arguments = arguments, .settings = settings, .now_us = clock_wall_us() };
    int32_t date;
    bool done = choose_date(&all, &date, &error) && choose_playbooks(&all, &error) &&
                open_parts(&all, begin_us + FETCH_TIMEOUT_US, &error) &&
                run_all(&all, date, &error);
    if (arguments_has(arguments, "if-due"))
        day_runs_forget_idle(&all.runs);
    if (done)
        print(&all, date == DATE_NONE, clock_monotonic_us() - begin_us);
    int code = done ? conclude(&all) : command_fail(&error);
    run_release(&all);
    return code;
}

const struct command run_command = {
    .name = "run",
    .summary = "run every playbook over the day that is over, and publish it",
    .flags = flags,
    .run = run,
};
