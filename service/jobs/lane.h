/* One symbol's way through a backtest: its bars, where it stands in them, and what was found. */
#ifndef PLAYBOOK_JOBS_LANE_H
#define PLAYBOOK_JOBS_LANE_H

#include "service/base/error.h"
#include "service/feeds/bar_file.h"
#include "service/jobs/findings.h"
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
    size_t symbol; /* its index, put into every finding */
    const struct calendar *calendar;
    struct lane_input input;
    struct series bars; /* borrowed, or the daily bars stamped anew */
    struct series days; /* owned */
    bool owns_bars;
    int64_t timeframe_us; /* of the cells */
    int64_t source_us;    /* the bars' own timeframe: the smallest step inside a session that is no
                             stray's */
    size_t next;          /* the next bar */
    size_t next_repeat, next_unsorted; /* in the report */
    struct intake intake;
};

/* Makes the symbol's bars ready for a timeframe; 0: their own, which stays 0 when no session has
 * two bars. needs_days: a history is wanted. An error of kind data names both timeframes, and where
 * the bars' own was first found, when it does not divide the wanted one. */
bool lane_open(struct lane *lane, size_t symbol, const struct lane_input *input,
               const struct calendar *calendar, int64_t timeframe_us, bool needs_days,
               struct error *error);
void lane_close(struct lane *lane); /* accepts a zeroed one */

/* The sessions of the first and of the last bar within trading hours; false when there is none. */
bool lane_span(const struct lane *lane, int32_t *ret_first, int32_t *ret_last);

/* What is wrong with the daily bars of the history. */
void lane_input_findings(const struct lane *lane, struct findings *findings);

/* Passes over the bars before a session without a word: they serve as history only. */
void lane_seek(struct lane *lane, const struct session *session);

/* A session begins; what lies before it belongs to none, which is a finding for each date. */
void lane_begin(struct lane *lane, const struct session *session, struct findings *findings);

/* A session has ended, its bars are pushed: what was found in it. */
void lane_end(struct lane *lane, struct findings *findings);

/* No session follows: what is left belongs to none. */
void lane_finish(struct lane *lane, struct findings *findings);

#endif
