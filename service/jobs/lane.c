#include "service/jobs/lane.h"

#include "service/base/date.h"
#include "service/jobs/daily_findings.h"
#include "service/jobs/history.h"
#include "service/market/timeframe.h"

#include <math.h>
#include <stdio.h>

/* A step between bars that fewer than one in so many have is a stray; of how many different ones a
 * file may have until the smallest counts after all. */
enum { STEPS_PER_STRAY = 100, STRAY_LENGTHS_MAX = 8 };

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

/* A step between bars of one session. */
struct step {
    int64_t length_us; /* INT64_MAX: no session has two bars */
    size_t index;      /* of the bar behind the first one */
};

/* The smallest step above a length. */
static struct step smallest_step(const struct series *bars, const struct calendar *calendar,
                                 int64_t above_us)
{
    struct step smallest = { .length_us = INT64_MAX };
    struct session session = { .close_us = INT64_MIN };
    for (size_t i = 1; i < bars->count; i++) {
        int64_t time_us = bars->bars[i].open_time_us;
        int64_t previous_us = bars->bars[i - 1].open_time_us;
        int64_t length_us = time_us - previous_us;
        if (length_us >= smallest.length_us || length_us <= above_us)
            continue;
        if (time_us >= session.close_us || previous_us < session.open_us) {
            int32_t date = calendar_date(calendar, previous_us);
            if (!calendar_session(calendar, date, &session))
                session = (struct session) { .close_us = INT64_MIN };
        }
        if (previous_us >= session.open_us && time_us < session.close_us)
            smallest = (struct step) { length_us, i };
    }
    return smallest;
}

/* Whether more than one step in a hundred has the length. */
static bool is_common(const struct series *bars, int64_t length_us)
{
    size_t count = 0;
    for (size_t i = 1; i < bars->count && count * STEPS_PER_STRAY <= bars->count; i++)
        count += bars->bars[i].open_time_us - bars->bars[i - 1].open_time_us == length_us;
    return count * STEPS_PER_STRAY > bars->count;
}

/* A few stray stamps make small steps, but no timeframe: the smallest step that is common. */
static int64_t usual_step_us(const struct series *bars, const struct calendar *calendar,
                             int64_t smallest_us)
{
    int64_t length_us = smallest_us;
    for (int strays = 0; strays < STRAY_LENGTHS_MAX && length_us != INT64_MAX; strays++) {
        if (is_common(bars, length_us))
            return length_us;
        length_us = smallest_step(bars, calendar, length_us).length_us;
    }
    return smallest_us;
}

static bool refuse_timeframe(const struct lane *lane, const struct step *smallest,
                             struct error *error)
{
    const struct bar *bars = lane->bars.bars;
    char wanted[TIMEFRAME_TEXT_SIZE], own[TIMEFRAME_TEXT_SIZE];
    char from[TIMESTAMP_TEXT_SIZE], to[TIMESTAMP_TEXT_SIZE], place[FINDING_DETAIL_SIZE] = "";
    if (smallest->index > 0)
        snprintf(place, sizeof place, ", their smallest step, first from %s to %s",
                 timestamp_format(bars[smallest->index - 1].open_time_us, from),
                 timestamp_format(bars[smallest->index].open_time_us, to));
    return error_set(error, ERROR_DATA,
                     "bars of %s cannot make bars of %s: the timeframe must be a multiple of the "
                     "bars' own%s",
                     timeframe_format(smallest->length_us, own),
                     timeframe_format(lane->timeframe_us, wanted), place);
}

/* The timeframe must be a multiple of the smallest step. Stamps are judged by the usual one, so
 * that a stray among them is off the grid. */
