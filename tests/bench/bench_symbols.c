/* How fast many symbols are: sma_cross on 500 symbols of a year of minutes, in memory on one thread
 * and on all processors, and by the whole program from Parquet files. */
#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "service/base/text.h"
#include "service/jobs/backtest.h"
#include "service/strategies/sma_cross.h"
#include "tests/bench/files.h"
#include "tests/bench/stopwatch.h"
#include "tests/bench/walk.h"

enum { SYMBOLS = 500, BARS = 98280, ROUNDS = 5 };

static struct series series[SYMBOLS];
static struct lane_input inputs[SYMBOLS];

static bool fill(void *context, size_t thread, size_t index)
{
    (void)context;
    (void)thread;
    walk_fill_sessions(&series[index], BARS, index);
    inputs[index] = (struct lane_input) { .bars = &series[index] };
    return true;
}

static bool write_file(void *folder, size_t thread, size_t index)
{
    (void)thread;
    char path[64];
    snprintf(path, sizeof path, "%s/S%03zu.parquet", (const char *)folder, index);
    files_write_bars(path, &series[index]);
    series_release(&series[index]);
    return true;
}

static void run(const struct playbook *playbook, size_t threads, struct stopwatch *watch)
{
    struct error error = { 0 };
    struct backtest backtest = { 0 };
    struct backtest_options options = {
        .playbook = playbook,
        .calendar = calendar_find("xnys"),
        .start = DATE_NONE,
        .end = DATE_NONE,
        .inputs = inputs,
        .threads = threads,
    };
    stopwatch_begin(watch);
    bool done = backtest_run(&options, &backtest, &error);
    stopwatch_end(watch);
    assert(done);
    backtest_release(&backtest);
}

int main(void)
{
    struct error error = { 0 };
    struct playbook playbook;
    struct text names = { 0 };
    size_t threads = parallel_threads();
    playbook_init(&playbook, &sma_cross);
    for (int i = 0; i < SYMBOLS; i++) {
        char name[SYMBOL_TEXT_SIZE];
        snprintf(name, sizeof name, "S%03d", i);
        text_format(&names, "%s%s", i > 0 ? "," : "", name);
        bool added = playbook_add_symbol(&playbook, name, &error);
        assert(added);
    }
    bool ready = playbook_finish(&playbook, NULL, &error);
    assert(ready);

    struct stopwatch one = { 0 }, all = { 0 }, program = { 0 };
    parallel_for(SYMBOLS, threads, fill, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        run(&playbook, 1, &one);
        run(&playbook, threads, &all);
    }
    char folder[] = "/tmp/playbook-bench-XXXXXX";
    char output[64];
    char *made = mkdtemp(folder);
    assert(made);
    snprintf(output, sizeof output, "%s/out/trades.csv", folder);
    parallel_for(SYMBOLS, threads, write_file, folder);
    const char *backtest[] = {
        files_program(), "backtest", "--strategy", "sma_cross", "--symbol", text_string(&names),
        "--bars",        folder,     "--output",   output,      "--quiet",  NULL,
    };
    for (int round = 0; round < ROUNDS; round++) {
        stopwatch_begin(&program);
        files_run(backtest);
        stopwatch_end(&program);
    }
    double bars = (double)SYMBOLS * BARS;
    stopwatch_report(&one, &one, "yardstick: 500 symbols in memory, one thread", bars, "bars", "");
    stopwatch_report(&all, &one, "the same on all processors", bars, "bars", "0.8 s");
    stopwatch_report(&program, &one, "exec to trades, 500 Parquet files", bars, "bars", "2 s");

    const char *clean[] = { "/bin/rm", "-rf", folder, NULL };
    files_run(clean);
    text_release(&names);
    playbook_release(&playbook);
    return 0;
}
