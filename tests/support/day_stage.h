/* A folder with a state store and output files, a feed of whole sessions, and playbooks: what a
 * scheduled run needs. What goes wrong in here fails the test. */
#ifndef PLAYBOOK_TESTS_SUPPORT_DAY_STAGE_H
#define PLAYBOOK_TESTS_SUPPORT_DAY_STAGE_H

#include "service/jobs/day_run.h"
#include "tests/support/day_feed.h"
#include "tests/support/scratch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DAY_STAGE_PLAYBOOKS = 4, DAY_STAGE_PATH = 600 };

/* From the close until bars are asked for. */
#define DAY_STAGE_DELAY_US (16 * MINUTE_US)

struct day_stage {
    struct scratch scratch;
    struct day_feed feed;
    struct store *store; /* in "state" of the folder */
    struct playbook playbooks[DAY_STAGE_PLAYBOOKS];
    const struct playbook *chosen[DAY_STAGE_PLAYBOOKS];
    size_t count;
    char trades_path[DAY_STAGE_PATH], journal_path[DAY_STAGE_PATH];
    struct day_run_options options; /* long after the date, nothing else set */
    struct day_run runs[DAY_STAGE_PLAYBOOKS];
};

void day_stage_open(struct day_stage *stage);
void day_stage_close(struct day_stage *stage);

/* One more store of the same folder, as another process has it; for store_close. */
struct store *day_stage_store(struct day_stage *stage);

/* One playbook more, under that name; a NULL symbol is none. settings: "name=value", or NULL. */
const struct playbook *day_stage_add(struct day_stage *stage, const char *name,
                                     const char *strategy, const char *setting, const char *symbol,
                                     const char *other_symbol);
void day_stage_forget(struct day_stage *stage); /* all playbooks */

/* Runs all of them on the date; what they came to before is released. */
void day_stage_run(struct day_stage *stage, const char *date);

/* Files of the folder, to free(); NULL when there is none. */
char *day_stage_trades(struct day_stage *stage);
char *day_stage_journal(struct day_stage *stage);
char *day_stage_kept(struct day_stage *stage, const char *playbook, const char *date);

/* Changes what the store has, as a person would with an editor. */
void day_stage_damage(struct day_stage *stage, const char *playbook, const char *date,
                      const char *content);

/* Whether nothing was kept or written at all. */
bool day_stage_is_empty(struct day_stage *stage);

#endif
