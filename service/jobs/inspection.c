#include "service/jobs/inspection.h"

#include "service/base/date.h"
#include "service/market/timeframe.h"

static void inspect_session(struct lane *lane, const struct session *session,
                            struct inspection *inspection)
{
    const struct series *bars = &lane->bars;
    int64_t end_us = session->midnight_us + DAY_US;
    lane_begin(lane, session, &inspection->findings);
    for (; lane->next < bars->count && bars->bars[lane->next].open_time_us < end_us; lane->next++) {
        intake_advance(&lane->intake, bars->bars[lane->next].open_time_us);
        intake_push(&lane->intake, &bars->bars[lane->next]);
    }
    intake_advance(&lane->intake, session->close_us);
    lane_end(lane, &inspection->findings);
    inspection->bars += lane->intake.bars;
    inspection->due += (size_t)timeframe_cells(session, lane->timeframe_us);
    inspection->sessions++;
    inspection->sessions_empty += lane->intake.bars == 0;
}

static void inspect(struct lane *lane, struct inspection *inspection)
{
    struct session session;
    lane_input_findings(lane, &inspection->findings);
    for (int32_t date = inspection->first_session;
         date != DATE_NONE && calendar_session_from(lane->calendar, date, &session) &&
         session.date <= inspection->last_session;
         date = session.date + 1)
        inspect_session(lane, &session, inspection);
    lane_finish(lane, &inspection->findings);
}

bool inspection_run(const struct lane_input *input, size_t symbol, const struct calendar *calendar,
                    struct inspection *ret_inspection, struct error *error)
{
    struct lane lane;
    struct inspection inspection = { .first_session = DATE_NONE, .last_session = DATE_NONE };
    bool done = lane_open(&lane, symbol, input, calendar, 0, false, error);
    if (done && lane_span(&lane, &inspection.first_session, &inspection.last_session) &&
        lane.timeframe_us == 0)
        done = error_set(error, ERROR_DATA,
                         "no session has two bars, so how long they last is not known");
    if (done) {
        const struct series *bars = input->bars;
        inspection.timeframe_us = lane.timeframe_us;
        inspection.first_us = bars->count > 0 ? bars->bars[0].open_time_us : 0;
        inspection.last_us = bars->count > 0 ? bars->bars[bars->count - 1].open_time_us : 0;
        inspect(&lane, &inspection);
        *ret_inspection = inspection;
    }
    lane_close(&lane);
    return done;
}

void inspection_release(struct inspection *inspection)
{
    findings_release(&inspection->findings);
    *inspection = (struct inspection) { 0 };
}
