/* How fast results are printed: trades become records, on one processor, and records CSV text, on
 * all; then both and the whole of a writer, into a new file and over one that holds them already.
 * The yardstick counts the lines of that file. */
#include "service/base/memory.h"
#include "service/base/text.h"
#include "service/jobs/publish.h"
#include "service/strategies/sma_cross.h"
#include "tests/bench/files.h"
#include "tests/bench/stopwatch.h"
#include "tests/bench/walk.h"
#include "writers/csv_rows.h"
#include "writers/tables.h"

enum { TRADES = 200000, TRADES_A_DAY = 2000, ROUNDS = 9 };

/* Trades of one share, one minute after the other, sorted as a backtest sorts them. */
static struct trade *make_trades(void)
{
    struct trade *trades = memory_new(TRADES, sizeof *trades);
    uint64_t state = UINT64_C(88172645463325252);
    int64_t close = 100000;
    for (size_t i = 0; i < TRADES; i++) {
        int64_t time_us = WALK_START_US + (int64_t)(i / TRADES_A_DAY) * DAY_US;
        struct bar bar = walk_bar(&state, &close, time_us);
        int32_t date = date_of_instant(time_us);
        trades[i] = (struct trade) {
            .key = { .session_date = date, .number = (int)(i % TRADES_A_DAY) + 1 },
            .session_date = date,
            .quantity = QUANTITY_ONE,
            .entry_time_us = time_us + (int64_t)(i % TRADES_A_DAY) * MINUTE_US / 2,
            .exit_time_us = time_us + (int64_t)(i % TRADES_A_DAY) * MINUTE_US,
            .entry_price = bar.open,
            .exit_price = bar.close,
            .exit_reason = "cross",
            .stop_price = NAN,
            .target_price = NAN,
            .bars_held = 30,
            .low = bar.low,
            .high = bar.high,
        };
        trade_settle(&trades[i]);
    }
    return trades;
}

static bool pass_over(void *context, const char *bytes, size_t size, struct error *error)
{
    (void)context;
    (void)bytes;
    (void)size;
    (void)error;
    return true;
}

static void print_rows(const struct record_set *set)
{
    struct error error = { 0 };
    struct csv_rows rows;
    const struct csv_target target = { pass_over, NULL };
    csv_rows_init(&rows, set->table);
    csv_rows_add_set(&rows, set);
    bool printed = csv_rows_print(&rows, &target, &error);
    assert(printed);
    csv_rows_release(&rows);
}

static void publish(const struct backtest *backtest, const char *trades, const char *journal)
{
    struct error error = { 0 };
    struct publish_outputs outputs = { 0 };
    const struct publish_options options = {
        .writers = "csv",
        .trades_path = trades,
        .journal_path = journal,
    };
    bool published = publish_backtest(backtest, &options, &outputs, &error);
    assert(published && outputs.items[0].rows == TRADES);
    publish_outputs_release(&outputs);
}

int main(void)
{
    struct error error = { 0 };
    struct playbook playbook;
    playbook_init(&playbook, &sma_cross);
    bool ready = playbook_add_symbol(&playbook, "BTC/USD", &error) &&
                 playbook_finish(&playbook, NULL, &error);
    assert(ready);
    struct backtest backtest = {
        .playbook = &playbook,
        .trades = make_trades(),
        .trade_count = TRADES,
        .first_session = date_of_instant(WALK_START_US),
        .last_session = date_of_instant(WALK_START_US) + TRADES / TRADES_A_DAY,
        .journal.table = &journal_table,
    };
    char folder[] = "/tmp/playbook-bench-XXXXXX";
    char trades[64], journal[64];
    char *made = mkdtemp(folder);
    assert(made);
    snprintf(trades, sizeof trades, "%s/trades.csv", folder);
    snprintf(journal, sizeof journal, "%s/journal.csv", folder);

    struct stopwatch counting = { 0 }, listing = { 0 }, printing = { 0 }, writing = { 0 };
    struct stopwatch rewriting = { 0 };
    for (int round = 0; round < ROUNDS; round++) {
        unlink(trades);
        stopwatch_begin(&writing);
        publish(&backtest, trades, journal);
        stopwatch_end(&writing);
        stopwatch_begin(&counting);
        files_count_lines(trades);
        stopwatch_end(&counting);
        struct record_list list = { .table = &trades_table };
        stopwatch_begin(&listing);
        publish_list_trades(&backtest, &list);
        stopwatch_end(&listing);
        struct record_set set = { .table = &trades_table,
                                  .cells = list.cells,
                                  .count = list.count };
        stopwatch_begin(&printing);
        print_rows(&set);
        stopwatch_end(&printing);
        record_list_release(&list);
        stopwatch_begin(&rewriting);
        publish(&backtest, trades, journal);
        stopwatch_end(&rewriting);
    }
    stopwatch_report(&counting, &counting, "yardstick: lines of the trades counted", TRADES, "rows",
                     "");
    stopwatch_report(&listing, &counting, "trades to records", TRADES, "rows", "");
    stopwatch_report(&printing, &counting, "records to CSV text", TRADES, "rows", "");
    stopwatch_report(&writing, &counting, "trades into a new file", TRADES, "rows", "");
    stopwatch_report(&rewriting, &counting, "trades over a file that holds them", TRADES, "rows",
                     "");

    const char *clean[] = { "/bin/rm", "-rf", folder, NULL };
    files_run(clean);
    backtest_release(&backtest);
    playbook_release(&playbook);
    return 0;
}
