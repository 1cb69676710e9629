#include "service/feeds/kept_month.h"

#include "service/feeds/bar_parquet.h"
#include "tests/support/bars_made.h"
#include "tests/support/cache_stage.h"
#include "tests/support/file_faults.h"
#include "tests/support/random.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { KILLS = 40, REQUESTS = 150 };

/* Nothing is flushed, see file_faults.h. */
static int begin(void **state)
{
    cache_stage_begin(state);
    file_faults_begin(&(struct file_fault) { 0 });
    return 0;
}

static int end(void **state)
{
    file_faults_end();
    return cache_stage_end(state);
}

static void replace(const char *key, const void *bytes, size_t size)
{
    struct version version;
    struct error error = { 0 };
    struct text old = file_of(key, &version);
    assert_true(store_put(stage.store, key, bytes, size, version, &version, &error));
    text_release(&old);
}

/* In its place the file is set aside and fetched anew; afterwards it is as it was. */
static void assert_heals(const char *bytes, size_t size)
{
    struct version before, after;
    struct text good = file_of(QQQ "2024-06.parquet", &before);
    size_t aside = count_keys("corrupt/");
    replace(QQQ "2024-06.parquet", bytes, size);
    cache_open();
    assert_dates("QQQ", "2024-06-10", "2024-06-11");
    assert_int_equal(stage.source.requests, 1);
    assert_int_equal(cached_feed_counts(stage.cache).months_corrupt, 1);
    assert_int_equal(count_keys("corrupt/"), aside + 1);
    assert_int_equal(count_keys("bars/"), 2);
    struct text healed = file_of(QQQ "2024-06.parquet", &after);
    assert_int_equal(healed.size, good.size);
    assert_memory_equal(healed.bytes, good.bytes, good.size);
    cache_open();
    assert_dates("QQQ", "2024-06-10", "2024-06-11");
    assert_asked("");
    text_release(&good);
    text_release(&healed);
}

static void damaged_files_are_set_aside_and_fetched_anew(void **state)
{
    (void)state;
    struct version version;
    struct random random = { 7 };
    assert_dates("QQQ,SPY", "2024-06-10", "2024-06-11");
    struct text file = file_of(QQQ "2024-06.parquet", &version);
    assert_heals("", 0);
    assert_heals("PAR1", 4);
    assert_heals("timestamp,open,high,low,close,volume\n", 37);
    for (size_t size = file.size - 1; size > 8; size = size * 2 / 3)
        assert_heals(file.bytes, size);
    for (int i = 0; i < 60; i++) { /* half of them in the footer */
        size_t place = random_below(&random, file.size / (size_t)(i % 2 + 1));
        file.bytes[file.size - 1 - place] ^= (char)(1 << random_below(&random, 8));
        assert_heals(file.bytes, file.size);
        text_release(&file);
        file = file_of(QQQ "2024-06.parquet", &version);
    }
    text_release(&file);
}

static void what_is_set_aside_is_what_was_there(void **state)
{
    (void)state;
    assert_dates("QQQ,SPY", "2024-06-10", "2024-06-11");
    struct version version;
    struct text file = file_of(QQQ "2024-06.parquet", &version);
    file.bytes[100] ^= 1;
    replace(QQQ "2024-06.parquet", file.bytes, file.size);
    struct text damaged = file_of(QQQ "2024-06.parquet", &version);
    cache_open();
    assert_dates("QQQ", "2024-06-10", "2024-06-11");
    char key[STORE_KEY_MAX];
    snprintf(key, sizeof key, "corrupt/" QQQ "2024-06-%016llx.parquet",
             (unsigned long long)version.number);
    struct text aside = file_of(key, &version);
    assert_int_equal(aside.size, file.size);
    assert_memory_equal(aside.bytes, damaged.bytes, aside.size);
    text_release(&aside);
    text_release(&damaged);
    text_release(&file);
}

