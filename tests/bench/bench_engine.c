/* How fast the engine is: sma_cross over a million bars in memory, through engine and matcher as
 * every run drives them, beside a yardstick measured in the same rounds: the least that an engine
 * driven by events does for a bar. */
#include "service/base/memory.h"
#include "service/engine/simulation.h"
#include "service/jobs/backtest.h"
#include "service/strategies/sma_cross.h"
#include "tests/bench/stopwatch.h"
#include "tests/bench/walk.h"

enum { BARS = 1000000, ROUNDS = 21, FAST = 20, SLOW = 50 };

/* The yardstick: fill what waits, mark equity and excursions, call a strategy by pointer. */

struct mean {
    double window[SLOW];
    double sum;
    size_t length, next, count;
};

static double mean_push(struct mean *mean, double value)
{
    mean->sum += value - mean->window[mean->next];
    mean->window[mean->next] = value;
    mean->next = mean->next + 1 == mean->length ? 0 : mean->next + 1;
    if (mean->count < mean->length && ++mean->count < mean->length)
        return NAN;
    return mean->sum / (double)mean->length;
}

struct yardstick_order {
    bool buys;
    double stop;
    int64_t quantity;
};

struct yardstick {
    struct mean fast, slow;
    double last_fast, last_slow;
    struct yardstick_order pending[4];
    size_t pending_count;
    int64_t position;
    double entry, cash, equity, peak, drawdown, worst, best, pnl;
    size_t trades;
    void (*strategy)(struct yardstick *, const struct bar *);
};

static void yardstick_order(struct yardstick *yard, bool buys, int64_t quantity)
{
    yard->pending[yard->pending_count++] = (struct yardstick_order) { buys, 0, quantity };
}

static __attribute__((noinline)) void yardstick_strategy(struct yardstick *yard,
                                                         const struct bar *bar)
{
    double fast = mean_push(&yard->fast, bar->close);
    double slow = mean_push(&yard->slow, bar->close);
    if (yard->last_fast <= yard->last_slow && fast > slow && yard->position == 0)
        yardstick_order(yard, true, 1);
    else if (yard->last_fast >= yard->last_slow && fast < slow && yard->position > 0)
        yardstick_order(yard, false, yard->position);
    yard->last_fast = fast;
    yard->last_slow = slow;
}

static void yardstick_fill(struct yardstick *yard, const struct yardstick_order *order,
                           double price)
{
    double value = price * (double)order->quantity;
    if (order->buys) {
        yard->position = order->quantity;
        yard->entry = price;
        yard->cash -= value;
        yard->worst = yard->best = 0;
    } else {
        yard->cash += value;
        yard->pnl += (price - yard->entry) * (double)order->quantity;
        yard->trades++;
        yard->position = 0;
    }
}

static __attribute__((noinline)) void yardstick_bar(struct yardstick *yard, const struct bar *bar)
{
    for (size_t i = 0; i < yard->pending_count; i++)
        yardstick_fill(yard, &yard->pending[i], bar->open);
    yard->pending_count = 0;
    if (yard->position != 0) {
        double worst = bar->low - yard->entry;
        double best = bar->high - yard->entry;
        yard->worst = worst < yard->worst ? worst : yard->worst;
        yard->best = best > yard->best ? best : yard->best;
        yard->equity = yard->cash + (double)yard->position * bar->close;
        if (yard->equity > yard->peak)
            yard->peak = yard->equity;
        else if (yard->peak - yard->equity > yard->drawdown)
            yard->drawdown = yard->peak - yard->equity;
    }
    yard->strategy(yard, bar);
}

static size_t run_yardstick(const struct series *series)
{
    struct yardstick yard = {
        .fast.length = FAST,
        .slow.length = SLOW,
        .last_fast = NAN,
        .last_slow = NAN,
        .strategy = yardstick_strategy,
    };
    for (size_t i = 0; i < series->count; i++)
        yardstick_bar(&yard, &series->bars[i]);
    return yard.trades;
}

/* The engine. */

/* One long session: the grid and the calendar are not what is measured here. The curve is given,
 * like the bars, and ready to be added to. */
static size_t run_engine(const struct series *series, const struct playbook *playbook,
                         const struct equity *equity, int64_t *ret_drawdown)
{
    struct error error = { 0 };
    struct costs costs = { 0 };
    struct simulation simulation = { 0 };
    size_t trades = 0;
    struct session session = { .open_us = series->bars[0].open_time_us, .close_us = INT64_MAX };
    bool ready = simulation_init(&simulation, playbook, &costs, equity, &error);
    assert(ready);
    struct series no_days = { 0 };
    engine_session_begin(simulation.engine, 0, &session, &no_days);
    for (size_t i = 0; i < series->count; i++) {
        if (simulation_bar(&simulation, 0, &series->bars[i])) {
            while (engine_next_trade(simulation.engine))
                trades++;
        }
    }
    simulation_release(&simulation);
    *ret_drawdown = equity_max_drawdown(equity);
    return trades;
}

static size_t run_backtest(const struct series *series, const struct playbook *playbook)
{
    struct error error = { 0 };
    struct lane_input input = { .bars = series };
    struct backtest backtest = { 0 };
    struct backtest_options options = {
        .playbook = playbook,
        .calendar = calendar_find("24x7"),
        .start = DATE_NONE,
        .end = DATE_NONE,
        .inputs = &input,
    };
    bool done = backtest_run(&options, &backtest, &error);
    assert(done);
    size_t trades = backtest.trade_count;
    backtest_release(&backtest);
    return trades;
}

int main(void)
{
    struct error error = { 0 };
    struct series series = { 0 };
    struct playbook playbook;
    walk_fill(&series, BARS);
    playbook_init(&playbook, &sma_cross);
    bool ready = playbook_add_symbol(&playbook, "BTC/USD", &error) &&
                 playbook_finish(&playbook, NULL, &error);
    assert(ready);

    struct equity equity = {
        .changes = memory_new(BARS, sizeof *equity.changes),
        .rows = memory_new(1, sizeof *equity.rows),
        .count = BARS,
    };
    int64_t drawdown = 0;
    struct stopwatch yardstick = { 0 }, engine = { 0 }, whole = { 0 };
    for (int round = 0; round < ROUNDS; round++) {
        stopwatch_begin(&yardstick);
        size_t least = run_yardstick(&series);
        stopwatch_end(&yardstick);
        memset(equity.changes, 0, BARS * sizeof *equity.changes);
        stopwatch_begin(&engine);
        size_t trades = run_engine(&series, &playbook, &equity, &drawdown);
        stopwatch_end(&engine);
        stopwatch_begin(&whole);
        size_t all = run_backtest(&series, &playbook);
        stopwatch_end(&whole);
        assert(least > 0 && trades > 0 && all == trades && drawdown > 0);
    }
    stopwatch_report(&yardstick, &yardstick, "yardstick: the least an engine does", BARS, "bars",
                     "");
    stopwatch_report(&engine, &yardstick, "engine and matcher", BARS, "bars", "1.43 yardsticks");
    stopwatch_report(&whole, &yardstick, "backtest: intake, calendar, journal", BARS, "bars", "");
    equity_release(&equity);
    playbook_release(&playbook);
    series_release(&series);
    return 0;
}
