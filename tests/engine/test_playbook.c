#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/base/text.h"
#include "service/engine/playbook.h"
#include "tests/support/exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct playbook playbook;
static struct error error;

static void begin(const char *strategy)
{
    error = (struct error) { 0 };
    playbook_init(&playbook, strategy_find(strategy));
}

static int release(void **state)
{
    (void)state;
    playbook_release(&playbook);
    return 0;
}

static void add(const char *symbol)
{
    if (!playbook_add_symbol(&playbook, symbol, &error))
        fail_msg("%s", error.message);
}

static void set(const char *name, const char *text)
{
    if (!playbook_set(&playbook, name, text, &error))
        fail_msg("%s", error.message);
}

static void finish(const char *name)
{
    if (!playbook_finish(&playbook, name, &error))
        fail_msg("%s", error.message);
}

static void assert_derived_name(const char *expected)
{
    finish(NULL);
    assert_string_equal(playbook.name, expected);
    playbook_release(&playbook);
}

static void assert_identity(const char *expected)
{
    struct text identity = { 0 };
    playbook_identity(&playbook, &identity);
    assert_string_equal(text_string(&identity), expected);
    text_release(&identity);
}

static void assert_refused(const char *name, const char *text, const char *message)
{
    error = (struct error) { 0 };
    if (playbook_set(&playbook, name, text, &error))
        fail_msg("%s=%s is taken", name, text);
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_string_equal(error.message, message);
}

static void assert_name_refused(const char *name)
{
    error = (struct error) { 0 };
    if (playbook_finish(&playbook, name, &error))
        fail_msg("\"%s\" passes for a name", name);
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.message, name));
}

static void a_strategy_brings_its_defaults(void **state)
{
    (void)state;
    begin("dp20");
    assert_int_equal(playbook.timeframe_us, 2 * MINUTE_US);
    assert_int_equal(playbook.quantity, 100 * QUANTITY_ONE);
    assert_int_equal(playbook.exit_time, 15 * 60 + 55);
    assert_true(playbook.enabled);
    assert_int_equal(playbook.symbol_count, 0);
    for (size_t i = 0; playbook.strategy->parameters[i].name; i++)
        assert_exactly(playbook.parameters.values[i], playbook.strategy->parameters[i].initial);
    finish(NULL);
    assert_int_equal(playbook.symbol_count, 1);
    assert_string_equal(playbook.symbols[0], "QQQ");
}

static void with_its_defaults_a_playbook_is_named_as_its_strategy(void **state)
{
    (void)state;
    static const char *const names[] = { "dp20", "morning_reversal", "wed_tue_11am",
                                         "momentum_wed_tue" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        begin(names[i]);
        assert_derived_name(names[i]);
        begin(names[i]);
        add("QQQ");
        finish(names[i]);
        assert_string_equal(playbook.name, names[i]);
        playbook_release(&playbook);
    }
}

static void defaults_that_are_set_once_more_change_nothing(void **state)
{
    (void)state;
    begin("dp20");
    add("QQQ");
    set("strength", "0.600");
    set("window_start", "10:00");
    set("quantity", "100.0");
    set("exit_time", "15:55");
    assert_derived_name("dp20");
}

/* The hash is Python's: hashlib.sha256(lines.encode()).hexdigest()[:8]. */
static void what_differs_is_told_by_a_hash_of_its_lines(void **state)
{
    (void)state;
    begin("dp20");
    playbook.timeframe_us = 5 * MINUTE_US;
    add("QQQ");
    assert_identity("symbols=QQQ\ntimeframe=5Min\n");
    assert_derived_name("dp20-a3334434");

    begin("dp20");
    set("window_end", "11:00");
    set("strength", "0.65");
    set("quantity", "20");
    set("exit_time", "15:30");
    add("QQQ");
    assert_identity("exit_time=15:30\nquantity=20\nstrength=0.65\nsymbols=QQQ\ntimeframe=2Min\n"
                    "window_end=11:00\n");
    assert_derived_name("dp20-c8f72127");

    begin("morning_reversal");
    set("rise", "2.5e-3");
    set("lookback", "20");
    add("QQQ");
    assert_identity("lookback=20\nrise=0.0025\nsymbols=QQQ\ntimeframe=2Min\n");
    assert_derived_name("morning_reversal-98567e0b");
}

