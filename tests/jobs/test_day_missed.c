#include "service/base/date.h"
#include "tests/support/bars_made.h"
#include "tests/support/day_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct day_stage stage;
static const struct playbook *playbook;
static struct error error;

static int start(void **state)
{
    (void)state;
    day_stage_open(&stage);
    playbook = day_stage_add(&stage, NULL, "wed_tue_11am", NULL, "QQQ", NULL);
    error = (struct error) { 0 };
    return 0;
}

static int stop(void **state)
{
    (void)state;
    day_stage_close(&stage);
    return 0;
}

/* When the date's session is due, as it is after its close. */
static int64_t due_us(const char *date)
{
    return bars_session(date).close_us + DAY_STAGE_DELAY_US;
}

/* A line with the dates, a blank after each. */
static void assert_missed(int64_t now_us, const char *expected)
{
    int32_t *dates;
    size_t count;
    if (!day_run_missed(playbook, stage.store, now_us, DAY_STAGE_DELAY_US, &dates, &count, &error))
        fail_msg("%s", error.message);
    struct text text = { 0 };
    for (size_t i = 0; i < count; i++) {
        char date[DATE_TEXT_SIZE];
        text_format(&text, "%s ", date_format(dates[i], date));
    }
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
    free(dates);
}

static void do_day(const char *date)
{
    day_stage_run(&stage, date);
    assert_int_equal(stage.runs[0].status, DAY_COMPLETED);
}

/* Computed, but not published: a folder is where the file should be. */
static void break_day(const char *date)
{
    char folder[DAY_STAGE_PATH];
    snprintf(folder, sizeof folder, "%s", scratch_path(&stage.scratch, "state"));
    stage.options.publish.trades_path = folder;
    day_stage_run(&stage, date);
    assert_int_equal(stage.runs[0].status, DAY_FAILED);
    stage.options.publish.trades_path = stage.trades_path;
}

static void who_never_ran_has_missed_the_last_day_alone(void **state)
{
    (void)state;
    assert_missed(due_us("2024-06-28"), "2024-06-28 ");
    assert_missed(due_us("2024-06-28") - 1, "2024-06-27 ");
    assert_missed(bars_date("2024-07-01") * DAY_US, "2024-06-28 ");
}

static void sessions_behind_the_last_that_is_done_are_missed(void **state)
{
    (void)state;
    do_day("2024-06-20");
    do_day("2024-06-25");
    assert_missed(due_us("2024-06-28"), "2024-06-26 2024-06-27 2024-06-28 ");
    assert_missed(due_us("2024-07-05"),
                  "2024-06-26 2024-06-27 2024-06-28 2024-07-01 2024-07-02 2024-07-03 2024-07-05 ");
    assert_missed(due_us("2024-06-26") - 1, "");
}

static void who_is_up_to_date_has_missed_nothing(void **state)
{
    (void)state;
    do_day("2024-06-28");
    assert_missed(due_us("2024-06-28"), "");
    assert_missed(due_us("2024-07-01") - 1, "");
    assert_missed(due_us("2024-06-27"), "");
}

static void what_was_computed_and_not_published_is_missed(void **state)
{
    (void)state;
    do_day("2024-06-25");
    break_day("2024-06-26");
    assert_missed(due_us("2024-06-27"), "2024-06-26 2024-06-27 ");
    do_day("2024-06-26");
    assert_missed(due_us("2024-06-27"), "2024-06-27 ");
}

static void who_was_never_done_goes_on_where_it_began(void **state)
{
    (void)state;
    break_day("2024-06-25");
    break_day("2024-06-26");
    assert_missed(due_us("2024-06-27"), "2024-06-25 2024-06-26 2024-06-27 ");
}

static void what_cannot_be_read_is_not_done(void **state)
{
    (void)state;
    do_day("2024-06-25");
    do_day("2024-06-26");
    day_stage_damage(&stage, "wed_tue_11am", "2024-06-26", "{}");
    assert_missed(due_us("2024-06-27"), "2024-06-26 2024-06-27 ");
}

