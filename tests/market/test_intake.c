#include "service/base/date.h"
#include "service/market/intake.h"
#include "tests/support/candles.h"
#include "tests/support/exact.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
    FULL_DAY = 20240628,
    HALF_DAY = 20240703,
    LATE_OPEN = 20010917,
    BARS_MAX = 400,
    VOLUME = 1000
};

static struct intake intake;
static struct session session;

/* The bars handed out, in order. */
static struct bar shown[BARS_MAX];
static size_t shown_count;

static void begin(int date, int minutes)
{
    session = candle_session("xnys", date);
    intake_begin(&intake, &session, minutes * MINUTE_US, MINUTE_US);
    shown_count = 0;
}

static void advance(int64_t time_us)
{
    const struct bar *bar = intake_advance(&intake, time_us);
    if (!bar)
        return;
    assert_in_range(shown_count, 0, BARS_MAX - 1);
    shown[shown_count++] = *bar;
    assert_null(intake_advance(&intake, time_us));
}

/* As a driver does: what has ended by the bar's time is handed out first. */
static enum finding_kind push(const struct bar *bar)
{
    advance(bar->open_time_us);
    return intake_push(&intake, bar);
}

static enum finding_kind minute(int clock, double open, double high, double low, double close)
{
    struct bar bar =
        candle_bar(candle_time_us(&session, clock), &(struct candle) { open, high, low, close });
    bar.volume = VOLUME;
    return push(&bar);
}

/* The i-th minute of a session that rises a dollar a minute: opens at 100 + i, closes at 101 +
 * i. */
static struct bar rising_minute(int64_t index)
{
    double open = 100 + (double)index;
    struct bar bar = candle_bar(session.open_us + index * MINUTE_US,
                                &(struct candle) { open, open + 1.5, open - 0.5, open + 1 });
    bar.volume = VOLUME;
    return bar;
}

static void rise(int64_t first, int64_t last)
{
    for (int64_t index = first; index <= last; index++) {
        struct bar bar = rising_minute(index);
        assert_int_equal(push(&bar), FINDING_NONE);
    }
}

static void end(void)
{
    advance(session.close_us);
}

static void assert_shown(size_t index, int clock, double open, double high, double low,
                         double close)
{
    assert_in_range(index, 0, shown_count - 1);
    const struct bar *bar = &shown[index];
    assert_int_equal(candle_clock(&session, bar->open_time_us), clock);
    assert_exactly(bar->open, open);
    assert_exactly(bar->high, high);
    assert_exactly(bar->low, low);
    assert_exactly(bar->close, close);
}

static struct finding finding_of(enum finding_kind kind)
{
    struct finding findings[FINDING_KIND_COUNT];
    size_t count = intake_findings(&intake, 3, findings);
    for (size_t i = 0; i < count; i++) {
        if (findings[i].kind == kind)
            return findings[i];
    }
    return (struct finding) { .kind = FINDING_NONE };
}

static void assert_finding(enum finding_kind kind, size_t count, const char *detail)
{
    struct finding finding = finding_of(kind);
    assert_int_equal(finding.kind, kind);
    assert_int_equal(finding.count, count);
    assert_string_equal(finding.detail, detail);
    assert_int_equal(finding.symbol, 3);
    assert_int_equal(finding.date, session.date);
}

static void assert_no_finding(enum finding_kind kind)
{
    assert_int_equal(finding_of(kind).kind, FINDING_NONE);
}

static void assert_nothing_found(void)
{
    struct finding findings[FINDING_KIND_COUNT];
    assert_int_equal(intake_findings(&intake, 3, findings), 0);
}

static void two_minutes_make_a_bar(void **state)
{
    (void)state;
    begin(FULL_DAY, 2);
    minute(930, 10, 12, 9, 11);
    assert_int_equal(shown_count, 0);
    minute(931, 11, 11.5, 8, 9.5);
    assert_int_equal(shown_count, 0);
    minute(932, 20, 20, 20, 20);
    assert_int_equal(shown_count, 1);
    assert_shown(0, 930, 10, 12, 8, 9.5);
    assert_exactly(shown[0].volume, 2 * VOLUME);
    minute(933, 21, 30, 19, 29);
    end();
    assert_int_equal(shown_count, 2);
    assert_shown(1, 932, 20, 30, 19, 29);
}