static void the_default_symbol_counts_also_when_it_is_not_told(void **state)
{
    (void)state;
    begin("dp20");
    set("stop_atr", "1.25");
    assert_derived_name("dp20-cafb806f");
    begin("dp20");
    add("QQQ");
    set("stop_atr", "1.250");
    assert_derived_name("dp20-cafb806f");
}

static void symbols_are_sorted_and_each_is_there_once(void **state)
{
    (void)state;
    begin("dp20");
    add("SPY");
    add("QQQ");
    add("SPY");
    add("QQQ");
    assert_int_equal(playbook.symbol_count, 2);
    assert_string_equal(playbook.symbols[0], "QQQ");
    assert_string_equal(playbook.symbols[1], "SPY");
    assert_identity("symbols=QQQ,SPY\ntimeframe=2Min\n");
    assert_derived_name("dp20-709ec2a1");

    begin("sma_cross");
    add("SPY");
    add("BTC/USD");
    add("QQQ");
    set("fast", "10");
    set("quantity", "0.123456789");
    playbook.timeframe_us = HOUR_US;
    assert_identity("fast=10\nquantity=0.123456789\nsymbols=BTC/USD,QQQ,SPY\ntimeframe=1Hour\n");
    assert_derived_name("sma_cross-c4a98a2d");
}

/* More digits than a double has. */
static void a_quantity_is_kept_to_its_last_digit(void **state)
{
    (void)state;
    begin("sma_cross");
    add("QQQ");
    set("quantity", "123456789.123456789");
    assert_true(playbook.quantity == INT64_C(123456789123456789));
    assert_identity("quantity=123456789.123456789\nsymbols=QQQ\ntimeframe=1Min\n");
}

static bool accept(void *memory, const struct parameter_set *set, struct error *ret_error)
{
    (void)memory, (void)set, (void)ret_error;
    return true;
}

/* "rise2=" as a text comes before "rise=". */
static void lines_are_sorted_by_name_not_by_text(void **state)
{
    (void)state;
    static const struct parameter parameters[] = {
        { "rise2", PARAMETER_NUMBER, 1, 0, 9, "" },
        { "rise", PARAMETER_NUMBER, 1, 0, 9, "" },
        { 0 },
    };
    static const struct strategy_type climber = {
        .name = "climber",
        .parameters = parameters,
        .timeframe = "1Min",
        .symbol = "QQQ",
        .quantity = 1,
        .init = accept,
    };
    error = (struct error) { 0 };
    playbook_init(&playbook, &climber);
    set("rise2", "3");
    set("rise", "4");
    add("QQQ");
    assert_identity("rise=4\nrise2=3\nsymbols=QQQ\ntimeframe=1Min\n");
}

