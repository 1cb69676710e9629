#include "service/jobs/kept_bars.h"

#include "service/base/log.h"
#include "tests/support/bars_made.h"
#include "tests/support/cache_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PAIR CACHE_FOLDER("crypto", "raw", "1Min", "BTC_USD")
#define QQQ_ASIDE "corrupt/" QQQ "2024-06-0123456789abcdef.parquet"

static const struct kept_selection everything;
static struct kept_list list;
static struct kept_cleared cleared;
static struct error error;

static int begin(void **state)
{
    cleared = (struct kept_cleared) { 0 };
    error = (struct error) { 0 };
    return cache_stage_begin(state);
}

static int end(void **state)
{
    kept_list_release(&list);
    return cache_stage_end(state);
}

static void list_all(void)
{
    kept_list_release(&list);
    if (!kept_bars_list(stage.store, &everything, &list, &error))
        fail_msg("%s", error.message);
}

static void put(const char *key, const char *value)
{
    struct version version;
    assert_true(store_put(stage.store, key, value, strlen(value), (struct version) { 0 }, &version,
                          &error));
}

/* The file of a key becomes another. */
static void damage(const char *key)
{
    struct version version;
    struct text file = file_of(key, &version);
    file.bytes[file.size / 2] ^= 1;
    assert_true(store_put(stage.store, key, file.bytes, file.size, version, &version, &error));
    text_release(&file);
}

static size_t size_of(const char *key)
{
    struct version version;
    struct text file = file_of(key, &version);
    size_t size = file.size;
    text_release(&file);
    return size;
}

static void an_empty_cache_has_nothing_to_list(void **state)
{
    (void)state;
    list_all();
    assert_int_equal(list.count, 0);
    assert_int_equal(list.trouble_count, 0);
    assert_int_equal(count_keys(""), 0);
}

static void each_symbol_has_a_row_over_all_its_months(void **state)
{
    (void)state;
    size_t spy = assert_dates("SPY", "2024-06-10", "2024-06-11");
    size_t qqq = assert_dates("QQQ", "2024-05-30", "2024-06-04");
    assert_minutes("BTC/USD", "2024-06-01T00:00:00Z", "2024-06-03T00:00:00Z");
    list_all();
    assert_int_equal(list.count, 3);
    assert_string_equal(list.bars[0].place.parts[KEPT_SYMBOL], "BTC/USD");
    assert_string_equal(list.bars[1].place.parts[KEPT_SYMBOL], "QQQ");
    assert_string_equal(list.bars[2].place.parts[KEPT_SYMBOL], "SPY");
    assert_int_equal(list.bars[0].days, 2);
    assert_int_equal(list.bars[0].as_of, DATE_NONE);
    const struct kept_bars *row = &list.bars[1];
    assert_int_equal(row->first_date, bars_date("2024-05-30"));
    assert_int_equal(row->last_date, bars_date("2024-06-04"));
    assert_int_equal(row->days, 4);
    assert_int_equal(row->missing, 0);
    assert_int_equal(row->bars, qqq);
    assert_int_equal(row->files, 2);
    assert_int_equal(row->bytes, size_of(QQQ "2024-05.parquet") + size_of(QQQ "2024-06.parquet"));
    assert_int_equal(row->as_of, bars_date("2025-03-20"));
    assert_int_equal(list.bars[2].bars, spy);
    assert_int_equal(list.trouble_count, 0);
}

/* The 19th is a holiday; July has a session less on the 4th. */
static void sessions_without_bars_are_missing_between_the_first_and_the_last(void **state)
{
    (void)state;
    assert_dates("QQQ", "2024-06-17", "2024-06-17");
    assert_dates("QQQ", "2024-06-21", "2024-06-21");
    assert_dates("QQQ", "2024-08-01", "2024-08-01");
    list_all();
    assert_int_equal(list.bars[0].days, 3);
    assert_int_equal(list.bars[0].missing, 2 + 5 + 22);
}