static void files_from_elsewhere_are_set_aside(void **state)
{
    (void)state;
    struct version version;
    assert_dates("QQQ,SPY", "2024-06-10", "2024-06-11");
    struct text other = file_of(SPY "2024-06.parquet", &version);
    assert_heals(other.bytes, other.size); /* sound, but of another symbol */
    const struct bar_zone nowhere = { 0 };
    struct bar_rows rows;
    struct error error = { 0 };
    struct bar_source named = { "SPY", other.bytes, other.size, &nowhere };
    assert_true(bar_parquet_parse(&named, 1, &rows, &error));
    struct text foreign = { 0 };
    bar_parquet_format(&rows.series, false, &foreign);
    assert_heals(foreign.bytes, foreign.size);
    series_release(&rows.series);
    text_release(&foreign);
    text_release(&other);
}

/* Whole files under their own key, but of what they should not hold. */
static void files_that_cannot_be_right_are_set_aside(void **state)
{
    (void)state;
    const struct bar_days minutes = { calendar_find("xnys"), false };
    const struct kept_month_name name = { "alpaca", "sip", "QQQ", ADJUSTMENT_SPLIT,
                                          bars_date("2024-06-10") };
    static const char *const times[][2] = {
        { "2024-06-01T03:59:00Z", "2024-06-03T14:00:00Z" }, /* of the month before */
        { "2024-06-03T14:00:00Z", "2024-07-01T04:00:00Z" }, /* of the month behind */
        { "2024-06-03T14:00:00Z", "2024-06-03T13:59:00Z" }, /* not in order */
        { "2024-06-01T04:00:00Z", "2024-07-01T03:59:00Z" }, /* all right, but not adjusted */
        { "2024-06-01T04:00:00Z", "2024-07-01T03:59:00Z" }, /* all right */
    };
    for (size_t i = 0; i < 5; i++) {
        struct kept_month month;
        struct error error = { 0 };
        bool is_corrupt;
        assert_true(kept_month_init(&month, &minutes, &name, &error));
        for (size_t j = 0; j < 2; j++) {
            struct bar bar = bars_bar(time_of(times[i][j]), 1, 2, 0.5, 1.5);
            series_append(&month.bars, &bar);
        }
        month.as_of = name.date;
        month.is_adjusted = i != 3;
        assert_true(kept_month_write(&month, stage.store, &error));
        month.is_adjusted = true;
        assert_true(kept_month_read(&month, stage.store, &is_corrupt, &error));
        assert_int_equal(is_corrupt, i < 4);
        assert_int_equal(month.bars.count, i < 4 ? 0 : 2);
        assert_int_equal(month.as_of, i < 4 ? DATE_NONE : name.date);
        kept_month_release(&month);
    }
}

static void a_key_can_be_too_long(void **state)
{
    (void)state;
    char feed[STORE_KEY_MAX];
    struct kept_month month;
    struct error error = { 0 };
    const struct bar_days minutes = { calendar_find("xnys"), false };
    memset(feed, 'x', sizeof feed - 1);
    feed[sizeof feed - 1] = '\0';
    const struct kept_month_name name = { "alpaca", feed, "QQQ", ADJUSTMENT_RAW, 0 };
    assert_false(kept_month_init(&month, &minutes, &name, &error));
    assert_int_equal(error.kind, ERROR_LIMIT);
}

/* A store in front of the other, in which something happens before a put. */
static struct {
    struct store store;
    size_t puts;
    bool refuses, hides;
    void (*before)(void);
} front;

static bool front_get(struct store *self, const char *key, struct text *ret_value,
                      struct version *ret_version, struct error *error)
{
    (void)self;
    if (front.hides)
        return error_set(error, ERROR_DATA, "the disk is broken");
    return store_get(stage.store, key, ret_value, ret_version, error);
}

static bool front_put(struct store *self, const char *key, const void *value, size_t size,
                      struct version expected, struct version *ret_version, struct error *error)
{
    (void)self;
    front.puts++;
    if (front.refuses)
        return error_set(error, ERROR_WRITER, "the disk is full");
    void (*before)(void) = front.before;
    front.before = NULL;
    if (before != NULL)
        before();
    return store_put(stage.store, key, value, size, expected, ret_version, error);
}

static void put_in_front(void (*before)(void))
{
    static const struct store_type type = { .name = "front", .get = front_get, .put = front_put };
    front.store.type = &type;
    front.before = before;
    front.refuses = before == NULL;
    front.puts = 0;
    front.hides = false;
    stage.options.store = &front.store;
    stage.options.more_store_count = 0;
    cache_open();
}

