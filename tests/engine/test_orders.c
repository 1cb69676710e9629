#include "service/base/decimal.h"
#include "tests/support/exact.h"
#include "tests/support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { FULL_DAY = 20240627 };

static struct stage stage;

static int close_stage(void **state)
{
    (void)state;
    stage_close(&stage);
    return 0;
}

static void open_stage(const struct cue *script)
{
    stage_open(&stage, &(struct stage_options) { .script = script });
}

/* The bar is shown to the engine alone: nobody fills anything. */
static bool show(int clock)
{
    struct bar bar =
        candle_bar(candle_time_us(&stage.session, clock), &(struct candle) { 100, 100, 100, 100 });
    return engine_bar(stage.simulation.engine, 0, &bar);
}

static struct order next_order(void)
{
    const struct order *order = engine_next_order(stage.simulation.engine);
    assert_non_null(order);
    assert_int_equal(order->symbol, 0);
    assert_int_equal(order->key.session_date, stage.session.date);
    return *order;
}

static void assert_no_order(void)
{
    assert_null(engine_next_order(stage.simulation.engine));
}

static void fill(enum order_leg leg, int clock)
{
    engine_order_update(stage.simulation.engine,
                        &(struct order_update) {
                            .leg = leg,
                            .time_us = candle_time_us(&stage.session, clock),
                            .price = 100,
                            .quantity = 100 * QUANTITY_ONE,
                            .stop_price = NAN,
                            .target_price = NAN,
                            .reason = "filled",
                        });
}

static void an_entry_is_one_order_until_it_is_answered(void **state)
{
    (void)state;
    static const struct cue script[] = {
        { .clock = 932, .ask = ASK_ENTRY, .stop_distance = 2, .target_distance = 3 },
        { .clock = 934, .ask = ASK_ENTRY },
        { 0 },
    };
    stage_open(&stage, &(struct stage_options) { .script = script, .overnight = true });
    stage_begin(&stage, FULL_DAY);
    assert_false(show(930));
    assert_no_order();
    assert_true(show(932));
    struct order order = next_order();
    assert_int_equal(order.leg, LEG_ENTRY);
    assert_int_equal(order.action, ORDER_AT_OPEN);
    assert_int_equal(order.key.number, 1);
    assert_int_equal(order.quantity, 100 * QUANTITY_ONE);
    assert_exactly(order.stop_distance, 2);
    assert_exactly(order.target_distance, 3);
    assert_string_equal(order.reason, "signal");
    assert_no_order();
    assert_false(show(934));
    assert_no_order();
    assert_int_equal(stage_report(&stage).signals, 1);
}

static void an_exit_is_one_order_until_it_is_answered(void **state)
{
    (void)state;
    static const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY },
                                         { .clock = 934, .ask = ASK_EXIT },
                                         { .clock = 936, .ask = ASK_EXIT },
                                         { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    assert_true(show(930));
    next_order();
    assert_no_order();
    fill(LEG_ENTRY, 932);
    assert_false(show(932));
    assert_true(show(934));
    struct order order = next_order();
    assert_int_equal(order.leg, LEG_EXIT);
    assert_int_equal(order.action, ORDER_AT_OPEN);
    assert_int_equal(order.key.number, 2);
    assert_int_equal(order.quantity, 100 * QUANTITY_ONE);
    assert_string_equal(order.reason, "cross");
    assert_no_order();
    assert_false(show(936));
    assert_false(show(1554)); /* nor for the time exit */
    assert_no_order();
    fill(LEG_EXIT, 1556);
    assert_true(show(1556));
    const struct trade *trade = engine_next_trade(stage.simulation.engine);
    assert_non_null(trade);
    assert_string_equal(trade->exit_reason, "filled");
    assert_null(engine_next_trade(stage.simulation.engine));
    assert_no_order();
    assert_false(show(1558));
}

static void at_the_sessions_end_what_waits_is_cancelled(void **state)
{
    (void)state;
    static const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    show(930);
    next_order();
    engine_session_end(stage.simulation.engine, 0);
    struct order order = next_order();
    assert_int_equal(order.leg, LEG_ENTRY);
    assert_int_equal(order.action, ORDER_CANCEL);
    assert_int_equal(order.key.number, 1);
    assert_no_order();
}

static void at_the_sessions_end_what_is_held_is_closed(void **state)
{
    (void)state;
    static const struct cue script[] = { { .clock = 930, .ask = ASK_ENTRY }, { 0 } };
    open_stage(script);
    stage_begin(&stage, FULL_DAY);
    show(930);
    next_order();
    fill(LEG_ENTRY, 932);
    show(932);
    engine_session_end(stage.simulation.engine, 0);
    struct order order = next_order();
    assert_int_equal(order.leg, LEG_EXIT);
    assert_int_equal(order.action, ORDER_AT_CLOSE);
    assert_int_equal(order.quantity, 100 * QUANTITY_ONE);
    assert_string_equal(order.reason, "session_close");
    assert_no_order();
}

static size_t released;

static void count_release(void *memory)
{
    (void)memory;
    released++;
}

static bool refuse(void *memory, const struct parameter_set *set, struct error *error)
{
    (void)memory, (void)set;
    return error_set(error, ERROR_USAGE, "fast must be shorter than slow");
}

static void what_the_strategy_refuses_is_told_with_its_name(void **state)
{
    (void)state;
    open_stage(NULL);
    struct strategy_type picky = *stage.playbook.strategy;
    picky.name = "picky";
    picky.init = refuse;
    picky.release = count_release;
    struct playbook playbook = stage.playbook;
    playbook.strategy = &picky;
    struct error error = { 0 };
    struct simulation simulation = { 0 };
    released = 0;
    assert_false(
        simulation_init(&simulation, &playbook, &(struct costs) { 0 }, &stage.equity, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_string_equal(error.message, "picky: fast must be shorter than slow");
    assert_int_equal(released, 1);
    simulation_release(&simulation);
}

static void every_symbols_state_is_released(void **state)
{
    (void)state;
    stage_open(&stage, &(struct stage_options) { .symbols = 3 });
    struct strategy_type counted = *stage.playbook.strategy;
    counted.release = count_release;
    struct playbook playbook = stage.playbook;
    playbook.strategy = &counted;
    struct error error = { 0 };
    struct engine *engine = engine_new(&playbook, &stage.equity, &error);
    released = 0;
    engine_free(engine);
    assert_int_equal(released, 3);
    engine_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(an_entry_is_one_order_until_it_is_answered, close_stage),
        cmocka_unit_test_teardown(an_exit_is_one_order_until_it_is_answered, close_stage),
        cmocka_unit_test_teardown(at_the_sessions_end_what_waits_is_cancelled, close_stage),
        cmocka_unit_test_teardown(at_the_sessions_end_what_is_held_is_closed, close_stage),
        cmocka_unit_test_teardown(what_the_strategy_refuses_is_told_with_its_name, close_stage),
        cmocka_unit_test_teardown(every_symbols_state_is_released, close_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
