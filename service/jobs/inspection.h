/* Bars judged by themselves, without a playbook: what `playbook data check` tells. The same lane
 * and intake as in a backtest, so that it finds what a backtest on these bars would find. */
#ifndef PLAYBOOK_JOBS_INSPECTION_H
#define PLAYBOOK_JOBS_INSPECTION_H

#include "service/base/error.h"
#include "service/jobs/findings.h"
#include "service/jobs/lane.h"
#include "service/market/calendar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inspection {
    int64_t timeframe_us; /* the bars' own; 0: no bar lies in a session */
    size_t bars;          /* sound ones within sessions */
    size_t due;           /* that the sessions of the span should have */
    size_t sessions;      /* from the first to the last with a bar, both included */
    size_t sessions_empty;
    int32_t first_session, last_session; /* DATE_NONE: no bar lies in a session */
    int64_t first_us, last_us;           /* stamps of the first and the last bar; 0 without any */
    struct findings findings;            /* those of the input, then by date */
};

/* `symbol` is put into every finding. An error of kind data when there are bars in sessions but no
 * session has two, so that their timeframe is not known. Release after success. */
bool inspection_run(const struct lane_input *input, size_t symbol, const struct calendar *calendar,
                    struct inspection *ret_inspection, struct error *error);
void inspection_release(struct inspection *inspection); /* accepts a zeroed one */

#endif