static bool judge_timeframe(struct lane *lane, struct error *error)
{
    struct step smallest = { .length_us = DAY_US };
    lane->source_us = DAY_US;
    if (!lane->input.is_daily) {
        smallest = smallest_step(&lane->bars, lane->calendar, 0);
        lane->source_us = usual_step_us(&lane->bars, lane->calendar, smallest.length_us);
    }
    if (smallest.length_us == INT64_MAX)
        lane->source_us = lane->timeframe_us;
    else if (lane->timeframe_us == 0)
        lane->timeframe_us = lane->source_us;
    else if (lane->timeframe_us % smallest.length_us != 0)
        return refuse_timeframe(lane, &smallest, error);
    return true;
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

static const char no_session[] = "no session on this date";

static void add_finding(const struct lane *lane, struct findings *findings, struct finding *finding)
{
    finding->symbol = lane->symbol;
    if (finding->count > 0)
        findings_add(findings, finding);
}

/* A session's date, or one without a session, and the stamps in the file that belong to it. */
struct stretch {
    int32_t date;
    int64_t from_us, until_us;
    const struct session *session; /* NULL: none */
};

static void count_at(const struct lane *lane, const struct stretch *of, int64_t time_us,
                     size_t count, struct finding *finding)
{
    char clock[CLOCK_TEXT_SIZE];
    char *detail = finding->detail;
    if (count > 0 && finding->count == 0) {
        finding->date = of->date;
        if (!of->session)
            snprintf(detail, sizeof finding->detail, "%s", no_session);
        else if (!lane->input.is_daily)
            snprintf(detail, sizeof finding->detail, "first at %s",
                     session_clock_format(of->session, time_us, clock));
    }
    finding->count += count;
}

/* What reading the file found for the stretch; earlier ones are passed over. */
static void add_disorder(struct lane *lane, const struct stretch *of, struct findings *findings)
{
    const struct bar_file_report *report = lane->input.report;
    struct finding same = { .kind = FINDING_DUPLICATE_BARS };
    struct finding different = { .kind = FINDING_CONFLICTING_BARS };
    struct finding unsorted = { .kind = FINDING_UNSORTED_BARS };
    for (; report && lane->next_repeat < report->repeat_count; lane->next_repeat++) {
        const struct bar_repeat *repeat = &report->repeats[lane->next_repeat];
        if (repeat->time_us >= of->until_us)
            break;
        if (repeat->time_us < of->from_us)
            continue;
        count_at(lane, of, repeat->time_us, repeat->identical, &same);
        count_at(lane, of, repeat->time_us, repeat->different, &different);
    }
    for (; report && lane->next_unsorted < report->unsorted; lane->next_unsorted++) {
        int64_t time_us = report->unsorted_us[lane->next_unsorted];
        if (time_us >= of->until_us)
            break;
        count_at(lane, of, time_us, time_us >= of->from_us, &unsorted);
    }
    add_finding(lane, findings, &same);
    add_finding(lane, findings, &different);
    add_finding(lane, findings, &unsorted);
}

/* Daily bars are stamped with midnight UTC in their file. */
static struct stretch stretch_of(const struct lane *lane, int32_t date, int64_t from_us,
                                 int64_t until_us, const struct session *session)
{
    if (lane->input.is_daily)
        return (struct stretch) { date, date * DAY_US, (date + 1) * DAY_US, session };
    return (struct stretch) { date, from_us, until_us, session };
}

/* What lies before the instant belongs to no session. */
static void pass_over(struct lane *lane, int64_t until_us, struct findings *findings)
{
    const struct bar *bars = lane->bars.bars;
    size_t count = lane->bars.count;
    while (lane->next < count && bars[lane->next].open_time_us < until_us) {
        int64_t from_us = bars[lane->next].open_time_us;
        struct finding finding = {
            .kind = FINDING_OUTSIDE_SESSION,
            .date = calendar_date(lane->calendar, from_us),
        };
        snprintf(finding.detail, sizeof finding.detail, "%s", no_session);
        while (lane->next < count && bars[lane->next].open_time_us < until_us &&
               calendar_date(lane->calendar, bars[lane->next].open_time_us) == finding.date) {
            lane->next++;
            finding.count++;
        }
        add_finding(lane, findings, &finding);
        struct stretch passed =
            stretch_of(lane, finding.date, from_us, bars[lane->next - 1].open_time_us + 1, NULL);
        add_disorder(lane, &passed, findings);
    }
}

/* The last sound close of an earlier session not too long ago, or NaN. */
static double previous_close(const struct lane *lane, const struct session *session)
{
    struct session earlier = *session;
    size_t end = lane->next;
    while (end > 0 && calendar_session_until(lane->calendar, earlier.date - 1, &earlier)) {
        if (session->date - earlier.date > SPLIT_DAYS_MAX)
            break;
        for (; end > 0; end--) {
            const struct bar *bar = &lane->bars.bars[end - 1];
            if (bar->open_time_us < earlier.open_us)
                break;
            if (bar->open_time_us < earlier.close_us && quality_is_sound(bar))
                return bar->close;
        }
    }
    return NAN;
}

void lane_seek(struct lane *lane, const struct session *session)
{
    lane->next = series_find(&lane->bars, session->midnight_us);
}

void lane_begin(struct lane *lane, const struct session *session, struct findings *findings)
{
    pass_over(lane, session->midnight_us, findings);
    intake_begin(&lane->intake, session, lane->timeframe_us, lane->source_us);
    lane->intake.previous_close = previous_close(lane, session);
}

void lane_end(struct lane *lane, struct findings *findings)
{
    struct finding found[FINDING_KIND_COUNT];
    size_t count = intake_findings(&lane->intake, lane->symbol, found);
    for (size_t i = 0; i < count; i++)
        findings_add(findings, &found[i]);
    const struct session *session = &lane->intake.session;
    int64_t from_us = session->midnight_us;
    struct stretch of = stretch_of(lane, session->date, from_us, from_us + DAY_US, session);
    add_disorder(lane, &of, findings);
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

void lane_input_findings(const struct lane *lane, struct findings *findings)
{
    static const char in_days[] = "in the daily bars";
    const struct bar_file_report *days = lane->input.days_report;
    if (days) {
        add_file_finding(lane, FINDING_UNSORTED_BARS, days->unsorted, in_days, findings);
        add_file_finding(lane, FINDING_DUPLICATE_BARS, days->duplicates, in_days, findings);
        add_file_finding(lane, FINDING_CONFLICTING_BARS, days->conflicts, in_days, findings);
    }
    if (lane->input.days)
        daily_findings(lane->input.days, lane->calendar, lane->symbol, findings);
}
