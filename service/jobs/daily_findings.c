#include "service/jobs/daily_findings.h"

#include "service/base/date.h"
#include "service/market/quality.h"

#include <stdio.h>

static void add_fault(const struct bar *day, struct finding *finding, struct findings *findings)
{
    finding->kind = quality_fault(day);
    finding->count = 1;
    if (finding->kind == FINDING_NONE)
        return;
    snprintf(finding->detail, sizeof finding->detail, "daily bar, %s",
             quality_is_price(day->close) ? "only its close counts" : "not used");
    findings_add(findings, finding);
}

static void add_hole(const struct calendar *calendar, int32_t before, struct finding *finding,
                     struct findings *findings)
{
    int32_t date = finding->date;
    struct session session;
    size_t missing = 0;
    int32_t first = date;
    for (int32_t next = before + 1; calendar_session_from(calendar, next, &session); next++) {
        if (session.date >= date)
            break;
        first = missing++ == 0 ? session.date : first;
        next = session.date;
    }
    if (missing == 0)
        return;
    char text[DATE_TEXT_SIZE];
    finding->kind = FINDING_MISSING_BARS;
    finding->date = first;
    finding->count = missing;
    snprintf(finding->detail, sizeof finding->detail, "daily bars, the next on %s",
             date_format(date, text));
    findings_add(findings, finding);
    finding->date = date;
}

static void add_split(const struct bar *before, const struct bar *day, struct finding *finding,
                      struct findings *findings)
{
    char split[FINDING_DETAIL_SIZE];
    if (day->open_time_us - before->open_time_us > SPLIT_DAYS_MAX * DAY_US ||
        !quality_split(before->close, day->open, day->close, split))
        return;
    finding->kind = FINDING_SPLIT_LIKE;
    finding->count = 1;
    snprintf(finding->detail, sizeof finding->detail, "daily bar, %.*s",
             (int)sizeof finding->detail - 16, split);
    findings_add(findings, finding);
}

void daily_findings(const struct series *days, const struct calendar *calendar, size_t symbol,
                    struct findings *findings)
{
    const struct bar *before = NULL;
    for (size_t i = 0; i < days->count; i++) {
        const struct bar *day = &days->bars[i];
        struct finding finding = { .symbol = symbol, .date = date_of_instant(day->open_time_us) };
        if (i > 0)
            add_hole(calendar, date_of_instant(days->bars[i - 1].open_time_us), &finding, findings);
        add_fault(day, &finding, findings);
        if (!quality_is_price(day->close))
            continue;
        if (before)
            add_split(before, day, &finding, findings);
        before = day;
    }
}
