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

static bool judge_timeframe(struct lane *lane, const struct calendar *calendar,
                            int64_t timeframe_us, bool is_daily, struct error *error)
{
    lane->source_us = is_daily ? DAY_US : smallest_step_us(&lane->bars, calendar);
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

bool lane_open(struct lane *lane, const struct lane_input *input, const struct calendar *calendar,
               int64_t timeframe_us, bool needs_days, struct error *error)
{
    *lane = (struct lane) { .report = input->report, .is_daily = input->is_daily };
    lane->bars = series_slice(input->bars, 0, input->bars->count);
    if (input->is_daily)
        stamp_anew(lane, calendar);
    if (!judge_timeframe(lane, calendar, timeframe_us, input->is_daily, error))
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

bool lane_span(const struct lane *lane, const struct calendar *calendar, int32_t *ret_first,
               int32_t *ret_last)
{
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

bool lane_pass_over(struct lane *lane, const struct calendar *calendar, int64_t until_us,
                    struct finding *ret_finding)
{
    const struct series *bars = &lane->bars;
    if (lane->next == bars->count || bars->bars[lane->next].open_time_us >= until_us)
        return false;
    int32_t date = calendar_date(calendar, bars->bars[lane->next].open_time_us);
    *ret_finding = (struct finding) {
        .kind = FINDING_OUTSIDE_SESSION,
        .date = date,
        .detail = "no session on this date",
    };
    while (lane->next < bars->count && bars->bars[lane->next].open_time_us < until_us &&
           calendar_date(calendar, bars->bars[lane->next].open_time_us) == date) {
        lane->next++;
        ret_finding->count++;
    }
    return true;
}

static void describe(struct finding *finding, const struct session *session, int64_t time_us)
{
    char clock[CLOCK_TEXT_SIZE];
    snprintf(finding->detail, sizeof finding->detail, "first at %s",
             session_clock_format(session, time_us, clock));
}

size_t lane_repeats(struct lane *lane, const struct session *session,
                    struct finding findings[static 2])
{
    if (!lane->report)
        return 0;
    struct finding same = { .kind = FINDING_DUPLICATE_BARS, .date = session->date };
    struct finding different = { .kind = FINDING_CONFLICTING_BARS, .date = session->date };
    for (; lane->next_repeat < lane->report->repeat_count; lane->next_repeat++) {
        const struct bar_repeat *repeat = &lane->report->repeats[lane->next_repeat];
        /* Daily stamps are midnight UTC; the bar stands for the session from its open. */
        int64_t shift_us = lane->is_daily ? session->open_us - session->date * DAY_US : 0;
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
    size_t count = 0;
    if (same.count > 0)
        findings[count++] = same;
    if (different.count > 0)
        findings[count++] = different;
    return count;
}
