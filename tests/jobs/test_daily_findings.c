#include "service/jobs/daily_findings.h"

#include "service/base/date.h"
#include "tests/support/bars_made.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct series days;
static struct findings findings;

static int release(void **state)
{
    (void)state;
    series_release(&days);
    findings_release(&findings);
    return 0;
}

static void add(const char *date, double open, double high, double low, double close)
{
    struct bar bar = bars_bar(bars_date(date) * DAY_US, open, high, low, close);
    series_append(&days, &bar);
}

static void add_flat(const char *date, double price)
{
    add(date, price, price, price, price);
}

static void judge(const char *calendar)
{
    findings.count = 0;
    daily_findings(&days, calendar_find(calendar), 4, &findings);
}

static void assert_found(size_t index, const char *date, enum finding_kind kind, size_t count,
                         const char *detail)
{
    assert_in_range(index, 0, findings.count - 1);
    const struct finding *finding = &findings.items[index];
    assert_int_equal(finding->kind, kind);
    assert_int_equal(finding->date, bars_date(date));
    assert_int_equal(finding->count, count);
    assert_int_equal(finding->symbol, 4);
    assert_string_equal(finding->detail, detail);
}

static void whole_days_have_no_finding(void **state)
{
    (void)state;
    bars_add_days(&days, "2024-07-08", 250, 10);
    judge("xnys");
    assert_int_equal(findings.count, 0);
    series_release(&days);
    judge("xnys");
    assert_int_equal(findings.count, 0);
}

/* 2024-06-19 is a holiday, and the 22nd a Saturday. */
static void a_hole_is_told_from_its_first_session_on(void **state)
{
    (void)state;
    add_flat("2024-06-18", 10);
    add_flat("2024-06-20", 10);
    add_flat("2024-06-21", 10);
    add_flat("2024-06-22", 10);
    add_flat("2024-06-27", 10);
    add_flat("2024-07-01", 10);
    judge("xnys");
    assert_int_equal(findings.count, 2);
    assert_found(0, "2024-06-24", FINDING_MISSING_BARS, 3, "daily bars, the next on 2024-06-27");
    assert_found(1, "2024-06-28", FINDING_MISSING_BARS, 1, "daily bars, the next on 2024-07-01");
    judge("24x7");
    assert_found(0, "2024-06-19", FINDING_MISSING_BARS, 1, "daily bars, the next on 2024-06-20");
    assert_int_equal(findings.count, 3);
}

static void a_fault_says_whether_the_close_counts(void **state)
{
    (void)state;
    add(("2024-06-24"), 10, 9, 8, 10);
    add(("2024-06-25"), 10, 10, 10, NAN);
    judge("xnys");
    assert_int_equal(findings.count, 2);
    assert_found(0, "2024-06-24", FINDING_BAD_RANGE, 1, "daily bar, only its close counts");
    assert_found(1, "2024-06-25", FINDING_BAD_PRICE, 1, "daily bar, not used");
}

/* Also when a bar between them is not used, or its high is a cent too low. */
static void a_split_is_told_against_the_last_close_that_counts(void **state)
{
    (void)state;
    add_flat("2024-06-24", 100);
    add_flat("2024-06-25", 0);
    add("2024-06-26", 51, 51, 50, 51.01);
    judge("xnys");
    assert_int_equal(findings.count, 3);
    assert_found(0, "2024-06-25", FINDING_BAD_PRICE, 1, "daily bar, not used");
    assert_found(1, "2024-06-26", FINDING_BAD_RANGE, 1, "daily bar, only its close counts");
    assert_found(2, "2024-06-26", FINDING_SPLIT_LIKE, 1, "daily bar, 2:1, 100 to 51");
}

static void over_a_week_a_price_may_have_gone_anywhere(void **state)
{
    (void)state;
    add_flat("2024-06-20", 100);
    add_flat("2024-06-27", 50);
    add_flat("2024-07-05", 100);
    judge("xnys");
    assert_int_equal(findings.count, 3);
    assert_found(0, "2024-06-21", FINDING_MISSING_BARS, 4, "daily bars, the next on 2024-06-27");
    assert_found(1, "2024-06-27", FINDING_SPLIT_LIKE, 1, "daily bar, 2:1, 100 to 50");
    assert_found(2, "2024-06-28", FINDING_MISSING_BARS, 4, "daily bars, the next on 2024-07-05");
}

#define RELEASED(test) cmocka_unit_test_teardown(test, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RELEASED(whole_days_have_no_finding),
        RELEASED(a_hole_is_told_from_its_first_session_on),
        RELEASED(a_fault_says_whether_the_close_counts),
        RELEASED(a_split_is_told_against_the_last_close_that_counts),
        RELEASED(over_a_week_a_price_may_have_gone_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