static void put_in_front_no_more(void)
{
    stage.options.store = stage.store;
    stage.options.more_store_count = MORE_STORES;
    cache_open();
}

static void a_store_that_cannot_be_written_is_no_error(void **state)
{
    (void)state;
    assert_dates("QQQ", "2024-06-10", "2024-06-11");
    put_in_front(NULL);
    assert_dates("QQQ", "2024-06-03", "2024-07-12");
    assert_int_equal(cached_feed_counts(stage.cache).months_unkept, 2);
    put_in_front_no_more();
    assert_dates("QQQ", "2024-06-03", "2024-07-12");
    assert_int_equal(stage.source.requests, 1);
}

static void a_store_that_cannot_be_read_fails_the_load(void **state)
{
    (void)state;
    struct asked asked;
    struct bar_set set;
    struct error error = { 0 };
    put_in_front(NULL);
    front.hides = true;
    ask(&asked, "QQQ", time_of("2024-06-24T04:00:00Z"), time_of("2024-06-29T04:00:00Z"));
    assert_false(feed_load(stage.cache, &asked.request, &set, &error));
    assert_string_equal(error.message, "the disk is broken");
    assert_asked("");
}

/* Somebody else keeps other days of the same month. */
static void keep_others(void)
{
    struct cached_feed_options other = stage.options;
    other.store = stage.store;
    struct feed *feed = cached_feed_open(&other);
    struct asked asked;
    ask(&asked, "QQQ", time_of("2024-06-24T04:00:00Z"), time_of("2024-06-29T04:00:00Z"));
    struct bar_set set = load_from(feed, &asked.request);
    bar_set_release(&set);
    feed_close(feed);
}

static void what_others_keep_at_the_same_time_is_not_lost(void **state)
{
    (void)state;
    for (int kept = 0; kept < 2; kept++) {
        put_in_front(keep_others);
        assert_dates("QQQ", "2024-06-03", kept == 0 ? "2024-06-07" : "2024-06-14");
        assert_int_equal(front.puts, kept == 0 ? 2 : 1);
        assert_int_equal(cached_feed_counts(stage.cache).months_unkept, 0);
        put_in_front_no_more();
        assert_dates("QQQ", "2024-06-24", "2024-06-28");
        assert_dates("QQQ", "2024-06-03", kept == 0 ? "2024-06-07" : "2024-06-14");
        assert_asked("");
    }
}

/* Another process with a store of its own. */
static pid_t start(void (*work)(uint64_t seed), uint64_t seed)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    struct error error = { 0 };
    stage.options.store =
        store_open(&(struct store_options) { stage.scratch.folder, 60000 }, &error);
    cache_open();
    work(seed);
    feed_close(stage.cache);
    store_close(stage.options.store);
    _exit(0);
}

/* Single weeks of half a year, in another order for every seed. */
static void fill_weeks(uint64_t seed)
{
    struct random random = { seed };
    for (int i = 0; i < 40; i++) {
        struct asked asked;
        int64_t begin_us =
            time_of("2024-01-01T05:00:00Z") + (int64_t)random_below(&random, 26) * 7 * DAY_US;
        ask(&asked, "QQQ,SPY", begin_us, begin_us + 7 * DAY_US);
        struct bar_set set;
        struct error error = { 0 };
        if (!feed_load(stage.cache, &asked.request, &set, &error) ||
            cached_feed_counts(stage.cache).months_unkept > 0 ||
            cached_feed_counts(stage.cache).months_corrupt > 0)
            _exit(1);
        bar_set_release(&set);
    }
}

