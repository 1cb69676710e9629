#include "service/jobs/lane.h"

#include "service/base/date.h"
#include "service/jobs/history.h"
#include "service/market/timeframe.h"

#include <stdio.h>

/* A daily bar lasts its whole session: it gets that session's open as its stamp. One on a date
 * without a session gets the noon of the date, which lies in none. */
static void stamp_anew(struct lane *lane, const struct calendar *calendar)
{
    struct series stamped = { 0 };
    series_reserve(&stamped, lane->bars.count);
    for (size_t i = 0; i < lane->bars.count; i++) {
        struct bar bar = lane->bars.bars[i];
        struct session session;
        bool found = calendar_session(calendar, date_of_instant(bar.open_time_us), &session);
        bar.open_time_us = found ? session.open_us : bar.open_time_us + DAY_US / 2;
        series_append(&stamped, &bar);
    }
    lane->bars = stamped;
    lane->owns_bars = true;
}

/* The smallest step between bars of one session; INT64_MAX when no session has two. */
static int64_t smallest_step_us(const struct series *bars, const struct calendar *calendar)
{
    int64_t smallest_us = INT64_MAX;
    struct session session = { .close_us = INT64_MIN };
    for (size_t i = 1; i < bars->count; i++) {
        int64_t time_us = bars->bars[i].open_time_us;
        int64_t previous_us = bars->bars[i - 1].open_time_us;
        if (time_us - previous_us >= smallest_us)
            continue;
        if (time_us >= session.close_us || previous_us < session.open_us) {
            int32_t date = calendar_date(calendar, previous_us);
            if (!calendar_session(calendar, date, &session))
                session = (struct session) { .close_us = INT64_MIN };
        }
        if (previous_us >= session.open_us && time_us < session.close_us)
            smallest_us = time_us - previous_us;
    }
    return smallest_us;
}

static bool judge_timeframe(struct lane *lane, struct error *error)
{
    int64_t timeframe_us = lane->timeframe_us;
    lane->source_us = lane->input.is_daily ? DAY_US : smallest_step_us(&lane->bars, lane->calendar);
    if (lane->source_us == INT64_MAX)
        lane->source_us = timeframe_us;
    if (timeframe_us % lane->source_us == 0)
        return true;
    char wanted[TIMEFRAME_TEXT_SIZE], own[TIMEFRAME_TEXT_SIZE];
    return error_set(error, ERROR_DATA,
                     "bars of %s cannot make bars of %s: the timeframe must be a multiple of the "
                     "bars' own",
                     timeframe_format(lane->source_us, own),
                     timeframe_format(timeframe_us, wanted));
}

/* Only the closes of past days count, and one that is no price has no place in a mean. */
static void keep_days_with_close(const struct series *days, struct series *ret_days)
{
    series_reserve(ret_days, days->count);
    for (size_t i = 0; i < days->count; i++) {
        if (quality_is_price(days->bars[i].close))
            series_append(ret_days, &days->bars[i]);
    }
}

bool lane_open(struct lane *lane, size_t symbol, const struct lane_input *input,
               const struct calendar *calendar, int64_t timeframe_us, bool needs_days,
               struct error *error)
{
    *lane = (struct lane) {
        .symbol = symbol,
        .calendar = calendar,
        .input = *input,
        .bars = series_slice(input->bars, 0, input->bars->count),
        .timeframe_us = timeframe_us,
    };
    if (input->is_daily)
        stamp_anew(lane, calendar);
    if (!judge_timeframe(lane, error))
        return false;
    if (input->days)
        keep_days_with_close(input->days, &lane->days);
    else if (needs_days)
        history_from_bars(&lane->bars, calendar, &lane->days);
    return true;
}

void lane_close(struct lane *lane)
{
    if (lane->owns_bars)
        series_release(&lane->bars);
    series_release(&lane->days);
    *lane = (struct lane) { 0 };
}

bool lane_span(const struct lane *lane, int32_t *ret_first, int32_t *ret_last)
{
    const struct calendar *calendar = lane->calendar;
    struct session session;
    size_t first = 0;
    size_t last = lane->bars.count;
    for (; first < last; first++) {
        int64_t time_us = lane->bars.bars[first].open_time_us;
        if (calendar_session(calendar, calendar_date(calendar, time_us), &session) &&
            time_us >= session.open_us && time_us < session.close_us)
            break;
    }
    if (first == last)
        return false;
    *ret_first = session.date;
    for (; last > first; last--) {
        int64_t time_us = lane->bars.bars[last - 1].open_time_us;
        if (calendar_session(calendar, calendar_date(calendar, time_us), &session) &&
            time_us >= session.open_us && time_us < session.close_us)
            break;
    }
    *ret_last = session.date;
    return true;
}

static void add_finding(const struct lane *lane, struct findings *findings, struct finding *finding)
{
    finding->symbol = lane->symbol;
    if (finding->count > 0)
        findings_add(findings, finding);
}

