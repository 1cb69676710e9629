#include "service/clients/rate_limit.h"

#include "service/base/date.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PER_MINUTE = 200, TAKEN_MAX = 20000 };

/* Not at the beginning of a second. */
#define START_US (1000 * SECOND_US + 400000)

static struct rate_limit limit;

static int begin(void **state)
{
    (void)state;
    rate_limit_init(&limit, PER_MINUTE, START_US);
    return 0;
}

static void take(int count, int64_t now_us)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(rate_limit_take(&limit, now_us), 0);
}

static void a_burst_may_use_the_whole_minute(void **state)
{
    (void)state;
    take(PER_MINUTE, START_US);
    /* To the end of its second, and a minute. */
    assert_int_equal(rate_limit_take(&limit, START_US), 60 * SECOND_US + 600000);
}

static void after_the_wait_there_is_room_and_not_a_moment_before(void **state)
{
    (void)state;
    take(PER_MINUTE - 1, START_US);
    take(1, START_US + 5 * SECOND_US);
    int64_t free_us = START_US + rate_limit_take(&limit, START_US + 5 * SECOND_US) + 5 * SECOND_US;
    assert_int_equal(rate_limit_take(&limit, free_us - 1), 1);
    take(PER_MINUTE - 1, free_us);
    assert_true(rate_limit_take(&limit, free_us) > 0);
    take(1, free_us + 5 * SECOND_US);
}

static void a_pause_of_any_length_above_a_minute_forgets_everything(void **state)
{
    for (int64_t pause_s = RATE_LIMIT_SECONDS; pause_s < 3 * RATE_LIMIT_SECONDS; pause_s++) {
        begin(state);
        take(PER_MINUTE, START_US);
        take(PER_MINUTE, START_US + pause_s * SECOND_US);
    }
    take(PER_MINUTE, START_US + DAY_US);
}

/* The times of what was taken, against which the rule is checked literally. */
static int64_t taken_us[TAKEN_MAX];

static int taken_since(int count, int64_t time_us)
{
    int since = 0;
    while (since < count && taken_us[count - 1 - since] >= time_us)
        since++;
    return since;
}

static void no_sixty_seconds_see_more_and_no_wait_is_longer_than_a_second_needlessly(void **state)
{
    (void)state;
    struct random random = { 20261121 };
    int64_t now_us = START_US;
    for (int taken = 0; taken < TAKEN_MAX;) {
        int64_t wait_us = rate_limit_take(&limit, now_us);
        if (wait_us == 0) {
            assert_true(taken_since(taken, now_us - MINUTE_US) < PER_MINUTE);
            taken_us[taken++] = now_us;
        } else {
            assert_true(taken_since(taken, now_us - MINUTE_US - SECOND_US) >= PER_MINUTE);
            assert_int_equal(rate_limit_take(&limit, now_us + wait_us - 1), 1);
        }
        /* Bursts, waits that were asked for, and some that were not. */
        uint64_t choice = random_below(&random, 400);
        if (choice == 0)
            now_us += (int64_t)random_below(&random, 90 * SECOND_US);
        else if (wait_us > 0)
            now_us += wait_us;
        else if (choice < 200)
            now_us += (int64_t)random_below(&random, SECOND_US);
    }
}

static void what_others_took_counts_until_the_server_forgets_it(void **state)
{
    (void)state;
    take(10, START_US);
    int64_t reset_us = START_US + 20 * SECOND_US;
    rate_limit_correct(&limit, PER_MINUTE, 5, reset_us, START_US);
    take(5, START_US);
    assert_int_equal(rate_limit_take(&limit, START_US), 20 * SECOND_US);
    take(PER_MINUTE - 15, reset_us);
    assert_true(rate_limit_take(&limit, reset_us) > 0);
}

static void without_a_reset_a_whole_minute_is_waited(void **state)
{
    (void)state;
    rate_limit_correct(&limit, -1, 0, -1, START_US);
    assert_int_equal(rate_limit_take(&limit, START_US), MINUTE_US);
}

static void a_reset_far_away_is_a_minute_at_most(void **state)
{
    (void)state;
    rate_limit_correct(&limit, -1, 0, START_US + DAY_US, START_US);
    assert_int_equal(rate_limit_take(&limit, START_US), MINUTE_US);
}