static void the_oldest_fetch_says_as_of_when_bars_are_adjusted(void **state)
{
    (void)state;
    assert_dates("QQQ", "2024-05-30", "2024-05-30");
    stage.source.now_us += 2 * DAY_US;
    assert_dates("QQQ", "2024-04-30", "2024-04-30");
    assert_dates("QQQ", "2024-06-03", "2024-06-03");
    list_all();
    assert_int_equal(list.bars[0].files, 3);
    assert_int_equal(list.bars[0].as_of, bars_date("2025-03-20"));
}

static void a_damaged_file_is_named_and_left_where_it_is(void **state)
{
    (void)state;
    struct version before, after;
    assert_dates("QQQ,SPY", "2024-06-10", "2024-06-11");
    damage(QQQ "2024-06.parquet");
    struct text damaged = file_of(QQQ "2024-06.parquet", &before);
    list_all();
    assert_int_equal(list.count, 1);
    assert_string_equal(list.bars[0].place.parts[KEPT_SYMBOL], "SPY");
    assert_int_equal(list.trouble_count, 1);
    assert_int_equal(list.troubles[0].trouble, KEPT_DAMAGED);
    assert_string_equal(list.troubles[0].key, QQQ "2024-06.parquet");
    assert_string_equal(list.troubles[0].wrong.message,
                        QQQ "2024-06.parquet: the file is damaged or from elsewhere");
    assert_int_equal(list.troubles[0].bytes, damaged.size);
    text_release(&damaged);
    damaged = file_of(QQQ "2024-06.parquet", &after);
    assert_true(before.number == after.number);
    assert_int_equal(count_keys("corrupt/"), 0);
    text_release(&damaged);
}

static void what_was_set_aside_is_listed_and_what_is_foreign(void **state)
{
    (void)state;
    put(QQQ_ASIDE, "damaged");
    put("corrupt/notes.txt", "why");
    put("bars/notes.txt", "mine");
    put("runs/notes.txt", "not here");
    list_all();
    assert_int_equal(list.count, 0);
    assert_int_equal(list.trouble_count, 3);
    assert_int_equal(list.troubles[0].trouble, KEPT_FOREIGN);
    assert_string_equal(list.troubles[0].key, "bars/notes.txt");
    assert_int_equal(list.troubles[0].bytes, 4);
    assert_int_equal(list.troubles[1].trouble, KEPT_ASIDE);
    assert_string_equal(list.troubles[1].key, QQQ_ASIDE);
    assert_int_equal(list.troubles[1].bytes, 7);
    assert_int_equal(list.troubles[2].trouble, KEPT_FOREIGN);
}

static void a_selection_lists_what_matches(void **state)
{
    (void)state;
    static const char *const symbols[] = { "SPY" };
    const struct kept_selection selection = { .symbols = symbols, .symbol_count = 1 };
    assert_dates("QQQ,SPY", "2024-06-10", "2024-06-11");
    damage(QQQ "2024-06.parquet");
    put(QQQ_ASIDE, "damaged");
    put("bars/notes.txt", "mine");
    put("corrupt/notes.txt", "mine");
    assert_true(kept_bars_list(stage.store, &selection, &list, &error));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.bars[0].place.parts[KEPT_SYMBOL], "SPY");
    assert_int_equal(list.trouble_count, 0);
}

static struct meddler {
    struct store store;
    size_t changes;   /* so many times more a value is another when it is to be removed */
    bool removes;     /* instead, it is gone */
    size_t gets_left; /* reads that go well, and then none does */
    bool keeps;       /* nothing can be removed */
    bool hides;       /* whatever is listed is gone when it is read */
} meddler;

static bool meddler_get(struct store *store, const char *key, struct text *ret_value,
                        struct version *ret_version, struct error *ret_error)
{
    assert_ptr_equal(store, &meddler.store);
    if (meddler.gets_left == 0)
        return error_set(ret_error, ERROR_DATA, "%s: cannot read", key);
    meddler.gets_left--;
    *ret_value = (struct text) { 0 };
    *ret_version = (struct version) { 0 };
    if (meddler.hides)
        return true;
    return store_get(stage.store, key, ret_value, ret_version, ret_error);
}

