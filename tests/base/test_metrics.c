#include "service/base/metrics.h"

#include "service/base/parallel.h"
#include "tests/support/exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define REQUESTS "playbook_http_requests_total"
#define SECONDS "playbook_http_request_seconds_total"

static struct metrics *metrics;
static struct text text;

static int begin(void **state)
{
    (void)state;
    metrics = metrics_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    metrics_free(metrics);
    text_release(&text);
    return 0;
}

static void equal_labels_are_one_sum(void **state)
{
    (void)state;
    metrics_add(metrics, REQUESTS, "status=\"200\"", 1);
    metrics_add(metrics, REQUESTS, "status=\"503\"", 1);
    metrics_add(metrics, REQUESTS, "status=\"200\"", 2);
    metrics_add(metrics, SECONDS, "status=\"200\"", 0.5);
    assert_exactly(metrics_sum(metrics, REQUESTS, "status=\"200\""), 3);
    assert_exactly(metrics_sum(metrics, REQUESTS, "status=\"503\""), 1);
    assert_exactly(metrics_sum(metrics, REQUESTS, ""), 4);
    assert_exactly(metrics_sum(metrics, SECONDS, ""), 0.5);
    assert_exactly(metrics_sum(metrics, REQUESTS, "status=\"404\""), 0);
}

static void nothing_is_printed_of_nothing(void **state)
{
    (void)state;
    metrics_print(metrics, &text);
    assert_string_equal(text_string(&text), "");
    assert_exactly(metrics_sum(metrics, REQUESTS, ""), 0);
}

static void what_is_printed_is_in_order_whatever_came_first(void **state)
{
    (void)state;
    metrics_add(metrics, REQUESTS, "status=\"503\"", 1);
    metrics_add(metrics, REQUESTS, "status=\"200\"", 1234567);
    metrics_add(metrics, SECONDS, "", 0.25);
    metrics_print(metrics, &text);
    assert_string_equal(text_string(&text),
                        "# HELP " SECONDS " Time that attempts at HTTP requests took.\n"
                        "# TYPE " SECONDS " counter\n" SECONDS " 0.25\n"
                        "# HELP " REQUESTS " Attempts at HTTP requests, by what came of them.\n"
                        "# TYPE " REQUESTS " counter\n" REQUESTS
                        "{status=\"200\"} 1234567\n" REQUESTS "{status=\"503\"} 1\n");
}

static void a_label_may_hold_anything(void **state)
{
    (void)state;
    metrics_label(&text, "host", "a\"b\\c\nd");
    metrics_label(&text, "status", "");
    assert_string_equal(text_string(&text), "host=\"a\\\"b\\\\c\\nd\",status=\"\"");
}

/* The rules of Prometheus' text format for one sample: name, labels in braces, a number. */
static void assert_sample(const char *line)
{
    size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
    assert_true(name > 0);
    line += name;
    if (*line == '{') {
        do {
            line++;
            line += strspn(line, "abcdefghijklmnopqrstuvwxyz_");
            assert_memory_equal(line, "=\"", 2);
            for (line += 2; *line != '"'; line++)
                if (*line == '\\')
                    assert_non_null(strchr("\\\"n", *++line));
        } while (*++line == ',');
        assert_int_equal(*line++, '}');
    }
    char *rest;
    assert_int_equal(*line++, ' ');
    assert_true(isdigit((unsigned char)*line));
    strtod(line, &rest);
    assert_string_equal(rest, "");
}

static void what_is_printed_keeps_to_the_format(void **state)
{
    (void)state;
    struct text labels = { 0 };
    metrics_label(&labels, "host", "\\\"\n, }{=");
    metrics_label(&labels, "route", "/v2/stocks/bars");
    static const double values[] = { 0, 1, 0.1, 1e-9, 1e15, 1.5e300 };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        metrics_add(metrics, REQUESTS, text_string(&labels), values[i]);
        metrics_label(&labels, "status", "200");
    }
    metrics_add(metrics, SECONDS, "", 1);
    metrics_print(metrics, &text);
    assert_int_equal(text.bytes[text.size - 1], '\n');
    int samples = 0;
    char *rest = text.bytes;
    for (char *line; (line = strsep(&rest, "\n")) != NULL && rest != NULL;) {
        if (*line == '#')
            continue;
        assert_sample(line);
        samples++;
    }
    assert_int_equal(samples, 7);
    text_release(&labels);
}

enum { TASKS = 2000 };

static bool add_one(void *context, size_t thread, size_t index)
{
    (void)thread;
    metrics_add(context, REQUESTS, index % 2 ? "odd=\"1\"" : "odd=\"0\"", 1);
    if (index % 100 == 0) {
        struct text printed = { 0 };
        metrics_print(context, &printed);
        text_release(&printed);
    }
    return metrics_sum(context, REQUESTS, "") > 0;
}

static void threads_may_add_at_the_same_time(void **state)
{
    (void)state;
    parallel_for(TASKS, 4, add_one, metrics);
    assert_exactly(metrics_sum(metrics, REQUESTS, "odd=\"0\""), TASKS / 2);
    assert_exactly(metrics_sum(metrics, REQUESTS, "odd=\"1\""), TASKS / 2);
}

static void without_metrics_nothing_is_counted(void **state)
{
    (void)state;
    metrics_add(NULL, REQUESTS, "", 1);
    metrics_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(equal_labels_are_one_sum, begin, end),
        cmocka_unit_test_setup_teardown(nothing_is_printed_of_nothing, begin, end),
        cmocka_unit_test_setup_teardown(what_is_printed_is_in_order_whatever_came_first, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_label_may_hold_anything, begin, end),
        cmocka_unit_test_setup_teardown(what_is_printed_keeps_to_the_format, begin, end),
        cmocka_unit_test_setup_teardown(threads_may_add_at_the_same_time, begin, end),
        cmocka_unit_test(without_metrics_nothing_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