static void other_files_and_other_playbooks_do_not_count(void **state)
{
    (void)state;
    do_day("2024-06-25");
    char *done = day_stage_kept(&stage, "wed_tue_11am", "2024-06-25");
    day_stage_damage(&stage, "wed_tue_11am", "2024-06-27.json.orig", done);
    scratch_write(&stage.scratch, "state/runs/wed_tue_11am/2024-06-27", done);
    scratch_write(&stage.scratch, "state/runs/wed_tue_11am/notes.json", done);
    mkdir(scratch_path(&stage.scratch, "state/runs/wed_tue_11am-2"), 0777);
    scratch_write(&stage.scratch, "state/runs/wed_tue_11am-2/2024-06-27.json", done);
    mkdir(scratch_path(&stage.scratch, "state/runs/wed_tue_11am/2024-06-28"), 0777);
    scratch_write(&stage.scratch, "state/runs/wed_tue_11am/2024-06-28/2024-06-28.json", done);
    free(done);
    assert_missed(due_us("2024-06-28"), "2024-06-26 2024-06-27 2024-06-28 ");
}

static void other_files_are_no_beginning(void **state)
{
    (void)state;
    do_day("2024-06-25");
    char path[DAY_STAGE_PATH], moved[DAY_STAGE_PATH + 8];
    snprintf(path, sizeof path, "%s",
             scratch_path(&stage.scratch, "state/runs/wed_tue_11am/2024-06-25.json"));
    snprintf(moved, sizeof moved, "%s.orig", path);
    assert_int_equal(rename(path, moved), 0);
    assert_missed(due_us("2024-06-28"), "2024-06-28 ");
}

static void pairs_miss_weekends_too(void **state)
{
    (void)state;
    day_stage_forget(&stage);
    playbook = day_stage_add(&stage, "coins", "wed_tue_11am", NULL, "BTC/USD", NULL);
    do_day("2024-06-28");
    int64_t midnight_us = bars_date("2024-07-01") * DAY_US;
    assert_missed(midnight_us + DAY_STAGE_DELAY_US, "2024-06-29 2024-06-30 ");
    assert_missed(midnight_us + DAY_STAGE_DELAY_US - 1, "2024-06-29 ");
}

static void a_time_before_the_calendar_has_no_session(void **state)
{
    (void)state;
    assert_missed(0, "");
}

static bool fail_list(struct store *store, const char *prefix,
                      bool (*visit)(void *context, const char *key), void *context,
                      struct error *ret_error)
{
    (void)store, (void)visit, (void)context;
    return error_set(ret_error, ERROR_DATA, "%s: cannot be listed", prefix);
}

static bool one_key(struct store *store, const char *prefix,
                    bool (*visit)(void *context, const char *key), void *context,
                    struct error *ret_error)
{
    (void)store, (void)prefix, (void)ret_error;
    return visit(context, "runs/wed_tue_11am/2024-06-25.json");
}

static bool fail_get(struct store *store, const char *key, struct text *ret_value,
                     struct version *ret_version, struct error *ret_error)
{
    (void)store, (void)ret_value, (void)ret_version;
    return error_set(ret_error, ERROR_DATA, "%s: cannot be read", key);
}

static void assert_store_fails(const struct store_type *type, const char *message)
{
    struct store store = { type };
    int32_t *dates;
    size_t count;
    error = (struct error) { 0 };
    assert_false(day_run_missed(playbook, &store, due_us("2024-06-28"), DAY_STAGE_DELAY_US, &dates,
                                &count, &error));
    assert_string_equal(error.message, message);
}

static void a_store_that_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    assert_store_fails(&(struct store_type) { .list = fail_list },
                       "runs/wed_tue_11am/: cannot be listed");
    assert_store_fails(&(struct store_type) { .list = one_key, .get = fail_get },
                       "runs/wed_tue_11am/2024-06-25.json: cannot be read");
}

#define STARTED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STARTED(who_never_ran_has_missed_the_last_day_alone),
        STARTED(sessions_behind_the_last_that_is_done_are_missed),
        STARTED(who_is_up_to_date_has_missed_nothing),
        STARTED(what_was_computed_and_not_published_is_missed),
        STARTED(who_was_never_done_goes_on_where_it_began),
        STARTED(what_cannot_be_read_is_not_done),
        STARTED(other_files_and_other_playbooks_do_not_count),
        STARTED(other_files_are_no_beginning),
        STARTED(pairs_miss_weekends_too),
        STARTED(a_time_before_the_calendar_has_no_session),
        STARTED(a_store_that_cannot_be_read_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