static void minutes_pass_unchanged_on_their_own_timeframe(void **state)
{
    (void)state;
    begin(FULL_DAY, 1);
    rise(0, 389);
    end();
    assert_int_equal(shown_count, 390);
    for (int64_t i = 0; i < 390; i++) {
        struct bar bar = rising_minute(i);
        assert_memory_equal(&shown[i], &bar, sizeof bar);
    }
    assert_nothing_found();
}

/* In a market that rises a dollar a minute, a bar over minutes a to b opens at 100 + a, has its low
 * half a dollar below and closes at 101 + b, half a dollar below its high. */
static void assert_rising_bars(int date, int minutes, int64_t session_minutes)
{
    begin(date, minutes);
    rise(0, session_minutes - 1);
    end();
    int64_t cells = (session_minutes + minutes - 1) / minutes;
    assert_int_equal(shown_count, cells);
    for (int64_t cell = 0; cell < cells; cell++) {
        int64_t first = cell * minutes;
        int64_t last = first + minutes <= session_minutes ? first + minutes : session_minutes;
        int64_t open_us = session.open_us + first * MINUTE_US;
        double open = 100 + (double)first;
        double close = 100 + (double)last;
        assert_shown((size_t)cell, candle_clock(&session, open_us), open, close + 0.5, open - 0.5,
                     close);
        assert_exactly(shown[cell].volume, VOLUME * (double)(last - first));
    }
    assert_nothing_found();
}

static void longer_bars_lie_on_the_grid_from_the_open(void **state)
{
    (void)state;
    assert_rising_bars(FULL_DAY, 2, 390);
    assert_rising_bars(FULL_DAY, 5, 390);
    assert_rising_bars(FULL_DAY, 60, 390);
    assert_rising_bars(FULL_DAY, 7, 390);
    assert_rising_bars(FULL_DAY, 24 * 60, 390);
    assert_rising_bars(LATE_OPEN, 2, 387);
    assert_rising_bars(LATE_OPEN, 60, 387);
}

static void a_half_day_ends_with_a_short_bar(void **state)
{
    (void)state;
    assert_rising_bars(HALF_DAY, 2, 210);
    assert_rising_bars(HALF_DAY, 60, 210);
    assert_shown(3, 1230, 280, 310.5, 279.5, 310);
    assert_rising_bars(HALF_DAY, 4, 210);
    assert_shown(52, 1258, 308, 310.5, 307.5, 310);
}

static void the_short_last_bar_ends_with_the_session(void **state)
{
    (void)state;
    begin(HALF_DAY, 60);
    minute(1230, 10, 10, 10, 10);
    advance(session.close_us - 1);
    assert_int_equal(shown_count, 0);
    advance(session.close_us);
    assert_int_equal(shown_count, 1);
}

static void the_stamp_is_the_grids_where_the_first_minute_is_missing(void **state)
{
    (void)state;
    begin(FULL_DAY, 5);
    minute(933, 10, 12, 9, 11);
    minute(936, 20, 22, 19, 21);
    end();
    assert_int_equal(shown_count, 2);
    assert_shown(0, 930, 10, 12, 9, 11);
    assert_shown(1, 935, 20, 22, 19, 21);
}

static void a_cell_whose_last_minute_never_comes_is_handed_out_at_its_end(void **state)
{
    (void)state;
    begin(FULL_DAY, 2);
    minute(930, 10, 12, 9, 11);
    advance(candle_time_us(&session, 932) - 1);
    assert_int_equal(shown_count, 0);
    advance(candle_time_us(&session, 932));
    assert_int_equal(shown_count, 1);
}

