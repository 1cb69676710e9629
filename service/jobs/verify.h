/* Whether bars that are kept are still what their provider says: session by session, bar by bar.
 * Pure. */
#ifndef PLAYBOOK_JOBS_VERIFY_H
#define PLAYBOOK_JOBS_VERIFY_H

#include "service/feeds/kept_month.h"
#include "service/market/series.h"

#include <stddef.h>
#include <stdint.h>

enum verify_kind {
    VERIFY_CHANGED, /* any number of the bar is another */
    VERIFY_MISSING, /* the provider has it, and it is not kept */
    VERIFY_GONE,    /* it is kept, and the provider has it no longer */
    VERIFY_KIND_COUNT
};

extern const char *const verify_names[VERIFY_KIND_COUNT]; /* "changed", "missing here", ... */

struct verify_difference {
    enum verify_kind kind;
    struct bar kept, fetched; /* either is zeroed when it is not there */
};

struct verify_session {
    int32_t date;
    size_t counts[VERIFY_KIND_COUNT];
};

/* How many differences are remembered; all are counted. */
enum { VERIFY_SHOWN_MAX = 5 };

struct verify {
    size_t sessions;      /* of the calendar, in the range */
    size_t sessions_kept; /* with bars that are kept: what else there is was not compared */
    size_t bars;          /* that are kept of them */
    size_t counts[VERIFY_KIND_COUNT];
    struct verify_session *different; /* sessions that are not equal; owned */
    size_t different_count, different_capacity;
    struct verify_difference shown[VERIFY_SHOWN_MAX]; /* the first of them, oldest first */
    size_t shown_count;
};

/* Both series are sorted, each stamp once. The range's dates are both included. Release *ret_verify
 * afterwards. */
void verify_run(const struct bar_days *days, int32_t first_date, int32_t last_date,
                const struct series *kept, const struct series *fetched, struct verify *ret_verify);
void verify_release(struct verify *verify); /* accepts a zeroed one */

#endif
