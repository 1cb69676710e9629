/* How fast bars are fetched and kept: from a stand-in on the loopback that takes 40 ms for each
 * request, by all that the program has for it (commands/market_data.h) and by the program itself.
 *
 * The yardstick of a wait is the longest chain of pages: each next one can only be asked for when
 * the page before it has come. That of processor time is the least that reading a page can be. */
#include "service/base/clock.h"
#include "service/base/memory.h"
#include "service/commands/market_data.h"
#include "service/settings.h"
#include "tests/bench/files.h"
#include "tests/bench/page_server.h"
#include "tests/bench/stopwatch.h"
#include "tests/bench/walk.h"

#include <sys/resource.h>

enum { LATENCY_MS = 40, FEW = 5, MANY = 50, ROUNDS = 15, YEARS = 3, NAME_SIZE = 8, PATH_SIZE = 64 };

static char names[MANY][NAME_SIZE];
static const char *symbols[MANY];

/* A month as a provider has it: all minutes of the session, and half of those before and behind. */
static void fill_month(struct series *month)
{
    uint64_t state = 1;
    int64_t close = 100000;
    struct session session;
    int32_t last = date_from_civil(2022, 6, 30);
    for (int32_t date = date_from_civil(2022, 6, 1);
         calendar_session_from(calendar_find("xnys"), date, &session) && session.date <= last;
         date = session.date + 1) {
        for (int64_t minute = 4 * 60; minute < 20 * 60; minute++) {
            int64_t time_us = session.midnight_us + minute * MINUTE_US;
            struct bar bar = walk_bar(&state, &close, time_us);
            if ((time_us >= session.open_us && time_us < session.close_us) || minute % 2 == 0)
                series_append(month, &bar);
        }
    }
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static void note(struct stopwatch *watch, double seconds)
{
    watch->seconds[watch->rounds++] = seconds;
}

/* What the program would find in its environment; a cache of its own each time. */
static void set_stage(const struct page_server *server, const char *cache)
{
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", server->port);
    setenv("ALPACA_DATA_URL", url, 1);
    setenv("ALPACA_API_KEY", "PKBENCH", 1);
    setenv("ALPACA_SECRET_KEY", "none", 1);
    setenv("LOG_LEVEL", "warn", 1);
    setenv("CACHE_ENABLED", cache ? "true" : "false", 1);
    setenv("DATA_CACHE_DIR", cache ? cache : "", 1);
}

struct fetched {
    struct stopwatch wall, cpu;
};

/* The month of a few symbols, within this process. */
static void fetch_month(const struct page_server *server, const char *cache, size_t bars,
                        struct fetched *fetched)
{
    struct error error = { 0 };
    struct settings settings = { 0 };
    struct market_data data;
    struct bar_set set;
    set_stage(server, cache);
    bool ready = settings_load(&settings, SETTINGS_DOTENV_PATH, &error) &&
                 market_data_open(&data,
                                  &(struct market_data_options) {
                                      .settings = &settings,
                                      .symbols = symbols,
                                      .symbol_count = FEW,
                                      .deadline_us = clock_monotonic_us() + MINUTE_US,
                                  },
                                  &error);
    assert(ready);
    struct bar_request request = {
        .symbols = symbols,
        .symbol_count = FEW,
        .begin_us = date_from_civil(2022, 6, 1) * DAY_US + 4 * HOUR_US,
        .end_us = date_from_civil(2022, 7, 1) * DAY_US + 4 * HOUR_US,
        .deadline_us = data.options.deadline_us,
    };
    double cpu = cpu_seconds();
    stopwatch_begin(&fetched->wall);
    bool loaded = feed_load(market_data_feed(&data), &request, &set, &error);
    stopwatch_end(&fetched->wall);
    note(&fetched->cpu, cpu_seconds() - cpu);
    assert(loaded && set.symbols[0].bars.count == bars && set.symbols[FEW - 1].bars.count == bars);
    bar_set_release(&set);
    market_data_close(&data);
    settings_release(&settings);
}

static size_t count_braces(const struct text *page)
{
    size_t braces = 0;
    for (size_t i = 0; i < page->size; i++)
        braces += page->bytes[i] == '{';
    return braces;
}

static void clear(const char *folder)
{
    const char *clean[] = { "/bin/rm", "-rf", folder, NULL };
    files_run(clean);
}

/* Returns the most memory that it held, in MiB. */
static double run_program(const char *list, const char *start, const char *end, const char *output)
{
    const char *backtest[] = { files_program(), "backtest", "--strategy", "sma_cross",
                               "--symbol",      list,       "--start",    start,
                               "--end",         end,        "--output",   output,
                               "--quiet",       NULL };
    return files_run_for_memory(backtest);
}

/* Where files were removed a moment ago, the file system takes longer to make new ones. */
static void name_cache(const char *folder, int number, char cache[static PATH_SIZE])
{
    snprintf(cache, PATH_SIZE, "%s/month-%d", folder, number);
}

static void measure_month(const char *folder)
{
    struct page_server server;
    struct series month = { 0 };
    char cache[PATH_SIZE], output[PATH_SIZE];
    snprintf(output, sizeof output, "%s/trades.csv", folder);
    fill_month(&month);
    page_server_start(&server, &month, LATENCY_MS);
    struct fetched alone = { 0 }, kept = { 0 };
    struct stopwatch chain = { 0 }, counting = { 0 }, program = { 0 };
    for (int round = 0; round < ROUNDS; round++) {
        fetch_month(&server, NULL, month.count, &alone);
        name_cache(folder, 2 * round, cache);
        fetch_month(&server, cache, month.count, &kept);
        name_cache(folder, 2 * round + 1, cache);
        set_stage(&server, cache);
        stopwatch_begin(&program);
        run_program("S00,S01,S02,S03,S04", "2022-06-01", "2022-06-30", output);
        stopwatch_end(&program);
        double cpu = cpu_seconds();
        size_t braces = 0;
        for (int i = 0; i < FEW; i++)
            braces += count_braces(&server.rendered);
        assert(braces == FEW * month.count);
        note(&counting, cpu_seconds() - cpu);
        note(&chain, server.counts->longest_chain * LATENCY_MS * 1e-3);
    }
    double bars = FEW * (double)month.count;
    stopwatch_report(&chain, &chain, "yardstick: longest chain of pages x 40 ms", bars, "bars", "");
    stopwatch_report(&alone.wall, &chain, "5 symbols x a month fetched", bars, "bars", "1.3 x");
    stopwatch_report(&kept.wall, &chain, "the same, and kept", bars, "bars", "1.3 x");
    stopwatch_report(&program, &chain, "exec to trades, the same", bars, "bars", "");
    stopwatch_report(&counting, &counting, "yardstick: CPU, their braces counted", bars, "bars",
                     "");
    stopwatch_report(&alone.cpu, &counting, "CPU, fetched", bars, "bars", "");
    stopwatch_report(&kept.cpu, &counting, "CPU, fetched and kept", bars, "bars", "1 M a second");
    page_server_stop(&server);
    series_release(&month);
}

static void measure_year(const char *folder)
{
    struct page_server server;
    struct series year = { 0 };
    struct text list = { 0 };
    char cache[PATH_SIZE], output[PATH_SIZE], goal[64];
    snprintf(cache, sizeof cache, "%s/cache", folder);
    snprintf(output, sizeof output, "%s/trades.csv", folder);
    for (int i = 0; i < MANY; i++)
        text_format(&list, "%s%s", i > 0 ? "," : "", symbols[i]);
    walk_fill_sessions(&year, 98280, 1);
    page_server_start(&server, &year, LATENCY_MS);
    struct stopwatch counting = { 0 }, cold = { 0 }, warm = { 0 };
    double memory = 0, warm_memory = 0;
    for (int round = 0; round < YEARS; round++) {
        set_stage(&server, cache);
        size_t braces = 0;
        stopwatch_begin(&counting);
        for (int i = 0; i < MANY; i++)
            braces += count_braces(&server.rendered);
        stopwatch_end(&counting);
        assert(braces == MANY * year.count);
        for (int is_warm = 0; is_warm < 2; is_warm++) {
            stopwatch_begin(is_warm ? &warm : &cold);
            double most = run_program(text_string(&list), "2022-01-03", "2022-12-30", output);
            stopwatch_end(is_warm ? &warm : &cold);
            double *place = is_warm ? &warm_memory : &memory;
            *place = most > *place ? most : *place;
        }
        clear(cache);
    }
    double bars = MANY * (double)year.count;
    stopwatch_report(&counting, &counting, "yardstick: braces of a year counted", bars, "bars", "");
    snprintf(goal, sizeof goal, "256 MiB, held: %.0f", memory);
    stopwatch_report(&cold, &counting, "exec to trades, 50 symbols x a year fetched", bars, "bars",
                     goal);
    snprintf(goal, sizeof goal, "256 MiB, held: %.0f", warm_memory);
    stopwatch_report(&warm, &counting, "exec to trades, the same from the cache", bars, "bars",
                     goal);
    page_server_stop(&server);
    series_release(&year);
    text_release(&list);
}

int main(void)
{
    char folder[] = "/tmp/playbook-bench-XXXXXX";
    char *made = mkdtemp(folder);
    assert(made);
    memory_keep_freed(); /* as the program does */
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], NAME_SIZE, "S%02d", i);
        symbols[i] = names[i];
    }
    measure_month(folder);
    measure_year(folder);
    clear(folder);
    return 0;
}
