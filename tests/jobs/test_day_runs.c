#include "service/base/date.h"
#include "service/jobs/day_runs.h"
#include "tests/support/bars_made.h"
#include "tests/support/day_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct day_stage stage;
static struct day_runs runs;

static int start(void **state)
{
    (void)state;
    day_stage_open(&stage);
    day_stage_add(&stage, "early", "morning_reversal", NULL, "QQQ", NULL);
    day_stage_add(&stage, "tuesdays", "wed_tue_11am", NULL, "SPY", NULL);
    stage.options.now_us = bars_session("2024-06-28").close_us + DAY_STAGE_DELAY_US;
    stage.options.playbooks = stage.chosen;
    stage.options.playbook_count = stage.count;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    day_runs_release(&runs);
    day_stage_close(&stage);
    return 0;
}

/* "27 early completed", a line each. */
static void assert_runs(const char *expected)
{
    struct text text = { 0 };
    for (size_t i = 0; i < runs.count; i++) {
        char date[DATE_TEXT_SIZE];
        date_format(runs.items[i].date, date);
        text_format(&text, "%s %s %s\n", date + 8, runs.items[i].playbook->name,
                    day_status_name(runs.items[i].status));
    }
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

static void add(const char *date)
{
    stage.options.date = bars_date(date);
    day_runs_add(&runs, &stage.options);
}

static void add_missed(void)
{
    struct error error = { 0 };
    if (!day_runs_add_missed(&runs, &stage.options, &error))
        fail_msg("%s", error.message);
}

static void each_playbook_is_run_on_the_date(void **state)
{
    (void)state;
    add("2024-06-27");
    add("2024-06-27");
    assert_runs("27 early completed\n27 tuesdays completed\n"
                "27 early duplicate\n27 tuesdays duplicate\n");
}

static void each_makes_up_for_its_own_days(void **state)
{
    (void)state;
    add("2024-06-25");
    day_runs_release(&runs);
    stage.options.playbook_count = 1;
    add("2024-06-26");
    stage.options.playbook_count = 2;
    day_runs_release(&runs);
    add_missed();
    assert_runs("26 tuesdays completed\n27 early completed\n27 tuesdays completed\n"
                "28 early completed\n28 tuesdays completed\n");
}

static void nothing_is_missed_twice(void **state)
{
    (void)state;
    add_missed();
    day_runs_release(&runs);
    add_missed();
    assert_runs("");
}

static void who_fails_stays_where_it_is(void **state)
{
    (void)state;
    add("2024-06-26");
    day_runs_release(&runs);
    stage.feed.empty = "QQQ";
    add_missed();
    assert_runs("27 early failed\n27 tuesdays completed\n28 tuesdays completed\n");
    day_runs_release(&runs);
    stage.feed.empty = NULL;
    add_missed();
    assert_runs("27 early completed\n28 early completed\n");
}

static void what_there_was_nothing_to_do_for_is_forgotten(void **state)
{
    (void)state;
    add("2024-06-27");
    day_runs_release(&runs);
    add("2024-06-27");
    add("2024-06-29");
    add("2024-07-01");
    day_runs_forget_idle(&runs);
    assert_runs("");
    stage.feed.empty = "QQQ";
    add("2024-06-28");
    day_runs_forget_idle(&runs);
    assert_runs("28 early failed\n28 tuesdays completed\n");
}

static void a_store_that_cannot_be_read_is_an_error_that_names_the_playbook(void **state)
{
    (void)state;
    struct error error = { 0 };
    scratch_write(&stage.scratch, "state", "no folder");
    assert_false(day_runs_add_missed(&runs, &stage.options, &error));
    assert_non_null(strstr(error.message, "early"));
    assert_int_equal(runs.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_playbook_is_run_on_the_date, start, stop),
        cmocka_unit_test_setup_teardown(each_makes_up_for_its_own_days, start, stop),
        cmocka_unit_test_setup_teardown(nothing_is_missed_twice, start, stop),
        cmocka_unit_test_setup_teardown(who_fails_stays_where_it_is, start, stop),
        cmocka_unit_test_setup_teardown(what_there_was_nothing_to_do_for_is_forgotten, start, stop),
        cmocka_unit_test_setup_teardown(
            a_store_that_cannot_be_read_is_an_error_that_names_the_playbook, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