static bool meddler_list(struct store *store, const char *prefix,
                         bool (*visit)(void *context, const char *key), void *context,
                         struct error *ret_error)
{
    assert_ptr_equal(store, &meddler.store);
    return store_list(stage.store, prefix, visit, context, ret_error);
}

static bool meddler_remove(struct store *store, const char *key, struct version expected,
                           struct error *ret_error)
{
    assert_ptr_equal(store, &meddler.store);
    struct version version = expected;
    char value[32];
    if (meddler.keeps)
        return error_set(ret_error, ERROR_WRITER, "%s: cannot remove", key);
    if (meddler.changes > 0) {
        int size = snprintf(value, sizeof value, "change %zu", meddler.changes--);
        assert_true(meddler.removes ? store_remove(stage.store, key, version, ret_error)
                                    : store_put(stage.store, key, value, (size_t)size, version,
                                                &version, ret_error));
    }
    return store_remove(stage.store, key, expected, ret_error);
}

static struct store *meddle(void)
{
    static const struct store_type type = {
        .name = "meddler", .get = meddler_get, .list = meddler_list, .remove = meddler_remove
    };
    meddler = (struct meddler) { .store = { &type }, .gets_left = SIZE_MAX };
    return &meddler.store;
}

static void a_file_that_is_gone_before_it_is_read_is_none(void **state)
{
    (void)state;
    struct store *store = meddle();
    assert_dates("QQQ", "2024-06-10", "2024-06-11");
    put("bars/notes.txt", "mine");
    meddler.hides = true;
    assert_true(kept_bars_list(store, &everything, &list, &error));
    assert_int_equal(list.count, 0);
    assert_int_equal(list.trouble_count, 0);
    assert_true(kept_bars_clear(store, &everything, true, &cleared, &error));
    assert_int_equal(cleared.files, 0);
    assert_int_equal(count_keys("bars/"), 2);
}

static void an_error_of_the_store_is_passed_on(void **state)
{
    (void)state;
    struct store *store = meddle();
    assert_dates("QQQ,SPY", "2024-06-10", "2024-06-11");
    put(QQQ_ASIDE, "damaged");
    put("bars/notes.txt", "mine");
    for (size_t reads = 0; reads < 4; reads++) {
        meddler.gets_left = reads;
        assert_false(kept_bars_list(store, &everything, &list, &error));
        assert_int_equal(error.kind, ERROR_DATA);
        assert_int_equal(list.count, 0);
    }
    meddler.gets_left = 4;
    assert_true(kept_bars_list(store, &everything, &list, &error));
}

static void clear(struct store *store, const struct kept_selection *selection, bool aside)
{
    if (!kept_bars_clear(store, selection, aside, &cleared, &error))
        fail_msg("%s", error.message);
}

static void a_selection_alone_is_cleared(void **state)
{
    (void)state;
    static const char *const symbols[] = { "QQQ" };
    const struct kept_selection selection = { .symbols = symbols, .symbol_count = 1 };
    assert_dates("QQQ,SPY", "2024-05-30", "2024-06-03");
    size_t bytes = size_of(QQQ "2024-05.parquet") + size_of(QQQ "2024-06.parquet");
    put(QQQ_ASIDE, "damaged");
    put("bars/notes.txt", "mine");
    clear(stage.store, &selection, false);
    assert_int_equal(cleared.files, 2);
    assert_int_equal(cleared.bytes, bytes);
    assert_int_equal(cleared.aside_files, 0);
    assert_int_equal(cleared.foreign_files, 0);
    assert_int_equal(count_keys(QQQ), 0);
    assert_int_equal(count_keys(SPY), 2);
    assert_int_equal(count_keys("corrupt/"), 1);
    cache_open();
    assert_dates("QQQ", "2024-05-30", "2024-06-03");
    assert_int_equal(stage.source.requests, 1);
}

static void damaged_files_are_cleared_like_others(void **state)
{
    (void)state;
    const struct kept_selection selection = { .parts = { [KEPT_FEED] = "sip" } };
    assert_dates("QQQ", "2024-06-03", "2024-06-03");
    assert_minutes("BTC/USD", "2024-06-01T00:00:00Z", "2024-06-03T00:00:00Z");
    damage(QQQ "2024-06.parquet");
    clear(stage.store, &selection, false);
    assert_int_equal(cleared.files, 1);
    assert_int_equal(count_keys("bars/"), 1);
    assert_int_equal(count_keys(PAIR), 1);
}

