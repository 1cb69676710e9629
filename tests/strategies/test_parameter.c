#include "service/strategies/parameter.h"
#include "service/strategies/strategy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct parameter number = { "strength", PARAMETER_NUMBER, 0.6, 0, 1, "" };
static const struct parameter count = { "lookback", PARAMETER_COUNT, 15, 1, 1440, "" };
static const struct parameter moment = { "exit_time", PARAMETER_TIME, 955, 0, 1440, "" };
static const struct parameter quantity = { "quantity", PARAMETER_QUANTITY, 100, 1e-9, 1e9, "" };

static void assert_reads(const struct parameter *parameter, const char *text, double expected)
{
    double value = -1;
    struct error error = { 0 };
    if (!parameter_parse(parameter, text, &value, &error))
        fail_msg("%s: %s", text, error.message);
    assert_true(value == expected);
}

/* Every error is the asker's, names the parameter, shows the value and says what was expected. */
static void assert_refuses(const struct parameter *parameter, const char *text,
                           const char *expectation)
{
    double value = -1;
    struct error error = { 0 };
    if (parameter_parse(parameter, text, &value, &error))
        fail_msg("%s is taken as %g", text, value);
    assert_true(value == -1);
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_ptr_equal(strstr(error.message, parameter->name), error.message);
    assert_non_null(strstr(error.message, text));
    assert_non_null(strstr(error.message, expectation));
}

