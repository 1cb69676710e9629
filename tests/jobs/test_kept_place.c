#include "service/jobs/kept_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FOLDER "bars/provider=alpaca/feed=sip/adjustment=split/timeframe=1Min/symbol=QQQ/"
#define KEY FOLDER "2024-06.parquet"

static void a_key_says_what_is_kept_there(void **state)
{
    (void)state;
    struct kept_place place;
    struct kept_month month;
    assert_true(kept_place_parse(KEY, &place, &month));
    assert_string_equal(place.parts[KEPT_PROVIDER], "alpaca");
    assert_string_equal(place.parts[KEPT_FEED], "sip");
    assert_string_equal(place.parts[KEPT_ADJUSTMENT], "split");
    assert_string_equal(place.parts[KEPT_TIMEFRAME], "1Min");
    assert_string_equal(place.parts[KEPT_SYMBOL], "QQQ");
    assert_string_equal(month.key, KEY);
    assert_int_equal(month.first_date, date_from_civil(2024, 6, 1));
    assert_false(month.days.is_daily);
    assert_true(month.is_adjusted);
    assert_string_equal(month.days.calendar->name, "xnys");
}

static void a_pair_has_its_slash_again(void **state)
{
    (void)state;
    struct kept_place place;
    struct kept_month month;
    assert_true(kept_place_parse("bars/provider=alpaca/feed=crypto/adjustment=raw/timeframe=1Day/"
                                 "symbol=BTC_USD/2024-12.parquet",
                                 &place, &month));
    assert_string_equal(place.parts[KEPT_SYMBOL], "BTC/USD");
    assert_true(month.days.is_daily);
    assert_false(month.is_adjusted);
    assert_int_equal(month.day_count, 31);
    assert_string_equal(month.days.calendar->name, "24x7");
}

static void other_keys_are_none_of_the_caches(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "",
        "bars/notes.txt",
        "runs/dp20/2024-06-28.json",
        "corrupt/" KEY,
        FOLDER "2024-06.csv",
        FOLDER "2024-13.parquet",
        FOLDER "2024-06-28.parquet",
        FOLDER "notes-6.parquet",
        FOLDER "more/2024-06.parquet",
        "bars/provider=alpaca/feed=sip/adjustment=split/timeframe=1Min/2024-06.parquet",
        "bars/provider=alpaca/feed=sip/adjustment=splits/timeframe=1Min/symbol=QQQ/2024-06.parquet",
        "bars/provider=alpaca/feed=sip/adjustment=split/timeframe=2Min/symbol=QQQ/2024-06.parquet",
        "bars/provider=alpaca/feed=sip/adjustment=split/timeframe=1Min/symbol=qqq/2024-06.parquet",
        "bars/feed=sip/provider=alpaca/adjustment=split/timeframe=1Min/symbol=QQQ/2024-06.parquet",
        "bars/provider=a-name-of-forty-characters-and-some-more/feed=sip/adjustment=split/"
        "timeframe=1Min/symbol=QQQ/2024-06.parquet",
        "bars/provider=alpaca/feed=sip/adjustment=split/timeframe=1Min/"
        "symbol=A0123456789012345678901234567890123456789012345678901234567890123456789/"
        "2024-06.parquet",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct kept_place place;
        struct kept_month month;
        if (kept_place_parse(keys[i], &place, &month))
            fail_msg("%s", keys[i]);
    }
}

static void what_was_set_aside_says_where_it_was(void **state)
{
    (void)state;
    static const char *const others[] = {
        KEY,
        "corrupt/" KEY,
        "corrupt/notes.txt",
        "corrupt/" FOLDER "2024-06-0123456789abcde.parquet",
        "corrupt/" FOLDER "2024-06-0123456789abcdeX.parquet",
        "corrupt/" FOLDER "2024-06-0123456789abcdef0.parquet",
        "corrupt/" FOLDER "2024-06-0123456789abcdef.parquets",
        "corrupt/" FOLDER "2024-06_0123456789abcdef.parquet",
        "garbage/" FOLDER "2024-06-0123456789abcdef.parquet",
    };
    struct kept_place place;
    assert_true(
        kept_place_parse_corrupt("corrupt/" FOLDER "2024-06-0123456789abcdef.parquet", &place));
    assert_string_equal(place.parts[KEPT_SYMBOL], "QQQ");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (kept_place_parse_corrupt(others[i], &place))
            fail_msg("%s", others[i]);
}

static void a_selection_matches_by_all_that_it_says(void **state)
{
    (void)state;
    struct kept_place place;
    struct kept_month month;
    assert_true(kept_place_parse(KEY, &place, &month));
    const char *const symbols[] = { "SPY", "QQQ" };
    struct kept_selection selection = { 0 };
    assert_true(kept_selection_is_everything(&selection));
    assert_true(kept_selection_matches(&selection, &place));
    selection.parts[KEPT_FEED] = "sip";
    assert_false(kept_selection_is_everything(&selection));
    assert_true(kept_selection_matches(&selection, &place));
    selection.symbols = symbols;
    selection.symbol_count = 2;
    assert_true(kept_selection_matches(&selection, &place));
    selection.parts[KEPT_TIMEFRAME] = "1Day";
    assert_false(kept_selection_matches(&selection, &place));
    selection.parts[KEPT_TIMEFRAME] = NULL;
    selection.symbol_count = 1;
    assert_false(kept_selection_matches(&selection, &place));
    selection.parts[KEPT_FEED] = NULL;
    assert_false(kept_selection_is_everything(&selection));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_says_what_is_kept_there),
        cmocka_unit_test(a_pair_has_its_slash_again),
        cmocka_unit_test(other_keys_are_none_of_the_caches),
        cmocka_unit_test(what_was_set_aside_says_where_it_was),
        cmocka_unit_test(a_selection_matches_by_all_that_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