static void everything_is_the_caches_own_files_and_no_others(void **state)
{
    (void)state;
    assert_dates("QQQ,SPY", "2024-06-03", "2024-06-03");
    put(QQQ_ASIDE, "damaged");
    put("bars/notes.txt", "mine");
    put("corrupt/notes.txt", "mine");
    put("runs/2024-06.parquet", "mine");
    clear(stage.store, &everything, true);
    assert_int_equal(cleared.files, 3);
    assert_int_equal(cleared.aside_files, 1);
    assert_int_equal(cleared.foreign_files, 2);
    assert_int_equal(cleared.changed_files, 0);
    assert_int_equal(count_keys(""), 3);
    assert_int_equal(count_keys("runs/"), 1);
}

static void what_somebody_has_changed_meanwhile_goes_as_it_is_then(void **state)
{
    (void)state;
    struct store *store = meddle();
    assert_dates("QQQ", "2024-06-03", "2024-06-03");
    meddler.changes = 2;
    clear(store, &everything, false);
    assert_int_equal(cleared.files, 1);
    assert_int_equal(cleared.bytes, strlen("change 1"));
    assert_int_equal(count_keys("bars/"), 0);
}

static void what_somebody_changes_for_ever_stays(void **state)
{
    (void)state;
    struct store *store = meddle();
    assert_dates("QQQ,SPY", "2024-06-03", "2024-06-03");
    meddler.changes = 8;
    clear(store, &everything, false);
    assert_int_equal(cleared.files, 1);
    assert_int_equal(cleared.changed_files, 1);
    assert_int_equal(count_keys(QQQ), 1);
    assert_int_equal(count_keys(SPY), 0);
}

static void what_somebody_else_has_removed_is_not_counted(void **state)
{
    (void)state;
    struct store *store = meddle();
    assert_dates("QQQ", "2024-06-03", "2024-06-03");
    meddler.changes = 1;
    meddler.removes = true;
    clear(store, &everything, false);
    assert_int_equal(cleared.files, 0);
    assert_int_equal(cleared.changed_files, 0);
    assert_int_equal(count_keys("bars/"), 0);
}

static void clearing_ends_where_it_fails(void **state)
{
    (void)state;
    struct store *store = meddle();
    assert_dates("QQQ,SPY", "2024-06-03", "2024-06-03");
    put(QQQ_ASIDE, "damaged");
    meddler.gets_left = 1;
    assert_false(kept_bars_clear(store, &everything, true, &cleared, &error));
    assert_int_equal(error.kind, ERROR_DATA);
    assert_int_equal(cleared.files, 1);
    assert_int_equal(count_keys(SPY), 1);
    meddler.gets_left = SIZE_MAX;
    meddler.keeps = true;
    assert_false(kept_bars_clear(store, &everything, true, &cleared, &error));
    assert_int_equal(error.kind, ERROR_WRITER);
    assert_int_equal(cleared.files, 1);
    assert_int_equal(count_keys("corrupt/"), 1);
    meddler.keeps = false;
    meddler.gets_left = 1;
    assert_false(kept_bars_clear(store, &everything, true, &cleared, &error));
    assert_int_equal(cleared.files, 2);
    assert_int_equal(cleared.aside_files, 0);
}

static const struct kept_month_name name = { "alpaca", "sip", "QQQ", ADJUSTMENT_SPLIT, 0 };

static void read_range(const char *first, const char *last, struct kept_range *range)
{
    const struct bar_days days = { calendar_find("xnys"), false };
    if (!kept_bars_read(stage.store, &days, &name, bars_date(first), bars_date(last), range,
                        &error))
        fail_msg("%s", error.message);
}

