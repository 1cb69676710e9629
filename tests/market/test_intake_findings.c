/* What an intake finds in a session besides faulty bars: gaps, jumps, volumes, splits. */
#include "service/base/date.h"
#include "service/market/intake.h"
#include "tests/support/candles.h"
#include "tests/support/exact.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { FULL_DAY = 20240628, HALF_DAY = 20240703, VOLUME = 1000 };

static struct intake intake;
static struct session session;
static struct bar shown; /* the last bar handed out */

static void begin(const char *calendar, int date, int minutes)
{
    session = candle_session(calendar, date);
    intake_begin(&intake, &session, minutes * MINUTE_US, MINUTE_US);
}

static void advance(int64_t time_us)
{
    const struct bar *bar = intake_advance(&intake, time_us);
    if (bar)
        shown = *bar;
}

static void push_at(int64_t time_us, const struct candle *candle, double volume)
{
    struct bar bar = candle_bar(time_us, candle);
    bar.volume = volume;
    advance(time_us);
    intake_push(&intake, &bar);
}

static void minute(int clock, double open, double high, double low, double close)
{
    push_at(candle_time_us(&session, clock), &(struct candle) { open, high, low, close }, VOLUME);
}

static void trade(int clock, double price, double volume)
{
    push_at(candle_time_us(&session, clock), &(struct candle) { price, price, price, price },
            volume);
}

/* Minutes of the session by their index, at one price. */
static void fill(int64_t first, int64_t last)
{
    for (int64_t i = first; i <= last; i++)
        push_at(session.open_us + i * MINUTE_US, &(struct candle) { 10, 10, 10, 10 }, VOLUME);
}

/* The finding of a kind once the session is over; of kind none when there is none. */
static struct finding found(enum finding_kind kind)
{
    struct finding findings[FINDING_KIND_COUNT];
    advance(session.close_us);
    size_t count = intake_findings(&intake, 3, findings);
    for (size_t i = 0; i < count; i++) {
        if (findings[i].kind == kind)
            return findings[i];
    }
    return (struct finding) { .kind = FINDING_NONE };
}

static void assert_finding(enum finding_kind kind, size_t count, const char *detail)
{
    struct finding finding = found(kind);
    assert_int_equal(finding.kind, kind);
    assert_int_equal(finding.count, count);
    assert_string_equal(finding.detail, detail);
    assert_int_equal(finding.symbol, 3);
    assert_int_equal(finding.date, session.date);
}

static void assert_no_finding(enum finding_kind kind)
{
    assert_int_equal(found(kind).kind, FINDING_NONE);
}

/* Missing: 09:36, 09:40 to 09:43, 09:50 to 09:53. */
static void gaps_are_counted_and_the_first_longest_is_told(void **state)
{
    (void)state;
    begin("xnys", FULL_DAY, 2);
    fill(0, 5);
    fill(8, 9);
    fill(14, 19);
    fill(24, 389);
    assert_finding(FINDING_GAPS, 2, "longest 2 bars from 09:40");
    assert_finding(FINDING_MISSING_BARS, 5, "190 of 195 bars");
}

static void a_session_may_begin_and_end_with_a_gap(void **state)
{
    (void)state;
    begin("xnys", HALF_DAY, 60);
    fill(130, 140);
    assert_finding(FINDING_GAPS, 1, "longest 2 bars from 09:30");
    begin("xnys", FULL_DAY, 60);
    fill(0, 245);
    assert_finding(FINDING_GAPS, 1, "longest 2 bars from 14:30");
    begin("xnys", FULL_DAY, 1);
    fill(2, 388);
    assert_finding(FINDING_GAPS, 1, "longest 2 bars from 09:30");
    begin("xnys", FULL_DAY, 1);
    assert_no_finding(FINDING_GAPS);
}

/* Cells of faulty minutes are as missing as those without any. */
static void faulty_minutes_make_a_gap(void **state)
{
    (void)state;
    begin("xnys", FULL_DAY, 1);
    fill(0, 99);
    for (int clock = 1110; clock < 1115; clock++)
        trade(clock, 0, VOLUME);
    fill(105, 389);
    assert_finding(FINDING_GAPS, 1, "longest 5 bars from 11:10");
}

static void a_close_5_percent_off_the_last_one_is_a_jump(void **state)
{
    (void)state;
    begin("xnys", FULL_DAY, 5);
    minute(930, 50, 200, 40, 100);
    minute(931, 100, 106, 94, 105);
    assert_no_finding(FINDING_PRICE_JUMP);
    minute(932, 105, 111, 105, 110.5);
    minute(933, 110.5, 110.5, 100, 100);
    minute(935, 100, 200, 50, 100);
    assert_finding(FINDING_PRICE_JUMP, 2, "first at 09:32");
}

