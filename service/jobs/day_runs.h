/* Scheduled runs over one date, or over all dates that were missed. */
#ifndef PLAYBOOK_JOBS_DAY_RUNS_H
#define PLAYBOOK_JOBS_DAY_RUNS_H

#include "service/base/error.h"
#include "service/jobs/day_run.h"

#include <stdbool.h>
#include <stddef.h>

/* Those done so far, by date, then in the order of the playbooks. */
struct day_runs {
    struct day_run *items; /* owned */
    size_t count, capacity;
};

/* Adds the runs of the options' date. */
void day_runs_add(struct day_runs *runs, const struct day_run_options *options);

/* Adds those of every date that a playbook has missed, whatever the options' date is. A playbook
 * that fails is not run on later dates: the day stays missed until it is done. Errors, with no run
 * at all, are the store's and those of a playbook without one calendar. */
bool day_runs_add_missed(struct day_runs *runs, const struct day_run_options *options,
                         struct error *error);

/* Takes out what there was nothing to do for: no session, too early, done before. */
void day_runs_forget_idle(struct day_runs *runs);

void day_runs_release(struct day_runs *runs); /* accepts a zeroed one */

#endif