static void processes_that_fill_the_same_months_lose_nothing(void **state)
{
    (void)state;
    enum { PROCESSES = 3 };
    pid_t children[PROCESSES];
    for (uint64_t i = 0; i < PROCESSES; i++)
        children[i] = start(fill_weeks, i + 1);
    for (size_t i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    stage.options.store = stage.store;
    cache_open();
    fill_weeks(1);
    fill_weeks(2);
    fill_weeks(3);
    assert_asked(""); /* what each has kept is there */
    assert_dates("QQQ,SPY", "2024-01-01", "2024-06-28");
    struct version version;
    struct text files = file_of(QQQ "2024-03.parquet", &version);
    stage.options.refresh = true;
    cache_open();
    assert_dates("QQQ", "2024-01-01", "2024-06-28");
    struct text again = file_of(QQQ "2024-03.parquet", &version);
    assert_int_equal(files.size, again.size); /* the same bars are the same bytes */
    assert_memory_equal(files.bytes, again.bytes, files.size);
    text_release(&files);
    text_release(&again);
}

/* Until the n-th call. */
static void fill_year(uint64_t calls)
{
    file_faults_begin(&(struct file_fault) {
        .calls = FILE_CALL_ALL, .nth = calls, .error_number = FILE_FAULT_KILL });
    struct asked asked;
    struct bar_set set;
    struct error error = { 0 };
    ask(&asked, "QQQ,SPY", time_of("2022-01-01T05:00:00Z"), time_of("2025-01-01T05:00:00Z"));
    if (feed_load(stage.cache, &asked.request, &set, &error))
        bar_set_release(&set);
}

/* Anywhere: instead of any call that has to do with files. */
static void a_fill_that_was_killed_is_taken_up_again(void **state)
{
    (void)state;
    struct random random = { 20240628 };
    for (int i = 0; i < KILLS; i++) {
        int status;
        pid_t child = start(fill_year, 1 + random_below(&random, 300));
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        cache_open();
        assert_minutes("QQQ", "2024-05-20T10:00:00Z", "2024-06-10T21:00:00Z");
        assert_int_equal(cached_feed_counts(stage.cache).months_corrupt, 0);
    }
    cache_open();
    assert_dates("QQQ,SPY", "2022-01-01", "2024-12-31");
    cache_open();
    assert_dates("QQQ,SPY", "2022-01-01", "2024-12-31");
    assert_asked("");
}

static void ask_at_random(struct random *random)
{
    static const char *const names[] = { "QQQ", "SPY", "IWM", "IWM,QQQ", "QQQ,SPY,IWM", "BTC/USD" };
    struct asked asked;
    int64_t span_us = (int64_t)(random_below(random, 4) == 0 ? 200 * 24 : 30 * 24) * HOUR_US;
    int64_t begin_us =
        time_of("2024-01-01T00:00:00Z") + (int64_t)random_below(random, 300 * 24 * 60) * MINUTE_US;
    ask(&asked, names[random_below(random, 6)], begin_us,
        begin_us + (int64_t)random_below(random, (uint64_t)span_us));
    asked.request.adjustment = (enum adjustment)random_below(random, 3);
    asked.request.is_daily = random_below(random, 4) == 0;
    stage.options.refresh = random_below(random, 10) == 0;
    cache_open();
    assert_like_source(&asked.request);
}

static void any_requests_give_the_bars_of_the_source(void **state)
{
    (void)state;
    struct random random = { 4711 };
    stage.source.now_us = time_of("2024-03-01T00:00:00Z");
    stage.source.hole_every = 7;
    stage.source.split_date = bars_date("2024-07-15");
    for (int i = 0; i < REQUESTS; i++) {
        stage.source.now_us += (int64_t)random_below(&random, 5 * 24 * 60) * MINUTE_US;
        ask_at_random(&random);
    }
}

#define CACHE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CACHE_TEST(damaged_files_are_set_aside_and_fetched_anew),
        CACHE_TEST(what_is_set_aside_is_what_was_there),
        CACHE_TEST(files_from_elsewhere_are_set_aside),
        CACHE_TEST(files_that_cannot_be_right_are_set_aside),
        CACHE_TEST(a_key_can_be_too_long),
        CACHE_TEST(a_store_that_cannot_be_written_is_no_error),
        CACHE_TEST(a_store_that_cannot_be_read_fails_the_load),
        CACHE_TEST(what_others_keep_at_the_same_time_is_not_lost),
        CACHE_TEST(processes_that_fill_the_same_months_lose_nothing),
        CACHE_TEST(a_fill_that_was_killed_is_taken_up_again),
        CACHE_TEST(any_requests_give_the_bars_of_the_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
