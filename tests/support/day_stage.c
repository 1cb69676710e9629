#include "tests/support/day_stage.h"

#include "service/base/date.h"
#include "service/base/memory.h"
#include "tests/support/bars_made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STORE_TIMEOUT_MS = 30000 };

static int64_t delay_us(const struct calendar *calendar)
{
    (void)calendar;
    return DAY_STAGE_DELAY_US;
}

static void place(struct day_stage *stage, const char *name, char path[static DAY_STAGE_PATH])
{
    snprintf(path, DAY_STAGE_PATH, "%s", scratch_path(&stage->scratch, name));
}

void day_stage_open(struct day_stage *stage)
{
    *stage = (struct day_stage) { .count = 0 };
    scratch_init(&stage->scratch);
    day_feed_init(&stage->feed);
    stage->store = day_stage_store(stage);
    place(stage, "output/trades.csv", stage->trades_path);
    place(stage, "output/journal.csv", stage->journal_path);
    stage->options = (struct day_run_options) {
        .playbooks = stage->chosen,
        .now_us = date_from_civil(2026, 1, 1) * DAY_US,
        .delay_us = delay_us,
        .store = stage->store,
        .bars = { .feed = &stage->feed.feed },
        .publish = {
            .writers = "csv",
            .trades_path = stage->trades_path,
            .journal_path = stage->journal_path,
        },
    };
}

static void release_runs(struct day_stage *stage)
{
    for (size_t i = 0; i < DAY_STAGE_PLAYBOOKS; i++)
        day_run_release(&stage->runs[i]);
}

void day_stage_close(struct day_stage *stage)
{
    day_stage_forget(stage);
    store_close(stage->store);
    day_feed_release(&stage->feed);
    scratch_release(&stage->scratch);
}

struct store *day_stage_store(struct day_stage *stage)
{
    struct error error = { 0 };
    struct store *store = store_open(
        &(struct store_options) {
            .location = scratch_path(&stage->scratch, "state"),
            .timeout_ms = STORE_TIMEOUT_MS,
        },
        &error);
    assert_non_null(store);
    return store;
}

const struct playbook *day_stage_add(struct day_stage *stage, const char *name,
                                     const char *strategy, const char *setting, const char *symbol,
                                     const char *other_symbol)
{
    struct error error = { 0 };
    assert_in_range(stage->count, 0, DAY_STAGE_PLAYBOOKS - 1);
    struct playbook *playbook = &stage->playbooks[stage->count];
    stage->chosen[stage->count++] = playbook;
    playbook_init(playbook, strategy_find(strategy));
    if (setting) {
        char *copy = memory_copy_text(setting);
        char *value = strchr(copy, '=');
        *value++ = '\0';
        assert_true(playbook_set(playbook, copy, value, &error));
        free(copy);
    }
    assert_true(symbol == NULL || playbook_add_symbol(playbook, symbol, &error));
    assert_true(other_symbol == NULL || playbook_add_symbol(playbook, other_symbol, &error));
    if (!playbook_finish(playbook, name, &error))
        fail_msg("%s", error.message);
    return playbook;
}

void day_stage_forget(struct day_stage *stage)
{
    release_runs(stage);
    for (size_t i = 0; i < stage->count; i++)
        playbook_release(&stage->playbooks[i]);
    stage->count = 0;
}

void day_stage_run(struct day_stage *stage, const char *date)
{
    release_runs(stage);
    stage->options.date = bars_date(date);
    stage->options.playbook_count = stage->count;
    day_run_all(&stage->options, stage->runs);
}

char *day_stage_trades(struct day_stage *stage)
{
    return scratch_read(&stage->scratch, "output/trades.csv");
}

char *day_stage_journal(struct day_stage *stage)
{
    return scratch_read(&stage->scratch, "output/journal.csv");
}

static const char *kept_name(const char *playbook, const char *date,
                             char name[static STORE_KEY_MAX])
{
    snprintf(name, STORE_KEY_MAX, "state/runs/%s/%s.json", playbook, date);
    return name;
}

char *day_stage_kept(struct day_stage *stage, const char *playbook, const char *date)
{
    char name[STORE_KEY_MAX];
    return scratch_read(&stage->scratch, kept_name(playbook, date, name));
}

void day_stage_damage(struct day_stage *stage, const char *playbook, const char *date,
                      const char *content)
{
    char name[STORE_KEY_MAX];
    scratch_write(&stage->scratch, kept_name(playbook, date, name), content);
}

bool day_stage_is_empty(struct day_stage *stage)
{
    return scratch_count(&stage->scratch, "state") == 0 &&
           scratch_count(&stage->scratch, "output") == 0;
}
