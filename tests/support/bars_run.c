#include "tests/support/bars_run.h"

#include "service/base/decimal.h"
#include "service/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

void bars_run_open(struct bars_run *run, const char *strategy)
{
    *run = (struct bars_run) { 0 };
    playbook_init(&run->playbook, strategy_find(strategy));
    run->options = (struct backtest_options) {
        .playbook = &run->playbook,
        .calendar = calendar_find("xnys"),
        .start = DATE_NONE,
        .end = DATE_NONE,
        .capital = 100000 * MONEY_ONE,
        .inputs = run->inputs,
    };
}

void bars_run_close(struct bars_run *run)
{
    backtest_release(&run->backtest);
    playbook_release(&run->playbook);
    *run = (struct bars_run) { 0 };
}

void bars_run_set(struct bars_run *run, const char *name, const char *value)
{
    if (!playbook_set(&run->playbook, name, value, &run->error))
        fail_msg("%s", run->error.message);
}

void bars_run_give(struct bars_run *run, const char *symbol, const struct series *bars,
                   const struct series *days)
{
    assert_in_range(run->input_count, 0, BARS_RUN_SYMBOLS_MAX - 1);
    assert_true(playbook_add_symbol(&run->playbook, symbol, &run->error));
    assert_string_equal(run->playbook.symbols[run->input_count], symbol);
    run->inputs[run->input_count++] = (struct lane_input) { .bars = bars, .days = days };
}

bool bars_run_try(struct bars_run *run)
{
    backtest_release(&run->backtest);
    run->error = (struct error) { 0 };
    return playbook_finish(&run->playbook, NULL, &run->error) &&
           backtest_run(&run->options, &run->backtest, &run->error);
}

void bars_run_do(struct bars_run *run)
{
    if (!bars_run_try(run))
        fail_msg("%s", run->error.message);
}

const char *bars_run_cell(const struct record_list *list, size_t row, size_t column)
{
    static char buffer[BARS_RUN_TEXT_SIZE];
    struct text text = { 0 };
    assert_true(row < list->count && column < list->table->column_count);
    cell_append_text(&text, &list->table->columns[column],
                     &list->cells[row * list->table->column_count + column]);
    snprintf(buffer, sizeof buffer, "%s", text_string(&text));
    text_release(&text);
    return buffer;
}
