/* How fast a million bars come in from a CSV file, and how long the whole program takes for them:
 * from exec to exit, results written. Beside the reading, the least it could be: counting lines. */
#include "service/base/decimal.h"
#include "service/base/file.h"
#include "service/feeds/bar_file.h"
#include "tests/bench/stopwatch.h"
#include "tests/bench/walk.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BARS = 1000000, ROUNDS = 11 };

static void write_csv(const char *path)
{
    struct error error = { 0 };
    struct series series = { 0 };
    struct text text = { 0 };
    char stamp[TIMESTAMP_TEXT_SIZE], numbers[4][DECIMAL_TEXT_SIZE];
    walk_fill(&series, BARS);
    text_append(&text, "timestamp,open,high,low,close,volume\n");
    for (size_t i = 0; i < series.count; i++) {
        const struct bar *bar = &series.bars[i];
        text_format(&text, "%s,%s,%s,%s,%s,%.0f\n", timestamp_format(bar->open_time_us, stamp),
                    double_format(bar->open, numbers[0]), double_format(bar->high, numbers[1]),
                    double_format(bar->low, numbers[2]), double_format(bar->close, numbers[3]),
                    bar->volume);
    }
    bool written = file_replace(path, text_string(&text), text.size, &error);
    assert(written);
    printf("the file: %d bars, %.1f MB\n", BARS, (double)text.size / 1e6);
    text_release(&text);
    series_release(&series);
}

static size_t count_lines(const char *path, size_t *ret_size)
{
    struct error error = { 0 };
    struct file_view view;
    bool opened = file_view_open(path, &view, &error);
    assert(opened);
    size_t lines = 0;
    const char *end = view.bytes + view.size;
    for (const char *at = view.bytes; at < end; at++, lines++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at)
            break;
    }
    *ret_size = view.size;
    file_view_close(&view);
    return lines;
}

static void read_bars(const char *path)
{
    struct error error = { 0 };
    struct series series = { 0 };
    struct bar_file_report report = { 0 };
    struct bar_zone zone = { 0 };
    bool is_daily;
    bool read = bar_file_read(path, &zone, &series, &is_daily, &report, &error);
    assert(read && series.count == BARS);
    series_release(&series);
    bar_file_report_release(&report);
}

static void run(const char *const arguments[])
{
    int status;
    fflush(stdout); /* or the child would print it, too */
    pid_t child = fork();
    if (child == 0) {
        bool silent = freopen("/dev/null", "w", stdout) != NULL;
        if (silent)
            execv(arguments[0], (char *const *)arguments);
        _exit(127);
    }
    waitpid(child, &status, 0);
    assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void print(const char *what, struct stopwatch *watch, size_t size)
{
    double best = stopwatch_best(watch) * 1e3;
    double median = stopwatch_median(watch) * 1e3;
    printf("%-44s %7.1f ms best  %7.1f median", what, best, median);
    if (size > 0)
        printf("  %5.0f MB/s best", (double)size / 1e3 / best);
    puts("");
}

int main(void)
{
    const char *program = getenv("PLAYBOOK");
    assert(program && "run by `make bench`");
    char folder[] = "/tmp/playbook-bench-XXXXXX";
    char path[64], output[64];
    char *made = mkdtemp(folder);
    assert(made);
    snprintf(path, sizeof path, "%s/bars.csv", folder);
    snprintf(output, sizeof output, "%s/trades.csv", folder);
    write_csv(path);

    const char *version[] = { program, "version", NULL };
    const char *backtest[] = { program,    "backtest", "--strategy", "sma_cross",
                               "--symbol", "BTC/USD",  "--bars",     path,
                               "--output", output,     "--quiet",    NULL };
    struct stopwatch counting = { 0 }, reading = { 0 }, starting = { 0 }, whole = { 0 };
    size_t size = 0;
    for (int round = 0; round < ROUNDS; round++) {
        stopwatch_begin(&counting);
        count_lines(path, &size);
        stopwatch_end(&counting);
        stopwatch_begin(&reading);
        read_bars(path);
        stopwatch_end(&reading);
        unlink(output);
        stopwatch_begin(&starting);
        run(version);
        stopwatch_end(&starting);
        stopwatch_begin(&whole);
        run(backtest);
        stopwatch_end(&whole);
    }
    print("counting the file's lines", &counting, size);
    print("reading its bars (goal 1000 MB/s)", &reading, size);
    print("exec to exit of `playbook version`", &starting, 0);
    print("exec to written trades (goal 110 ms)", &whole, size);

    const char *clean[] = { "/bin/rm", "-rf", folder, NULL };
    run(clean);
    return 0;
}
