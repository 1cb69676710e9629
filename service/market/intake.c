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
        .previous_close = NAN,
        .first_open = NAN,
        .last_close = NAN,
        .thin_volume = quality_thin_volume(session),
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

/* The cells in [from_us, until_us) have no bar. */
static void pass_gap(struct intake *intake, int64_t from_us, int64_t until_us)
{
    int64_t timeframe_us = intake->timeframe_us;
    int64_t cells = (until_us - from_us + timeframe_us - 1) / timeframe_us;
    if (cells < GAP_BARS_MIN)
        return;
    intake->counts[FINDING_GAPS]++;
    if (cells > intake->gap_cells) {
        intake->gap_cells = cells;
        intake->gap_us = from_us;
    }
}

/* The cell that holds an instant, which is not the one behind the last cell. */
static __attribute__((cold)) int64_t find_cell(struct intake *intake, int64_t time_us)
{
    int64_t cell = timeframe_cell(&intake->session, intake->timeframe_us, time_us);
    int64_t open_us = timeframe_cell_open_us(&intake->session, intake->timeframe_us, cell);
    pass_gap(intake, intake->cell_end_us, open_us);
    return open_us;
}

/* Nearly always the cell behind the last one, which costs no division. */
static void enter_cell(struct intake *intake, int64_t time_us)
{
    int64_t open_us = intake->cell_end_us;
    if (time_us - open_us >= intake->timeframe_us)
        open_us = find_cell(intake, time_us);
    int64_t end_us = open_us + intake->timeframe_us;
    int64_t close_us = intake->session.close_us;
    intake->cell_open_us = open_us;
    intake->cell_end_us = end_us < close_us ? end_us : close_us;
}

static inline void open_cell(struct intake *intake, const struct bar *source)
{
    if (source->open_time_us >= intake->cell_end_us)
        enter_cell(intake, source->open_time_us);
    intake->cell = *source;
    intake->cell.open_time_us = intake->cell_open_us;
    intake->has_cell = true;
    intake->is_merged = false;
}

static void widen_cell(struct intake *intake, const struct bar *source)
{
    struct bar *cell = &intake->cell;
    if (source->high > cell->high)
        cell->high = source->high;
    if (source->low < cell->low)
        cell->low = source->low;
    cell->close = source->close;
    intake->turnover = (intake->is_merged ? intake->turnover : turnover(cell)) + turnover(source);
    intake->is_merged = true;
    cell->volume += source->volume;
    bool counted = cell->trade_count >= 0 && source->trade_count >= 0;
    cell->trade_count = counted ? cell->trade_count + source->trade_count : -1;
}

static inline void take(struct intake *intake, const struct bar *source)
{
    intake->last_close = source->close;
    if (intake->has_cell) {
        assert(source->open_time_us < intake->cell_end_us &&
               "advance to the end of a cell before the next");
        widen_cell(intake, source);
    } else {
        open_cell(intake, source);
    }
}

/* A bar that there may be something to tell of. */
static __attribute__((noinline)) enum finding_kind judge(struct intake *intake,
                                                         const struct bar *source)
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
    enum finding_kind fault = quality_fault(source);
    if (fault != FINDING_NONE) {
        count(intake, fault, time_us);
        return fault;
    }
    if (isnan(intake->last_close))
        intake->first_open = source->open;
    else if (!quality_is_near(intake->last_close, source->close))
        count(intake, FINDING_PRICE_JUMP, time_us);
    struct bar mended = *source;
    if (!quality_is_volume(source->volume)) {
        count(intake, FINDING_BAD_VOLUME, time_us);
        mended.volume = 0;
    }
    take(intake, &mended);
    return FINDING_NONE;
}

/* Nearly every bar is the one that is expected, and sound: that path is kept short. The session's
 * first bar has no close before it. */
enum finding_kind intake_push(struct intake *intake, const struct bar *source)
{
    int64_t time_us = source->open_time_us;
    if (time_us != intake->next_us || time_us >= intake->session.close_us ||
        !quality_is_sound(source) || !quality_is_near(intake->last_close, source->close) ||
        !quality_is_volume(source->volume))
        return judge(intake, source);
    intake->next_us = time_us + intake->source_us;
    take(intake, source);
    return FINDING_NONE;
}

const struct bar *intake_advance(struct intake *intake, int64_t time_us)
{
    if (!intake->has_cell || time_us < intake->cell_end_us)
        return NULL;
    intake->has_cell = false;
    intake->bars++;
    if (intake->cell.volume < intake->thin_volume)
        intake->counts[FINDING_THIN_VOLUME]++;
    /* NaN when one of its minutes has none. */
    if (intake->is_merged && intake->cell.volume > 0)
        intake->cell.vwap = intake->turnover / intake->cell.volume;
    return &intake->cell;
}

static void describe(const struct intake *intake, struct finding *finding)
{
    const struct session *session = &intake->session;
    enum finding_kind kind = finding->kind;
    char *detail = finding->detail;
    size_t size = sizeof finding->detail;
    char clock[CLOCK_TEXT_SIZE];
    if (kind == FINDING_NO_BARS)
        return;
    if (kind == FINDING_MISSING_BARS)
        snprintf(detail, size, "%zu of %" PRId64 " bars", intake->bars,
                 timeframe_cells(session, intake->timeframe_us));
    else if (kind == FINDING_GAPS)
        snprintf(detail, size, "longest %" PRId64 " bars from %s", intake->gap_cells,
                 session_clock_format(session, intake->gap_us, clock));
    else if (kind == FINDING_THIN_VOLUME)
        snprintf(detail, size, "%zu of %zu bars", finding->count, intake->bars);
    else if (kind == FINDING_SPLIT_LIKE)
        quality_split(intake->previous_close, intake->first_open, intake->last_close, detail);
    else
        snprintf(detail, size, "first at %s",
                 session_clock_format(session, intake->first_us[kind], clock));
}

/* Counts what only a whole session shows. */
static void conclude(struct intake *intake)
{
    size_t *counts = intake->counts;
    const struct session *session = &intake->session;
    size_t due = (size_t)timeframe_cells(session, intake->timeframe_us);
    if (intake->bars == 0) {
        counts[FINDING_NO_BARS] = due;
        return;
    }
    counts[FINDING_MISSING_BARS] = due - intake->bars;
    pass_gap(intake, intake->cell_end_us, session->close_us);
    if (counts[FINDING_THIN_VOLUME] * THIN_BARS_PART <= intake->bars)
        counts[FINDING_THIN_VOLUME] = 0;
    char detail[FINDING_DETAIL_SIZE];
    if (quality_split(intake->previous_close, intake->first_open, intake->last_close, detail))
        counts[FINDING_SPLIT_LIKE] = 1;
}

size_t intake_findings(const struct intake *intake, size_t symbol,
                       struct finding findings[static FINDING_KIND_COUNT])
{
    struct intake over = *intake;
    conclude(&over);
    size_t found = 0;
    for (size_t kind = 1; kind < FINDING_KIND_COUNT; kind++) {
        if (over.counts[kind] == 0)
            continue;
        findings[found] = (struct finding) {
            .kind = (enum finding_kind)kind,
            .symbol = symbol,
            .date = over.session.date,
            .count = over.counts[kind],
        };
        describe(&over, &findings[found++]);
    }
    return found;
}