static void a_cell_without_any_minute_has_no_bar(void **state)
{
    (void)state;
    begin(FULL_DAY, 2);
    minute(931, 10, 12, 9, 11);
    minute(938, 20, 22, 19, 21);
    end();
    assert_int_equal(shown_count, 2);
    assert_shown(0, 930, 10, 12, 9, 11);
    assert_shown(1, 938, 20, 22, 19, 21);
    assert_finding(FINDING_MISSING_BARS, 193, "2 of 195 bars");
}

static void a_fatal_minute_is_left_out_of_its_cell(void **state)
{
    (void)state;
    begin(FULL_DAY, 5);
    assert_int_equal(minute(930, 10, 12, 9, 11), FINDING_NONE);
    assert_int_equal(minute(931, 11, 99, 0, 11), FINDING_BAD_PRICE);
    assert_int_equal(minute(932, 11, 99, 1, 100), FINDING_BAD_RANGE);
    assert_int_equal(minute(933, 11, 11, 8, 8), FINDING_NONE);
    assert_int_equal(minute(934, NAN, 11, 8, 8), FINDING_BAD_PRICE);
    end();
    assert_int_equal(shown_count, 1);
    assert_shown(0, 930, 10, 12, 8, 8);
    assert_exactly(shown[0].volume, 2 * VOLUME);
    assert_finding(FINDING_BAD_PRICE, 2, "first at 09:31");
    assert_finding(FINDING_BAD_RANGE, 1, "first at 09:32");
}

static void a_cell_of_fatal_minutes_has_no_bar(void **state)
{
    (void)state;
    begin(FULL_DAY, 2);
    minute(930, -1, 12, 9, 11);
    minute(931, -1, 12, 9, 11);
    minute(932, 10, 12, 9, 11);
    end();
    assert_int_equal(shown_count, 1);
    assert_shown(0, 932, 10, 12, 9, 11);
    assert_finding(FINDING_MISSING_BARS, 194, "1 of 195 bars");
}

static void bars_outside_the_session_are_counted_and_dropped(void **state)
{
    (void)state;
    begin(HALF_DAY, 2);
    assert_int_equal(minute(400, 1, 1, 1, 1), FINDING_NONE);
    assert_int_equal(minute(929, 1, 1, 1, 1), FINDING_NONE);
    rise(0, 209);
    assert_int_equal(minute(1300, 310, 310, 310, 310), FINDING_NONE);
    assert_int_equal(minute(1600, NAN, 1, 1, 1), FINDING_NONE);
    end();
    assert_int_equal(shown_count, 105);
    assert_shown(0, 930, 100, 102.5, 99.5, 102);
    assert_shown(104, 1258, 308, 310.5, 307.5, 310);
    struct finding findings[FINDING_KIND_COUNT];
    assert_int_equal(intake_findings(&intake, 3, findings), 1);
    assert_finding(FINDING_OUTSIDE_SESSION, 4, "first at 04:00");
}

/* A stamp between the cells of the source's own grid, each one of them. */
static void bars_off_the_grid_are_counted_and_shown(void **state)
{
    (void)state;
    begin(FULL_DAY, 5);
    rise(0, 0);
    for (int64_t i = 1; i <= 3; i++) {
        struct bar bar = rising_minute(i);
        bar.open_time_us += 30 * SECOND_US;
        push(&bar);
    }
    end();
    assert_int_equal(shown_count, 1);
    assert_shown(0, 930, 100, 104.5, 99.5, 104);
    assert_finding(FINDING_OFF_GRID, 3, "first at 09:31");
}

static void missing_minutes_are_not_off_the_grid(void **state)
{
    (void)state;
    begin(LATE_OPEN, 2);
    minute(934, 10, 12, 9, 11);
    minute(935, 10, 12, 9, 11);
    minute(941, 10, 12, 9, 11);
    minute(943, 10, 12, 9, 11);
    assert_no_finding(FINDING_OFF_GRID);
}

/* From 09:33 on bars of four minutes open at 09:37, 09:41 and so on. */
static void the_grid_of_the_source_begins_at_the_open_too(void **state)
{
    (void)state;
    session = candle_session("xnys", LATE_OPEN);
    intake_begin(&intake, &session, 8 * MINUTE_US, 4 * MINUTE_US);
    minute(937, 10, 12, 9, 11);
    minute(945, 10, 12, 9, 11);
    assert_no_finding(FINDING_OFF_GRID);
    minute(952, 10, 12, 9, 11);
    assert_finding(FINDING_OFF_GRID, 1, "first at 09:52");
}

