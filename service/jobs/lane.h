/* One symbol's way through a backtest: its bars, where it stands in them, and what was found. */
#ifndef PLAYBOOK_JOBS_LANE_H
#define PLAYBOOK_JOBS_LANE_H

#include "service/base/error.h"
#include "service/feeds/bar_file.h"
#include "service/market/calendar.h"
#include "service/market/intake.h"
#include "service/market/series.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What there is of one symbol; all borrowed. */
struct lane_input {
    const struct series *bars;
    bool is_daily; /* the bars are daily ones, stamped with their date's midnight UTC */
    const struct bar_file_report *report; /* NULL: none */
    const struct series *days; /* daily bars for history; NULL: taken from the bars themselves */
    const struct bar_file_report *days_report; /* NULL: none */
};

struct lane {
    const struct bar_file_report *report;
    struct series bars; /* borrowed, or the daily bars stamped anew */
    struct series days; /* owned */
    bool owns_bars, is_daily;
    int64_t source_us; /* the bars' own timeframe: the smallest step inside a session */
    size_t next;       /* the next bar */
    size_t next_repeat;
    struct intake intake;
};

/* Makes the symbol's bars ready for a timeframe. needs_days: a history is wanted. An error of kind
 * data names both timeframes when the bars' own does not divide the wanted one. */
bool lane_open(struct lane *lane, const struct lane_input *input, const struct calendar *calendar,
               int64_t timeframe_us, bool needs_days, struct error *error);
void lane_close(struct lane *lane); /* accepts a zeroed one */

/* The sessions of the first and of the last bar within trading hours; false when there is none. */
bool lane_span(const struct lane *lane, const struct calendar *calendar, int32_t *ret_first,
               int32_t *ret_last);

/* What lies before the instant belongs to no session: passes over one date's bars and says so.
 * False when there is none left. */
bool lane_pass_over(struct lane *lane, const struct calendar *calendar, int64_t until_us,
                    struct finding *ret_finding);

/* What reading the file found for bars of the session: at most two findings. */
size_t lane_repeats(struct lane *lane, const struct session *session,
                    struct finding findings[static 2]);

#endif