static void what_is_no_symbol_is_not_added(void **state)
{
    (void)state;
    begin("dp20");
    assert_false(playbook_add_symbol(&playbook, "qqq", &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_int_equal(playbook.symbol_count, 0);
}

static void a_strategy_without_a_default_symbol_must_be_told_one(void **state)
{
    (void)state;
    begin("sma_cross");
    assert_false(playbook_finish(&playbook, NULL, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.message, "sma_cross"));
    assert_non_null(strstr(error.message, "symbol"));
    add("BTC/USD");
    assert_derived_name("sma_cross-37a93b6a");
}

static void a_name_that_is_given_is_taken(void **state)
{
    (void)state;
    begin("dp20");
    set("strength", "0.7");
    finish("strong_dp20-2");
    assert_string_equal(playbook.name, "strong_dp20-2");
    finish("a");
    assert_string_equal(playbook.name, "a");
    finish("z9");
    assert_string_equal(playbook.name, "z9");
    const char longest[] = "a234567890123456789012345678901234567890";
    assert_int_equal(strlen(longest), 40);
    finish(longest);
    assert_string_equal(playbook.name, longest);
}

static void what_is_no_name_is_refused(void **state)
{
    (void)state;
    begin("dp20");
    assert_name_refused("");
    assert_name_refused("A");
    assert_name_refused("Strong");
    assert_name_refused("1st");
    assert_name_refused("_a");
    assert_name_refused("-a");
    assert_name_refused("a b");
    assert_name_refused("a/b");
    assert_name_refused("a.b");
    assert_name_refused("\xc3\xa4");
    assert_name_refused("a2345678901234567890123456789012345678901");
}

static void a_strategys_name_is_refused_for_anything_but_its_defaults(void **state)
{
    (void)state;
    begin("dp20");
    assert_name_refused("morning_reversal");
    finish("dp20");
    set("strength", "0.7");
    assert_name_refused("dp20");
    set("strength", "0.6");
    finish("dp20");
    set("exit_time", "15:54");
    assert_name_refused("dp20");
    set("exit_time", "15:55");
    set("quantity", "99");
    assert_name_refused("dp20");
    set("quantity", "100");
    playbook.timeframe_us = MINUTE_US;
    assert_name_refused("dp20");
    playbook.timeframe_us = 2 * MINUTE_US;
    finish("dp20");
    add("SPY");
    assert_name_refused("dp20");
}

static void a_new_name_keeps_the_rules(void **state)
{
    (void)state;
    begin("dp20");
    set("strength", "0.7");
    finish("strong");
    error = (struct error) { 0 };
    assert_false(playbook_rename(&playbook, "dp20", &error));
    assert_false(playbook_rename(&playbook, "Strong", &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_string_equal(playbook.name, "strong");
    assert_true(playbook_rename(&playbook, "stronger", &error));
    assert_string_equal(playbook.name, "stronger");
}

static void parameters_that_do_not_go_together_are_refused(void **state)
{
    (void)state;
    begin("sma_cross");
    add("QQQ");
    set("fast", "50");
    assert_false(playbook_finish(&playbook, NULL, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_string_equal(error.message, "sma_cross: fast must be shorter than slow");
    set("fast", "49");
    finish(NULL);
}

static void parameters_and_settings_are_set_by_name(void **state)
{
    (void)state;
    begin("dp20");
    set("strength", "0.75");
    set("quantity", "0.5");
    set("exit_time", "9:31");
    size_t index;
    assert_non_null(parameter_find(playbook.strategy->parameters, "strength", &index));
    assert_exactly(playbook.parameters.values[index], 0.75);
    assert_int_equal(playbook.quantity, QUANTITY_ONE / 2);
    assert_int_equal(playbook.exit_time, 571);
}

static void an_unknown_name_is_answered_with_the_nearest(void **state)
{
    (void)state;
    begin("dp20");
    assert_refused("strenght", "0.7",
                   "dp20: unknown parameter \"strenght\" (did you mean strength?)");
    assert_refused("exittime", "15:00",
                   "dp20: unknown parameter \"exittime\" (did you mean exit_time?)");
    assert_refused("quantiy", "1", "dp20: unknown parameter \"quantiy\" (did you mean quantity?)");
    assert_refused("nonsense_altogether", "1",
                   "dp20: unknown parameter \"nonsense_altogether\" (known: window_start, "
                   "window_end, strength, stop_atr, quantity, exit_time)");
}

static void a_strategy_held_over_nights_has_no_exit_time(void **state)
{
    (void)state;
    begin("sma_cross");
    assert_refused("exit_time", "15:30",
                   "sma_cross: unknown parameter \"exit_time\" (known: fast, slow, quantity)");
    struct parameter settings[PLAYBOOK_SETTINGS_SIZE] = { { .name = "a" },
                                                          { .name = "b" },
                                                          { .name = "c" } };
    playbook_settings(playbook.strategy, settings);
    assert_string_equal(settings[0].name, "quantity");
    assert_exactly(settings[0].initial, 1);
    assert_null(settings[1].name);
    playbook_settings(strategy_find("dp20"), settings);
    assert_string_equal(settings[1].name, "exit_time");
    assert_exactly(settings[1].initial, 955);
    assert_null(settings[2].name);
}

static void values_out_of_bounds_are_refused_and_change_nothing(void **state)
{
    (void)state;
    begin("dp20");
    assert_refused("strength", "1.01", "strength: 1.01 is not within 0 to 1");
    assert_refused("strength", "-0.01", "strength: -0.01 is not within 0 to 1");
    assert_refused("strength", "strong", "strength: \"strong\" is not a number");
    assert_refused("strength", "nan", "strength: \"nan\" is not a number");
    assert_refused("quantity", "0", "quantity: 0 is not within 1e-09 to 1000000000");
    assert_refused("quantity", "-5", "quantity: -5 is not within 1e-09 to 1000000000");
    assert_refused("quantity", "1000000001",
                   "quantity: 1000000001 is not within 1e-09 to 1000000000");
    assert_refused("quantity", "0.0000000001",
                   "quantity: \"0.0000000001\" is not a number with at most 9 decimals");
    assert_refused("exit_time", "24:01", "exit_time: \"24:01\" is not a time such as 15:55");
    assert_refused("exit_time", "16", "exit_time: \"16\" is not a time such as 15:55");
    assert_int_equal(playbook.quantity, 100 * QUANTITY_ONE);
    assert_int_equal(playbook.exit_time, 955);
    finish("dp20");
}

static void bounds_themselves_are_taken(void **state)
{
    (void)state;
    begin("dp20");
    set("strength", "1");
    set("strength", "0");
    set("quantity", "0.000000001");
    assert_int_equal(playbook.quantity, 1);
    set("quantity", "1000000000");
    assert_int_equal(playbook.quantity, 1000000000 * QUANTITY_ONE);
    set("exit_time", "00:00");
    assert_int_equal(playbook.exit_time, 0);
    set("exit_time", "24:00");
    assert_int_equal(playbook.exit_time, 1440);
}

static void a_released_or_zeroed_playbook_is_released_again(void **state)
{
    (void)state;
    playbook_release(&(struct playbook) { 0 });
    begin("dp20");
    add("QQQ");
    playbook_release(&playbook);
    playbook_release(&playbook);
    assert_int_equal(playbook.symbol_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_quantity_is_kept_to_its_last_digit, release),
        cmocka_unit_test_teardown(a_strategy_brings_its_defaults, release),
        cmocka_unit_test_teardown(with_its_defaults_a_playbook_is_named_as_its_strategy, release),
        cmocka_unit_test_teardown(defaults_that_are_set_once_more_change_nothing, release),
        cmocka_unit_test_teardown(what_differs_is_told_by_a_hash_of_its_lines, release),
        cmocka_unit_test_teardown(the_default_symbol_counts_also_when_it_is_not_told, release),
        cmocka_unit_test_teardown(symbols_are_sorted_and_each_is_there_once, release),
        cmocka_unit_test_teardown(lines_are_sorted_by_name_not_by_text, release),
        cmocka_unit_test_teardown(what_is_no_symbol_is_not_added, release),
        cmocka_unit_test_teardown(a_strategy_without_a_default_symbol_must_be_told_one, release),
        cmocka_unit_test_teardown(a_name_that_is_given_is_taken, release),
        cmocka_unit_test_teardown(what_is_no_name_is_refused, release),
        cmocka_unit_test_teardown(a_strategys_name_is_refused_for_anything_but_its_defaults,
                                  release),
        cmocka_unit_test_teardown(a_new_name_keeps_the_rules, release),
        cmocka_unit_test_teardown(parameters_that_do_not_go_together_are_refused, release),
        cmocka_unit_test_teardown(parameters_and_settings_are_set_by_name, release),
        cmocka_unit_test_teardown(an_unknown_name_is_answered_with_the_nearest, release),
        cmocka_unit_test_teardown(a_strategy_held_over_nights_has_no_exit_time, release),
        cmocka_unit_test_teardown(values_out_of_bounds_are_refused_and_change_nothing, release),
        cmocka_unit_test_teardown(bounds_themselves_are_taken, release),
        cmocka_unit_test_teardown(a_released_or_zeroed_playbook_is_released_again, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