static void a_session_without_a_bar_is_found(void **state)
{
    (void)state;
    begin(HALF_DAY, 2);
    minute(1300, 1, 1, 1, 1);
    end();
    assert_finding(FINDING_NO_BARS, 105, "");
    assert_no_finding(FINDING_MISSING_BARS);
}

static void missing_cells_are_counted(void **state)
{
    (void)state;
    begin(FULL_DAY, 2);
    rise(0, 39);
    rise(42, 389);
    end();
    assert_finding(FINDING_MISSING_BARS, 1, "194 of 195 bars");
    assert_no_finding(FINDING_NO_BARS);
    begin(FULL_DAY, 2);
    rise(0, 40);
    rise(42, 389);
    end();
    assert_nothing_found();
}

static void a_new_session_begins_with_nothing(void **state)
{
    (void)state;
    begin(FULL_DAY, 5);
    minute(930, 10, 12, 0, 11);
    minute(931, 10, 12, 9, 11);
    begin(HALF_DAY, 5);
    assert_null(intake_advance(&intake, session.close_us));
    rise(0, 209);
    end();
    assert_nothing_found();
}

static void traded(int clock, double volume, double vwap, int64_t trade_count)
{
    struct bar bar =
        candle_bar(candle_time_us(&session, clock), &(struct candle) { 10, 10, 10, 10 });
    bar.volume = volume;
    bar.vwap = vwap;
    bar.trade_count = trade_count;
    push(&bar);
}

static void assert_traded(size_t index, double volume, double vwap, int64_t trade_count)
{
    assert_in_range(index, 0, shown_count - 1);
    assert_exactly(shown[index].volume, volume);
    assert_exactly(shown[index].vwap, vwap);
    assert_int_equal(shown[index].trade_count, trade_count);
}

static void volumes_and_trade_counts_add_up_and_vwap_is_weighed_by_volume(void **state)
{
    (void)state;
    begin(FULL_DAY, 3);
    traded(930, 100, 10, 5);
    traded(931, 300, 12, 7);
    traded(932, 100, 14, 0);
    end();
    assert_traded(0, 500, 12, 12);
}

static void a_tenth_of_a_coin_weighs_too(void **state)
{
    (void)state;
    begin(FULL_DAY, 2);
    traded(930, 0.125, 10, 1);
    traded(931, 0.375, 12, 1);
    end();
    assert_traded(0, 0.5, 11.5, 2);
}

/* 0.1 x 3 / 3 is not 0.1: what has not been merged is not calculated. */
static void the_vwap_of_a_single_minute_stays_as_it_is(void **state)
{
    (void)state;
    begin(FULL_DAY, 2);
    traded(930, 3, 10, 1);
    traded(931, 3, 10, 1);
    traded(932, 3, 0.1, 1);
    end();
    assert_traded(1, 3, 0.1, 1);
}

static void a_minute_without_volume_does_not_weigh(void **state)
{
    (void)state;
    begin(FULL_DAY, 2);
    traded(930, 0, NAN, 0);
    traded(931, 100, 12, 7);
    traded(932, 100, 12, 7);
    traded(933, 0, NAN, 0);
    traded(934, 0, 0, 0);
    traded(935, 100, 12, 7);
    end();
    for (size_t i = 0; i < 3; i++)
        assert_traded(i, 100, 12, 7);
}

static void where_one_minute_has_no_vwap_or_count_the_bar_has_none(void **state)
{
    (void)state;
    begin(FULL_DAY, 3);
    traded(930, 100, 10, 5);
    traded(931, 100, NAN, -1);
    traded(932, 100, 10, 5);
    traded(933, 100, NAN, -1);
    traded(934, 100, 10, 5);
    traded(935, 100, 10, 5);
    traded(936, 100, 10, 5);
    end();
    assert_traded(0, 300, NAN, -1);
    assert_traded(1, 300, NAN, -1);
    assert_traded(2, 100, 10, 5);
}

