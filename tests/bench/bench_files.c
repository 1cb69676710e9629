/* How fast a million bars come in from a file, and how long the whole program takes for them: from
 * exec to exit, results written. */
#include "tests/bench/files.h"
#include "tests/bench/stopwatch.h"
#include "tests/bench/walk.h"

enum { BARS = 1000000, ROUNDS = 15, MEASURED = 5 };

int main(void)
{
    const char *program = files_program();
    char folder[] = "/tmp/playbook-bench-XXXXXX";
    char csv[64], parquet[64], output[64];
    char *made = mkdtemp(folder);
    assert(made);
    snprintf(csv, sizeof csv, "%s/bars.csv", folder);
    snprintf(parquet, sizeof parquet, "%s/bars.parquet", folder);
    snprintf(output, sizeof output, "%s/trades.csv", folder);
    struct series series = { 0 };
    walk_fill(&series, BARS);
    files_write_bars(csv, &series);
    files_write_bars(parquet, &series);
    series_release(&series);

    const char *version[] = { program, "version", NULL };
    const char *backtest[] = { program,    "backtest", "--strategy", "sma_cross",
                               "--symbol", "BTC/USD",  "--bars",     csv,
                               "--output", output,     "--quiet",    NULL };
    struct stopwatch counting = { 0 }, watches[MEASURED] = { 0 };
    for (int round = 0; round < ROUNDS; round++) {
        stopwatch_begin(&counting);
        files_count_lines(csv);
        stopwatch_end(&counting);
        for (int i = 0; i < MEASURED; i++) {
            unlink(output);
            backtest[7] = i == 3 ? csv : parquet;
            stopwatch_begin(&watches[i]);
            if (i < 2)
                files_read_bars(i == 0 ? csv : parquet);
            else
                files_run(i == 2 ? version : backtest);
            stopwatch_end(&watches[i]);
        }
    }
    stopwatch_report(&counting, &counting, "yardstick: lines of the CSV counted", BARS, "lines",
                     "");
    stopwatch_report(&watches[0], &counting, "a CSV read", BARS, "bars", "58 ms");
    stopwatch_report(&watches[1], &counting, "a Parquet file read", BARS, "bars", "35 ms");
    stopwatch_report(&watches[2], &counting, "exec to exit of `version`", 1, "runs", "");
    stopwatch_report(&watches[3], &counting, "exec to trades, CSV", BARS, "bars", "110 ms");
    stopwatch_report(&watches[4], &counting, "exec to trades, Parquet", BARS, "bars", "60 ms");

    const char *clean[] = { "/bin/rm", "-rf", folder, NULL };
    files_run(clean);
    return 0;
}
