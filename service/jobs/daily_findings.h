/* What is wrong with the daily bars that serve as a history. */
#ifndef PLAYBOOK_JOBS_DAILY_FINDINGS_H
#define PLAYBOOK_JOBS_DAILY_FINDINGS_H

#include "service/jobs/findings.h"
#include "service/market/calendar.h"
#include "service/market/series.h"

#include <stddef.h>

/* Appends, by date: bars with a faulty price; for each hole the first session without a bar, with
 * the number of sessions to the next one that has; opens that look like a split. `days` are stamped
 * with each date's midnight UTC, sorted; `symbol` is put into every finding. */
void daily_findings(const struct series *days, const struct calendar *calendar, size_t symbol,
                    struct findings *findings);

#endif