/* What lies before the instant belongs to no session. */
static void pass_over(struct lane *lane, int64_t until_us, struct findings *findings)
{
    const struct series *bars = &lane->bars;
    while (lane->next < bars->count && bars->bars[lane->next].open_time_us < until_us) {
        struct finding finding = {
            .kind = FINDING_OUTSIDE_SESSION,
            .date = calendar_date(lane->calendar, bars->bars[lane->next].open_time_us),
            .detail = "no session on this date",
        };
        while (lane->next < bars->count && bars->bars[lane->next].open_time_us < until_us &&
               calendar_date(lane->calendar, bars->bars[lane->next].open_time_us) == finding.date) {
            lane->next++;
            finding.count++;
        }
        add_finding(lane, findings, &finding);
    }
}

static void describe(struct finding *finding, const struct session *session, int64_t time_us)
{
    char clock[CLOCK_TEXT_SIZE];
    snprintf(finding->detail, sizeof finding->detail, "first at %s",
             session_clock_format(session, time_us, clock));
}

/* What reading the file found for bars of the session. */
static void add_repeats(struct lane *lane, const struct session *session, struct findings *findings)
{
    const struct bar_file_report *report = lane->input.report;
    struct finding same = { .kind = FINDING_DUPLICATE_BARS, .date = session->date };
    struct finding different = { .kind = FINDING_CONFLICTING_BARS, .date = session->date };
    for (; report && lane->next_repeat < report->repeat_count; lane->next_repeat++) {
        const struct bar_repeat *repeat = &report->repeats[lane->next_repeat];
        /* Daily stamps are midnight UTC; the bar stands for the session from its open. */
        int64_t shift_us = lane->input.is_daily ? session->open_us - session->date * DAY_US : 0;
        int64_t time_us = repeat->time_us + shift_us;
        if (time_us < session->midnight_us)
            continue;
        if (time_us >= session->midnight_us + DAY_US)
            break;
        if (repeat->identical > 0 && same.count == 0)
            describe(&same, session, time_us);
        if (repeat->different > 0 && different.count == 0)
            describe(&different, session, time_us);
        same.count += repeat->identical;
        different.count += repeat->different;
    }
    add_finding(lane, findings, &same);
    add_finding(lane, findings, &different);
}

void lane_seek(struct lane *lane, const struct session *session)
{
    lane->next = series_find(&lane->bars, session->midnight_us);
}

void lane_begin(struct lane *lane, const struct session *session, struct findings *findings)
{
    pass_over(lane, session->midnight_us, findings);
    intake_begin(&lane->intake, session, lane->timeframe_us, lane->source_us);
}

void lane_end(struct lane *lane, struct findings *findings)
{
    struct finding found[FINDING_KIND_COUNT];
    size_t count = intake_findings(&lane->intake, lane->symbol, found);
    for (size_t i = 0; i < count; i++)
        findings_add(findings, &found[i]);
    add_repeats(lane, &lane->intake.session, findings);
}

void lane_finish(struct lane *lane, struct findings *findings)
{
    pass_over(lane, INT64_MAX, findings);
}

static void add_file_finding(const struct lane *lane, enum finding_kind kind, size_t count,
                             const char *detail, struct findings *findings)
{
    struct finding finding = { .kind = kind, .date = DATE_NONE, .count = count };
    snprintf(finding.detail, sizeof finding.detail, "%s", detail);
    add_finding(lane, findings, &finding);
}

static void add_days_findings(const struct lane *lane, const struct series *days,
                              struct findings *findings)
{
    for (size_t i = 0; i < days->count; i++) {
        const struct bar *day = &days->bars[i];
        bool is_used = quality_is_price(day->close);
        struct finding finding = {
            .kind = quality_fault(day),
            .date = date_of_instant(day->open_time_us),
            .count = quality_fault(day) != FINDING_NONE,
        };
        snprintf(finding.detail, sizeof finding.detail, "daily bar, %s",
                 is_used ? "only its close counts" : "not used");
        add_finding(lane, findings, &finding);
    }
}

void lane_input_findings(const struct lane *lane, struct findings *findings)
{
    static const char in_days[] = "in the daily bars";
    const struct bar_file_report *report = lane->input.report;
    const struct bar_file_report *days = lane->input.days_report;
    if (report)
        add_file_finding(lane, FINDING_UNSORTED_BARS, report->unsorted, "", findings);
    if (days) {
        add_file_finding(lane, FINDING_UNSORTED_BARS, days->unsorted, in_days, findings);
        add_file_finding(lane, FINDING_DUPLICATE_BARS, days->duplicates, in_days, findings);
        add_file_finding(lane, FINDING_CONFLICTING_BARS, days->conflicts, in_days, findings);
    }
    if (lane->input.days)
        add_days_findings(lane, lane->input.days, findings);
}