static void a_range_is_read_from_all_its_months(void **state)
{
    (void)state;
    struct kept_range range;
    assert_dates("QQQ", "2024-05-28", "2024-06-05");
    size_t bars = assert_dates("QQQ", "2024-05-30", "2024-06-04");
    read_range("2024-05-30", "2024-06-04", &range);
    assert_int_equal(range.bars.count, bars);
    assert_true(range.bars.bars[0].open_time_us == time_of("2024-05-30T12:00:00Z"));
    assert_true(range.bars.bars[bars - 1].open_time_us == time_of("2024-06-04T23:59:00Z"));
    assert_int_equal(range.as_of, bars_date("2025-03-20"));
    assert_int_equal(range.wrong.kind, ERROR_NONE);
    series_release(&range.bars);
}

static void nothing_kept_is_a_range_without_bars(void **state)
{
    (void)state;
    struct kept_range range;
    assert_dates("QQQ", "2024-06-03", "2024-06-03");
    read_range("2024-06-04", "2024-12-31", &range);
    assert_int_equal(range.bars.count, 0);
    assert_int_equal(range.as_of, DATE_NONE);
    series_release(&range.bars);
}

static void the_oldest_month_of_a_range_says_as_of_when(void **state)
{
    (void)state;
    struct kept_range range;
    assert_dates("QQQ", "2024-06-03", "2024-06-03");
    stage.source.now_us += 2 * DAY_US;
    assert_dates("QQQ", "2024-05-31", "2024-05-31");
    read_range("2024-05-31", "2024-06-03", &range);
    assert_int_equal(range.as_of, bars_date("2025-03-20"));
    series_release(&range.bars);
    read_range("2024-05-31", "2024-06-02", &range);
    assert_int_equal(range.as_of, bars_date("2025-03-22"));
    series_release(&range.bars);
}

static void a_damaged_month_of_a_range_is_named_and_left(void **state)
{
    (void)state;
    struct kept_range range;
    size_t may = assert_dates("QQQ", "2024-05-28", "2024-05-31");
    assert_dates("QQQ", "2024-05-28", "2024-07-02");
    damage(QQQ "2024-06.parquet");
    damage(QQQ "2024-07.parquet");
    read_range("2024-05-28", "2024-07-02", &range);
    assert_int_equal(range.bars.count, may);
    assert_string_equal(range.wrong.message,
                        QQQ "2024-06.parquet: the file is damaged or from elsewhere");
    assert_int_equal(count_keys("corrupt/"), 0);
    assert_int_equal(count_keys("bars/"), 3);
    series_release(&range.bars);
}

static void a_range_that_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    const struct bar_days days = { calendar_find("xnys"), false };
    struct kept_range range;
    struct store *store = meddle();
    assert_dates("QQQ", "2024-05-28", "2024-06-05");
    meddler.gets_left = 1;
    assert_false(kept_bars_read(store, &days, &name, bars_date("2024-05-28"),
                                bars_date("2024-06-05"), &range, &error));
    assert_int_equal(error.kind, ERROR_DATA);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_cache_has_nothing_to_list),
        TEST(each_symbol_has_a_row_over_all_its_months),
        TEST(sessions_without_bars_are_missing_between_the_first_and_the_last),
        TEST(the_oldest_fetch_says_as_of_when_bars_are_adjusted),
        TEST(a_damaged_file_is_named_and_left_where_it_is),
        TEST(what_was_set_aside_is_listed_and_what_is_foreign),
        TEST(a_selection_lists_what_matches),
        TEST(a_file_that_is_gone_before_it_is_read_is_none),
        TEST(an_error_of_the_store_is_passed_on),
        TEST(a_selection_alone_is_cleared),
        TEST(damaged_files_are_cleared_like_others),
        TEST(everything_is_the_caches_own_files_and_no_others),
        TEST(what_somebody_has_changed_meanwhile_goes_as_it_is_then),
        TEST(what_somebody_changes_for_ever_stays),
        TEST(what_somebody_else_has_removed_is_not_counted),
        TEST(clearing_ends_where_it_fails),
        TEST(a_range_is_read_from_all_its_months),
        TEST(nothing_kept_is_a_range_without_bars),
        TEST(the_oldest_month_of_a_range_says_as_of_when),
        TEST(a_damaged_month_of_a_range_is_named_and_left),
        TEST(a_range_that_cannot_be_read_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
