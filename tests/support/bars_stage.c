#include "tests/support/bars_stage.h"

#include "service/base/date.h"
#include "service/base/memory.h"
#include "tests/support/bars_made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void bars_stage_open(struct bars_stage *stage, const struct strategy_type *strategy, int minutes)
{
    *stage = (struct bars_stage) { .strategy = strategy, .minutes = minutes };
    parameter_set_init(&stage->parameters, strategy->parameters);
}

void bars_stage_close(struct bars_stage *stage)
{
    if (stage->state && stage->strategy->release)
        stage->strategy->release(stage->state);
    free(stage->state);
    *stage = (struct bars_stage) { 0 };
}

void bars_stage_set(struct bars_stage *stage, const char *name, const char *value)
{
    size_t index = 0;
    struct error error = { 0 };
    const struct parameter *row = parameter_find(stage->strategy->parameters, name, &index);
    assert_non_null(row);
    assert_null(stage->state);
    assert_true(parameter_parse(row, value, &stage->parameters.values[index], &error));
}

bool bars_stage_init(struct bars_stage *stage, struct error *error)
{
    stage->state = memory_new(1, stage->strategy->state_size);
    return stage->strategy->init(stage->state, &stage->parameters, error);
}

void bars_stage_begin(struct bars_stage *stage, const char *date, const struct series *prior_days)
{
    const struct series none = { 0 };
    struct error error = { 0 };
    if (!stage->state)
        assert_true(bars_stage_init(stage, &error));
    stage->session = bars_session(date);
    desk_session_begin(&stage->desk, stage->minutes * MINUTE_US, stage->session.close_us);
    if (stage->strategy->session)
        stage->strategy->session(stage->state, &stage->desk, &stage->session,
                                 prior_days ? prior_days : &none);
}

static bool show(struct bars_stage *stage, const struct bar *bar)
{
    struct desk *desk = &stage->desk;
    desk->bar_open_us = bar->open_time_us;
    desk->asked = desk->has_entry = false;
    desk->exit_reason = NULL;
    stage->strategy->bar(stage->state, desk, bar);
    return desk->has_entry && !desk->passed;
}

bool bars_stage_show(struct bars_stage *stage, const char *clock, double open, double high,
                     double low, double close)
{
    struct bar bar = bars_bar(bars_time_us(&stage->session, clock), open, high, low, close);
    return show(stage, &bar);
}

bool bars_stage_show_flat(struct bars_stage *stage, const char *from, const char *to, double price,
                          double low, double high)
{
    bool asked = false;
    int64_t end_us = bars_time_us(&stage->session, to);
    for (int64_t time_us = bars_time_us(&stage->session, from); time_us < end_us;
         time_us += stage->minutes * MINUTE_US) {
        struct bar bar = bars_bar(time_us, price, high, low, price);
        asked = show(stage, &bar) || asked;
    }
    return asked;
}

static const struct value *find_note(const struct bars_stage *stage, const char *name)
{
    for (size_t i = 0; i < stage->desk.note_count; i++)
        if (strcmp(stage->desk.notes[i].name, name) == 0)
            return &stage->desk.notes[i].value;
    return NULL;
}

const struct value *bars_stage_note(const struct bars_stage *stage, const char *name)
{
    const struct value *value = find_note(stage, name);
    if (!value)
        fail_msg("nothing is noted under %s", name);
    return value;
}

bool bars_stage_has_note(const struct bars_stage *stage, const char *name)
{
    return find_note(stage, name) != NULL;
}

const char *bars_stage_clock(const struct bars_stage *stage, const char *name,
                             char buffer[static 16])
{
    const struct value *value = find_note(stage, name);
    if (!value)
        return "";
    assert_int_equal(value->kind, VALUE_TIME);
    return clock_time_format((int)((value->time_us - stage->session.midnight_us) / MINUTE_US),
                             buffer);
}
