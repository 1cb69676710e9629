/* The scheduled run: playbooks over one session each, every step of which may be repeated.
 *
 * What the store has of a playbook and a date decides what is to be done: nothing (bars are
 * fetched, the result is computed and put), a computed result (it is published), a done one
 * (nothing). A run that was killed is gone on with by the next one; of two at the same time one
 * puts its result, and both publish that one, to the same effect. */
#ifndef PLAYBOOK_JOBS_DAY_RUN_H
#define PLAYBOOK_JOBS_DAY_RUN_H

#include "service/base/error.h"
#include "service/jobs/day_bars.h"
#include "service/jobs/day_result.h"
#include "service/jobs/publish.h"
#include "service/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum day_status {
    DAY_NO_SESSION,  /* the exchange is closed on that date */
    DAY_TOO_EARLY,   /* before the close, or too soon after it for the feed: kind data */
    DAY_COMPLETED,   /* computed, or found computed, and published now */
    DAY_DUPLICATE,   /* was done before */
    DAY_UNPUBLISHED, /* computed and neither kept nor published: provisional or a dry run */
    DAY_FAILED,
};

struct day_run_options {
    const struct playbook *const *playbooks; /* borrowed for the runs' life */
    size_t playbook_count;
    int32_t date;
    int64_t now_us;                                       /* the wall clock */
    int64_t (*delay_us)(const struct calendar *calendar); /* from the close until all bars are in */
    bool provisional;    /* too early is not refused; nothing is kept or published */
    bool dry_run;        /* nothing is kept or published */
    bool force;          /* what is done is computed again and replaced */
    struct store *store; /* borrowed; not looked at when nothing is kept */
    struct day_bars_options bars;
    struct publish_options publish;
};

/* One playbook's. */
struct day_run {
    const struct playbook *playbook;
    int32_t date;
    enum day_status status;
    bool was_computed;        /* completed: another run had computed it */
    bool is_other;            /* completed, duplicate: with other parameters than today's */
    int64_t due_us;           /* too early: from when on it will work */
    struct day_result result; /* of those completed, duplicate and unpublished */
    struct error error;       /* of those too early and failed */
};

/* Runs all of them: one that fails does not keep the others. *ret_runs has one for each playbook,
 * to be released. Strategies that are not intraday fail, of kind usage. So does, of kind data, a
 * playbook with a symbol that has no bar at all, or whose result in the store is damaged or none of
 * ours: only force replaces that. A writer's failure leaves the result computed, to be published by
 * the next run. Kind conflict, outcome retry: others keep changing the result. */
void day_run_all(const struct day_run_options *options, struct day_run *ret_runs);
void day_run_release(struct day_run *run); /* accepts a zeroed one */

const char *day_status_name(enum day_status status); /* "completed" */

/* The dates that a playbook has missed, in day_missed.c: its sessions behind the last that is done,
 * up to the last that is due; when none was ever done, from the first that was computed, else the
 * last that is due alone. A result that cannot be read is not done. The array is the caller's, to
 * free(). Errors are the store's, and playbook_calendar's. */
bool day_run_missed(const struct playbook *playbook, struct store *store, int64_t now_us,
                    int64_t delay_us, int32_t **ret_dates, size_t *ret_count, struct error *error);

#endif