/* A morning with missing, faulty, early and off-grid minutes. */
static size_t random_morning(struct random *random, struct bar bars[static BARS_MAX])
{
    size_t count = 0;
    for (int64_t i = -5; i < 120; i++) {
        uint64_t luck = random_below(random, 20);
        if (luck < 4)
            continue;
        double low = random_price(random);
        double high = low + random_price(random);
        bars[count] =
            candle_bar(session.open_us + i * MINUTE_US, &(struct candle) { low, high, low, high });
        bars[count].vwap = luck < 6 ? NAN : (low + high) / 2;
        bars[count].volume = (double)random_below(random, 1000);
        bars[count].low = luck == 7 ? -1 : low;
        bars[count++].open_time_us += luck == 8 ? 7 * SECOND_US : 0;
    }
    return count;
}

/* Nothing uses what was not known: what is handed out by an instant is the same whether or not
 * anything comes later. */
static void any_cut_of_the_stream_gives_the_same_bars_before_the_cut(void **state)
{
    (void)state;
    struct random random = { 2024 };
    struct bar source[BARS_MAX], whole[BARS_MAX];
    for (int minutes = 1; minutes <= 10; minutes++) {
        begin(FULL_DAY, minutes);
        size_t count = random_morning(&random, source);
        for (size_t i = 0; i < count; i++)
            push(&source[i]);
        end();
        size_t whole_count = shown_count;
        memcpy(whole, shown, sizeof whole);
        for (size_t cut = 0; cut <= count; cut++) {
            begin(FULL_DAY, minutes);
            for (size_t i = 0; i < cut; i++)
                push(&source[i]);
            int64_t cut_us = cut < count ? source[cut].open_time_us : session.close_us;
            advance(cut_us);
            assert_in_range(shown_count, 0, whole_count);
            assert_memory_equal(shown, whole, shown_count * sizeof *shown);
            bool complete = shown_count == whole_count;
            assert_true(complete || whole[shown_count].open_time_us + minutes * MINUTE_US > cut_us);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_minutes_make_a_bar),
        cmocka_unit_test(minutes_pass_unchanged_on_their_own_timeframe),
        cmocka_unit_test(longer_bars_lie_on_the_grid_from_the_open),
        cmocka_unit_test(a_half_day_ends_with_a_short_bar),
        cmocka_unit_test(the_short_last_bar_ends_with_the_session),
        cmocka_unit_test(the_stamp_is_the_grids_where_the_first_minute_is_missing),
        cmocka_unit_test(a_cell_whose_last_minute_never_comes_is_handed_out_at_its_end),
        cmocka_unit_test(a_cell_without_any_minute_has_no_bar),
        cmocka_unit_test(a_fatal_minute_is_left_out_of_its_cell),
        cmocka_unit_test(a_cell_of_fatal_minutes_has_no_bar),
        cmocka_unit_test(bars_outside_the_session_are_counted_and_dropped),
        cmocka_unit_test(bars_off_the_grid_are_counted_and_shown),
        cmocka_unit_test(missing_minutes_are_not_off_the_grid),
        cmocka_unit_test(the_grid_of_the_source_begins_at_the_open_too),
        cmocka_unit_test(a_session_without_a_bar_is_found),
        cmocka_unit_test(missing_cells_are_counted),
        cmocka_unit_test(a_new_session_begins_with_nothing),
        cmocka_unit_test(volumes_and_trade_counts_add_up_and_vwap_is_weighed_by_volume),
        cmocka_unit_test(a_tenth_of_a_coin_weighs_too),
        cmocka_unit_test(the_vwap_of_a_single_minute_stays_as_it_is),
        cmocka_unit_test(a_minute_without_volume_does_not_weigh),
        cmocka_unit_test(where_one_minute_has_no_vwap_or_count_the_bar_has_none),
        cmocka_unit_test(any_cut_of_the_stream_gives_the_same_bars_before_the_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
