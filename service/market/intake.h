/* One symbol's way from source bars to the bars a strategy sees: quality checks, then cells of
 * the wanted timeframe on the grid from the session's open. The same for a file, a page of a
 * provider and a live stream; pure.
 *
 * Within a session, source bars are pushed in time order. A cell is handed out by intake_advance
 * once its end has come, also when its last minute never did; a cell without any sound bar has
 * none. So the driver pushes what opens before an instant and then advances to it. */
#ifndef PLAYBOOK_MARKET_INTAKE_H
#define PLAYBOOK_MARKET_INTAKE_H

#include "service/market/bar.h"
#include "service/market/calendar.h"
#include "service/market/quality.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intake {
    struct session session;
    int64_t timeframe_us;
    int64_t source_us; /* the source bars' own timeframe, for judging their stamps */
    int64_t next_us;   /* where the next source bar is expected */
    struct bar cell;   /* the bar in the making */
    bool has_cell;
    bool is_merged;                    /* more than one source bar is in it */
    int64_t cell_open_us, cell_end_us; /* of the cell in the making, or of the last one */
    double turnover;                   /* sum of vwap x volume in the cell, once it is merged */
    size_t bars;                       /* closed bars handed out in this session */
    double thin_volume;                /* one with less is thin */
    int64_t gap_cells, gap_us;         /* the longest gap and where it begins */
    double previous_close; /* of the session before, for the driver to set; NaN: not known */
    double first_open, last_close; /* of the session's sound source bars; NaN without any */
    size_t counts[FINDING_KIND_COUNT];
    int64_t first_us[FINDING_KIND_COUNT]; /* when the first of each kind was seen */
};

void intake_begin(struct intake *intake, const struct session *session, int64_t timeframe_us,
                  int64_t source_us);

/* Takes the next source bar. Returns the fatal finding that keeps it from being shown, else
 * FINDING_NONE (a bar outside the session is counted and dropped, a bad volume counts as 0). */
enum finding_kind intake_push(struct intake *intake, const struct bar *source);

/* Hands out the cell in the making if it has ended by time_us; NULL when there is none. Borrowed
 * until the next push. */
const struct bar *intake_advance(struct intake *intake, int64_t time_us);

/* What was found in the session, told once it is over: at most FINDING_KIND_COUNT; returns how
 * many. `symbol` is put into each finding. */
size_t intake_findings(const struct intake *intake, size_t symbol,
                       struct finding findings[static FINDING_KIND_COUNT]);

#endif
