#include "service/strategies/dp20.h"

#include "service/base/date.h"
#include "service/indicators/atr.h"
#include "service/indicators/ema.h"
#include "service/indicators/sma.h"

#include <stdio.h>

enum { TREND_DAYS = 200, EMA_LENGTH = 20, ATR_LENGTH = 14 };

enum { WINDOW_START, WINDOW_END, STRENGTH, STOP_ATR };

static const struct parameter parameters[] = {
    [WINDOW_START] = { "window_start", PARAMETER_TIME, 10 * 60, 0, 24 * 60,
                       "first bar in which a pullback counts" },
    [WINDOW_END] = { "window_end", PARAMETER_TIME, 10 * 60 + 30, 0, 24 * 60,
                     "last bar that may confirm" },
    [STRENGTH] = { "strength", PARAMETER_NUMBER, 0.60, 0, 1,
                   "part of its range that a reversal closes above its low" },
    [STOP_ATR] = { "stop_atr", PARAMETER_NUMBER, 1.2, 0, 100,
                   "distance of the stop in average true ranges" },
    { 0 },
};

/* What the next bar is looked at for. */
enum stage { TREND, PULLBACK, REVERSAL, CONFIRMATION, DONE };

struct state {
    int window_start, window_end; /* minutes since midnight */
    double strength, stop_atr;
    struct ema ema;
    struct atr atr;
    enum stage stage;
    bool window_seen;
    double trend_mean; /* of the last 200 daily closes */
    int64_t window_start_us, window_end_us;
};

static bool init(void *memory, const struct parameter_set *set, struct error *error)
{
    struct state *state = memory;
    state->window_start = (int)set->values[WINDOW_START];
    state->window_end = (int)set->values[WINDOW_END];
    state->strength = set->values[STRENGTH];
    state->stop_atr = set->values[STOP_ATR];
    if (state->window_start > state->window_end)
        return error_set(error, ERROR_USAGE, "window_start lies behind window_end");
    ema_init(&state->ema, EMA_LENGTH);
    atr_init(&state->atr, ATR_LENGTH);
    return true;
}

static double mean_of_closes(const struct series *days, size_t count)
{
    struct sma sma = sma_of(count);
    struct window closes;
    window_init(&closes, count);
    for (size_t i = days->count - count; i < days->count; i++)
        window_push(&closes, days->bars[i].close);
    double mean = sma_mean(&sma, &closes);
    window_release(&closes);
    return mean;
}

static void note_window(const struct state *state, struct desk *desk)
{
    char start[CLOCK_TEXT_SIZE], end[CLOCK_TEXT_SIZE], window[NOTE_TEXT_SIZE];
    snprintf(window, sizeof window, "%s-%s", clock_time_format(state->window_start, start),
             clock_time_format(state->window_end, end));
    desk_note_text(desk, "entry_window", window);
    desk_status(desk, "No bars in signal window (%s)", window);
}

static void session(void *memory, struct desk *desk, const struct session *session,
                    const struct series *prior_days)
{
    struct state *state = memory;
    ema_restart(&state->ema);
    atr_restart(&state->atr);
    state->window_start_us = session_clock_us(session, state->window_start);
    state->window_end_us = session_clock_us(session, state->window_end);
    state->window_seen = false;
    state->stage = TREND;
    note_window(state, desk);
    if (prior_days->count < TREND_DAYS) {
        state->stage = DONE;
        desk_pass(desk, "warm-up: %zu of %d daily closes", prior_days->count, TREND_DAYS);
        return;
    }
    state->trend_mean = mean_of_closes(prior_days, TREND_DAYS);
    desk_note_number(desk, "sma200_daily_at_open", state->trend_mean);
}

static void judge_trend(struct state *state, struct desk *desk, const struct bar *first)
{
    bool valid = first->open > state->trend_mean;
    desk_note_flag(desk, "trend_valid", valid);
    state->stage = valid ? PULLBACK : DONE;
    if (!valid)
        desk_pass(desk, "Trend filter failed: open %.2f <= SMA200 %.2f", first->open,
                  state->trend_mean);
}

static void seek_pullback(struct state *state, struct desk *desk, const struct bar *bar, double ema)
{
    if (!state->window_seen)
        desk_status(desk, "No pullback detected (no close below EMA%d)", EMA_LENGTH);
    state->window_seen = true;
    if (bar->close >= ema)
        return;
    desk_note_time(desk, "first_close_below_time", bar->open_time_us);
    desk_status(desk, "No strong reversal detected");
    state->stage = REVERSAL;
}

static void seek_reversal(struct state *state, struct desk *desk, const struct bar *bar, double ema)
{
    if (bar->close <= ema)
        return;
    bool strong = bar->close - bar->low > state->strength * (bar->high - bar->low);
    desk_note_flag(desk, "reversal_strength_ok", strong);
    if (!strong)
        return;
    desk_note_time(desk, "reversal_candle_time", bar->open_time_us);
    desk_status(desk, "No confirmation candle in the signal window");
    state->stage = CONFIRMATION;
}

static void confirm(struct state *state, struct desk *desk, const struct bar *bar, double ema,
                    double atr)
{
    state->stage = DONE;
    desk_note_time(desk, "confirmation_candle_time", bar->open_time_us);
    desk_note_number(desk, "ema20_at_entry", ema);
    desk_note_number(desk, "atr_14_2m_at_entry", atr);
    if (bar->close < ema) {
        desk_pass(desk, "Signal invalidated: confirmation candle closed below EMA%d", EMA_LENGTH);
        return;
    }
    double distance = state->stop_atr * atr;
    desk_note_number(desk, "stop_distance", distance);
    if (!(distance > 0)) {
        desk_pass(desk, "refused: stop distance of 0");
        return;
    }
    desk_status(desk, "Valid DP20 signal detected");
    desk_enter(desk, &(struct entry) { .stop_distance = distance, .reason = "dp20" });
}

static void bar(void *memory, struct desk *desk, const struct bar *bar)
{
    struct state *state = memory;
    if (state->stage == DONE)
        return;
    double ema = ema_push(&state->ema, bar->close);
    double atr = atr_push(&state->atr, bar);
    if (state->stage == TREND)
        judge_trend(state, desk, bar);
    if (bar->open_time_us < state->window_start_us)
        return;
    if (bar->open_time_us > state->window_end_us)
        state->stage = DONE;
    if (state->stage == PULLBACK)
        seek_pullback(state, desk, bar, ema);
    else if (state->stage == REVERSAL)
        seek_reversal(state, desk, bar, ema);
    else if (state->stage == CONFIRMATION)
        confirm(state, desk, bar, ema, atr);
}

const struct strategy_type dp20 = {
    .name = "dp20",
    .summary = "deep pullback above the 200-day average, between 10:00 and 10:30",
    .parameters = parameters,
    .timeframe = "2Min",
    .symbol = "QQQ",
    .quantity = 100,
    .state_size = sizeof(struct state),
    .intraday = true,
    .daily_history = TREND_DAYS,
    .init = init,
    .session = session,
    .bar = bar,
};
