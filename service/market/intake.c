#include "service/market/intake.h"

#include "service/base/date.h"
#include "service/market/timeframe.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

void intake_begin(struct intake *intake, const struct session *session, int64_t timeframe_us,
                  int64_t source_us)
{
    *intake = (struct intake) {
        .session = *session,
        .timeframe_us = timeframe_us,
        .source_us = source_us,
        .next_us = session->open_us,
        .cell_open_us = session->open_us,
        .cell_end_us = session->open_us,
    };
}

static void count(struct intake *intake, enum finding_kind kind, int64_t time_us)
{
    if (intake->counts[kind]++ == 0)
        intake->first_us[kind] = time_us;
}

static double turnover(const struct bar *bar)
{
    return bar->volume > 0 ? bar->vwap * bar->volume : 0;
}

/* Nearly always the cell behind the last one, which costs no division. */
static void enter_cell(struct intake *intake, int64_t time_us)
{
    const struct session *session = &intake->session;
    int64_t open_us = intake->cell_end_us;
    if (time_us - open_us >= intake->timeframe_us) {
        int64_t cell = timeframe_cell(session, intake->timeframe_us, time_us);
        open_us = timeframe_cell_open_us(session, intake->timeframe_us, cell);
    }
    int64_t end_us = open_us + intake->timeframe_us;
    intake->cell_open_us = open_us;
    intake->cell_end_us = end_us < session->close_us ? end_us : session->close_us;
}

static void open_cell(struct intake *intake, const struct bar *source)
{
    if (source->open_time_us >= intake->cell_end_us)
        enter_cell(intake, source->open_time_us);
    intake->cell = *source;
    intake->cell.open_time_us = intake->cell_open_us;
    intake->has_cell = true;
    intake->is_merged = false;
    intake->turnover = turnover(source);
}

static void widen_cell(struct intake *intake, const struct bar *source)
{
    struct bar *cell = &intake->cell;
    if (source->high > cell->high)
        cell->high = source->high;
    if (source->low < cell->low)
        cell->low = source->low;
    cell->close = source->close;
    cell->volume += source->volume;
    intake->is_merged = true;
    intake->turnover += turnover(source);
    bool counted = cell->trade_count >= 0 && source->trade_count >= 0;
    cell->trade_count = counted ? cell->trade_count + source->trade_count : -1;
}

enum finding_kind intake_push(struct intake *intake, const struct bar *source)
{
    int64_t time_us = source->open_time_us;
    if (time_us < intake->session.open_us || time_us >= intake->session.close_us) {
        count(intake, FINDING_OUTSIDE_SESSION, time_us);
        return FINDING_NONE;
    }
    if (time_us == intake->next_us || (time_us - intake->session.open_us) % intake->source_us == 0)
        intake->next_us = time_us + intake->source_us;
    else
        count(intake, FINDING_OFF_GRID, time_us);
    if (!quality_is_sound(source)) {
        enum finding_kind fault = quality_fault(source);
        count(intake, fault, time_us);
        return fault;
    }
    if (intake->has_cell) {
        assert(time_us < intake->cell_end_us && "advance to the end of a cell before the next");
        widen_cell(intake, source);
    } else {
        open_cell(intake, source);
    }
    return FINDING_NONE;
}

const struct bar *intake_advance(struct intake *intake, int64_t time_us)
{
    if (!intake->has_cell || time_us < intake->cell_end_us)
        return NULL;
    intake->has_cell = false;
    intake->bars++;
    /* NaN when one of its minutes has none. */
    if (intake->is_merged && intake->cell.volume > 0)
        intake->cell.vwap = intake->turnover / intake->cell.volume;
    return &intake->cell;
}

static void describe(const struct intake *intake, struct finding *finding)
{
    int64_t due = timeframe_cells(&intake->session, intake->timeframe_us);
    char clock[CLOCK_TEXT_SIZE];
    if (finding->kind == FINDING_MISSING_BARS)
        snprintf(finding->detail, sizeof finding->detail, "%zu of %" PRId64 " bars", intake->bars,
                 due);
    else if (finding->kind != FINDING_NO_BARS)
        snprintf(finding->detail, sizeof finding->detail, "first at %s",
                 session_clock_format(&intake->session, intake->first_us[finding->kind], clock));
}

size_t intake_findings(const struct intake *intake, size_t symbol,
                       struct finding findings[static FINDING_KIND_COUNT])
{
    size_t due = (size_t)timeframe_cells(&intake->session, intake->timeframe_us);
    size_t counts[FINDING_KIND_COUNT];
    for (size_t kind = 0; kind < FINDING_KIND_COUNT; kind++)
        counts[kind] = intake->counts[kind];
    if (intake->bars == 0)
        counts[FINDING_NO_BARS] = due;
    else
        counts[FINDING_MISSING_BARS] = due - intake->bars;

    size_t found = 0;
    for (size_t kind = 1; kind < FINDING_KIND_COUNT; kind++) {
        if (counts[kind] == 0)
            continue;
        findings[found] = (struct finding) {
            .kind = (enum finding_kind)kind,
            .symbol = symbol,
            .date = intake->session.date,
            .count = counts[kind],
        };
        describe(intake, &findings[found++]);
    }
    return found;
}