/* Nor is the way from the last close before it and to the first one behind it. */
static void a_faulty_bar_is_no_jump(void **state)
{
    (void)state;
    begin("xnys", FULL_DAY, 1);
    trade(930, 100, VOLUME);
    minute(931, 200, 100, 100, 200);
    trade(932, 101, VOLUME);
    trade(1559, 102, VOLUME);
    trade(1600, 200, VOLUME);
    assert_no_finding(FINDING_PRICE_JUMP);
}

static void a_bad_volume_counts_as_none(void **state)
{
    (void)state;
    begin("xnys", FULL_DAY, 3);
    trade(930, 10, -5);
    trade(931, 10.1, 2000);
    trade(932, 10, NAN);
    advance(candle_time_us(&session, 933));
    assert_exactly(shown.volume, 2000);
    assert_exactly(shown.high, 10.1);
    assert_exactly(shown.close, 10);
    trade(933, 10, INFINITY);
    trade(934, 20, INFINITY);
    assert_finding(FINDING_BAD_VOLUME, 4, "first at 09:30");
    assert_finding(FINDING_PRICE_JUMP, 1, "first at 09:34");
    assert_exactly(shown.volume, 0);
    assert_exactly(shown.close, 20);
}

/* The first bars of so many minutes have a share less than a thousand. */
static void trade_thinly(int thin, int minutes)
{
    begin("xnys", FULL_DAY, minutes);
    for (int64_t i = 0; i < 390; i++)
        push_at(session.open_us + i * MINUTE_US, &(struct candle) { 10, 10, 10, 10 },
                (i < thin * minutes ? 999.0 : 1000.0) / minutes);
}

static void more_than_a_tenth_of_bars_below_1000_is_thin(void **state)
{
    (void)state;
    trade_thinly(39, 1);
    assert_no_finding(FINDING_THIN_VOLUME);
    trade_thinly(40, 1);
    assert_finding(FINDING_THIN_VOLUME, 40, "40 of 390 bars");
    trade_thinly(20, 2);
    assert_finding(FINDING_THIN_VOLUME, 20, "20 of 195 bars");
}

static void coins_are_thin_without_any(void **state)
{
    (void)state;
    for (int is_traded = 0; is_traded <= 1; is_traded++) {
        begin("24x7", FULL_DAY, 60);
        for (int clock = 0; clock < 2400; clock += 100)
            trade(clock, 10, clock < 300 ? is_traded * 1e-8 : 0.001);
        if (is_traded)
            assert_no_finding(FINDING_THIN_VOLUME);
        else
            assert_finding(FINDING_THIN_VOLUME, 3, "3 of 24 bars");
    }
}

static void a_split_is_seen_between_the_last_close_and_the_whole_session(void **state)
{
    (void)state;
    begin("xnys", FULL_DAY, 2);
    intake.previous_close = 200;
    trade(929, 200, VOLUME);
    trade(930, 0, VOLUME);
    minute(931, 100, 101, 99, 101);
    minute(1559, 102, 103, 101, 103);
    trade(1600, 200, VOLUME);
    assert_finding(FINDING_SPLIT_LIKE, 1, "2:1, 200 to 100");
    begin("xnys", FULL_DAY, 2);
    intake.previous_close = 200;
    minute(931, 100, 101, 99, 101);
    trade(1559, 198, VOLUME);
    assert_no_finding(FINDING_SPLIT_LIKE);
    begin("xnys", FULL_DAY, 2);
    minute(931, 100, 101, 99, 101);
    assert_no_finding(FINDING_SPLIT_LIKE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_are_counted_and_the_first_longest_is_told),
        cmocka_unit_test(a_session_may_begin_and_end_with_a_gap),
        cmocka_unit_test(faulty_minutes_make_a_gap),
        cmocka_unit_test(a_close_5_percent_off_the_last_one_is_a_jump),
        cmocka_unit_test(a_faulty_bar_is_no_jump),
        cmocka_unit_test(a_bad_volume_counts_as_none),
        cmocka_unit_test(more_than_a_tenth_of_bars_below_1000_is_thin),
        cmocka_unit_test(coins_are_thin_without_any),
        cmocka_unit_test(a_split_is_seen_between_the_last_close_and_the_whole_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