static void a_number_is_any_decimal(void **state)
{
    (void)state;
    assert_reads(&number, "0.60", 0.6);
    assert_reads(&number, ".5", 0.5);
    assert_reads(&number, "2.5e-1", 0.25);
    assert_reads(&number, "0", 0);
    assert_reads(&number, "1", 1);
    static const char *const wrong[] = {
        "", "x", "0.6x", " 0.6", "0,6", "nan", "inf", "-inf", "0x1"
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_refuses(&number, wrong[i], "a number");
}

static void a_count_is_whole(void **state)
{
    (void)state;
    assert_reads(&count, "15", 15);
    assert_reads(&count, "15.0", 15);
    assert_refuses(&count, "15.5", "a whole number");
    assert_refuses(&count, "nan", "a whole number");
    assert_refuses(&count, "many", "a whole number");
}

static void a_time_is_a_clock_reading(void **state)
{
    (void)state;
    assert_reads(&moment, "15:55", 955);
    assert_reads(&moment, "9:30", 570);
    assert_reads(&moment, "00:00", 0);
    assert_reads(&moment, "24:00", 1440);
    static const char *const wrong[] = { "", "955", "15:60", "25:00", "15", "3pm", "15:55:00" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_refuses(&moment, wrong[i], "a time such as 15:55");
}

static void a_quantity_has_at_most_9_decimals(void **state)
{
    (void)state;
    assert_reads(&quantity, "100", 100);
    assert_reads(&quantity, "0.000000001", 1e-9);
    assert_refuses(&quantity, "0.0000000001", "at most 9 decimals");
    assert_refuses(&quantity, "1e3", "at most 9 decimals");
}

static void bounds_belong_to_what_is_allowed(void **state)
{
    (void)state;
    assert_reads(&count, "1", 1);
    assert_reads(&count, "1440", 1440);
    assert_refuses(&count, "0", "1 to 1440");
    assert_refuses(&count, "1441", "1 to 1440");
    assert_refuses(&count, "inf", "1 to 1440");
    assert_refuses(&number, "1.0000001", "0 to 1");
    assert_refuses(&number, "-0.1", "0 to 1");
    assert_refuses(&quantity, "0", "1e-09 to 1");
    assert_refuses(&quantity, "-5", "1e-09 to 1");
}

static void the_text_of_a_value_is_the_shortest_that_reads_back(void **state)
{
    (void)state;
    char buffer[PARAMETER_TEXT_SIZE];
    assert_string_equal(parameter_format(&number, 0.6, buffer), "0.6");
    assert_string_equal(parameter_format(&count, 20, buffer), "20");
    assert_string_equal(parameter_format(&moment, 955, buffer), "15:55");
    assert_string_equal(parameter_format(&moment, 570, buffer), "09:30");
    assert_string_equal(parameter_format(&quantity, 0.25, buffer), "0.25");
}

static void a_set_begins_with_the_defaults(void **state)
{
    (void)state;
    const struct parameter table[] = { number, count, moment, { 0 } };
    struct parameter_set set;
    size_t index = 0;
    parameter_set_init(&set, table);
    assert_true(set.values[0] == 0.6 && set.values[1] == 15 && set.values[2] == 955);
    assert_ptr_equal(parameter_find(table, "exit_time", &index), &table[2]);
    assert_int_equal(index, 2);
    assert_null(parameter_find(table, "exit", &index));
}

/* Name, timeframe, symbol, quantity and parameters of each strategy, as the rules list them. */
static const struct {
    const char *strategy, *timeframe, *symbol;
    double quantity;
    bool intraday;
    const char *parameters; /* "name=default ..." */
} listed[] = {
    { "dp20", "2Min", "QQQ", 100, true,
      "window_start=10:00 window_end=10:30 strength=0.6 stop_atr=1.2 " },
    { "morning_reversal", "2Min", "QQQ", 100, true,
      "window_start=09:30 window_end=11:00 lookback=15 rise=0.002 " },
    { "wed_tue_11am", "2Min", "QQQ", 100, true, "entry_time=11:00 " },
    { "momentum_wed_tue", "2Min", "QQQ", 100, true, "entry_time=11:00 rise_pct=0.3 " },
    { "sma_cross", "1Min", NULL, 1, false, "fast=20 slow=50 " },
};
enum { LISTED = sizeof listed / sizeof listed[0] };

static void assert_parameters(const struct strategy_type *type, const char *expected)
{
    struct text text = { 0 };
    char buffer[PARAMETER_TEXT_SIZE];
    for (const struct parameter *row = type->parameters; row->name; row++) {
        text_format(&text, "%s=%s ", row->name, parameter_format(row, row->initial, buffer));
        assert_true(row->least <= row->initial && row->initial <= row->most);
        assert_true(*row->help != '\0');
    }
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

static void every_strategy_has_the_defaults_of_the_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < LISTED; i++) {
        const struct strategy_type *type = strategy_find(listed[i].strategy);
        assert_non_null(type);
        assert_ptr_equal(type, strategy_types[i]);
        assert_string_equal(type->timeframe, listed[i].timeframe);
        assert_true(type->quantity == listed[i].quantity);
        assert_int_equal(type->intraday, listed[i].intraday);
        if (listed[i].symbol)
            assert_string_equal(type->symbol, listed[i].symbol);
        else
            assert_null(type->symbol);
        assert_parameters(type, listed[i].parameters);
    }
    assert_null(strategy_types[LISTED]);
}

static void an_unknown_strategy_is_told_the_nearest(void **state)
{
    (void)state;
    struct error error = { 0 };
    assert_null(strategy_named("dp21", &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_string_equal(error.message, "unknown strategy \"dp21\" (did you mean dp20?)");
    assert_null(strategy_named("buy-and-hold", &error));
    for (size_t i = 0; i < LISTED; i++)
        assert_non_null(strstr(error.message, listed[i].strategy));
    assert_ptr_equal(strategy_named("dp20", &error), strategy_find("dp20"));
    assert_null(strategy_find("DP20"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_any_decimal),
        cmocka_unit_test(a_count_is_whole),
        cmocka_unit_test(a_time_is_a_clock_reading),
        cmocka_unit_test(a_quantity_has_at_most_9_decimals),
        cmocka_unit_test(bounds_belong_to_what_is_allowed),
        cmocka_unit_test(the_text_of_a_value_is_the_shortest_that_reads_back),
        cmocka_unit_test(a_set_begins_with_the_defaults),
        cmocka_unit_test(every_strategy_has_the_defaults_of_the_rules),
        cmocka_unit_test(an_unknown_strategy_is_told_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