static void what_the_server_says_last_counts(void **state)
{
    (void)state;
    rate_limit_correct(&limit, -1, 0, START_US + 20 * SECOND_US, START_US);
    rate_limit_correct(&limit, -1, 3, START_US + 20 * SECOND_US, START_US);
    take(3, START_US);
    assert_int_equal(rate_limit_take(&limit, START_US), 20 * SECOND_US);
}

static void what_the_server_said_of_a_minute_that_is_over_does_not_matter(void **state)
{
    (void)state;
    rate_limit_correct(&limit, PER_MINUTE, 0, START_US, START_US);
    take(PER_MINUTE, START_US);
}

static void more_left_than_we_think_changes_nothing(void **state)
{
    (void)state;
    take(PER_MINUTE - 1, START_US);
    rate_limit_correct(&limit, PER_MINUTE, PER_MINUTE, START_US + SECOND_US, START_US);
    take(1, START_US);
    assert_true(rate_limit_take(&limit, START_US) > 0);
}

static void the_server_may_change_the_limit(void **state)
{
    (void)state;
    take(PER_MINUTE, START_US);
    rate_limit_correct(&limit, PER_MINUTE + 3, -1, -1, START_US);
    take(3, START_US);
    assert_true(rate_limit_take(&limit, START_US) > 0);
    rate_limit_correct(&limit, 2, -1, -1, START_US);
    int64_t free_us = START_US + rate_limit_take(&limit, START_US);
    assert_in_range(free_us, START_US + MINUTE_US, START_US + MINUTE_US + SECOND_US);
    take(2, free_us);
    assert_true(rate_limit_take(&limit, free_us) > 0);
}

static void absent_headers_change_nothing(void **state)
{
    (void)state;
    rate_limit_correct(&limit, -1, -1, -1, START_US);
    take(PER_MINUTE, START_US);
    assert_true(rate_limit_take(&limit, START_US) > 0);
}

static void a_block_holds_until_then_and_a_shorter_one_does_not_lift_it(void **state)
{
    (void)state;
    rate_limit_block(&limit, START_US + 700);
    rate_limit_block(&limit, START_US + 300);
    assert_int_equal(rate_limit_take(&limit, START_US), 700);
    assert_int_equal(rate_limit_take(&limit, START_US + 699), 1);
    take(1, START_US + 700);
}

/* Another process with the same key takes as it likes; the server counts by the minute. */
static void after_correction_a_server_with_fixed_minutes_is_not_overrun(void **state)
{
    (void)state;
    struct random random = { 7 };
    int64_t now_us = START_US, minute = 0;
    int left = PER_MINUTE, refused = 0, sent = 0;
    while (sent < TAKEN_MAX) {
        int64_t wait_us = rate_limit_take(&limit, now_us);
        now_us += wait_us;
        if (now_us / MINUTE_US != minute) {
            minute = now_us / MINUTE_US;
            left = PER_MINUTE - (int)random_below(&random, 150);
            wait_us = 1; /* ours does not know yet */
        }
        if (wait_us > 0)
            continue;
        sent++;
        refused += left == 0;
        left -= left > 0;
        rate_limit_correct(&limit, PER_MINUTE, left, (minute + 1) * MINUTE_US, now_us);
        now_us += (int64_t)random_below(&random, 300000);
    }
    assert_int_equal(refused, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_burst_may_use_the_whole_minute),
        TEST(after_the_wait_there_is_room_and_not_a_moment_before),
        TEST(a_pause_of_any_length_above_a_minute_forgets_everything),
        TEST(no_sixty_seconds_see_more_and_no_wait_is_longer_than_a_second_needlessly),
        TEST(what_others_took_counts_until_the_server_forgets_it),
        TEST(without_a_reset_a_whole_minute_is_waited),
        TEST(a_reset_far_away_is_a_minute_at_most),
        TEST(what_the_server_says_last_counts),
        TEST(what_the_server_said_of_a_minute_that_is_over_does_not_matter),
        TEST(more_left_than_we_think_changes_nothing),
        TEST(the_server_may_change_the_limit),
        TEST(absent_headers_change_nothing),
        TEST(a_block_holds_until_then_and_a_shorter_one_does_not_lift_it),
        TEST(after_correction_a_server_with_fixed_minutes_is_not_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
