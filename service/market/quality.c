#include "service/market/quality.h"

#include "service/base/decimal.h"

#include <assert.h>
#include <stdio.h>

static const struct finding_type types[FINDING_KIND_COUNT] = {
    [FINDING_NONE] = { "none", SEVERITY_NOTE, "", "" },
    [FINDING_NO_BARS] = { "no_bars", SEVERITY_WARNING, "the session has no bar", "skipped" },
    [FINDING_MISSING_BARS] = { "missing_bars", SEVERITY_WARNING,
                               "bars that the session should have are not there",
                               "no entry while fewer than 95 % are there" },
    [FINDING_GAPS] = { "gaps", SEVERITY_NOTE, "bars missing in a row, two or more", "told only" },
    [FINDING_BAD_PRICE] = { "bad_price", SEVERITY_FATAL, "a price is not a positive, finite number",
                            "not shown; no entry from it on" },
    [FINDING_BAD_RANGE] = { "bad_range", SEVERITY_FATAL,
                            "the high is below the low, or open or close lie outside",
                            "not shown; no entry from it on" },
    [FINDING_BAD_VOLUME] = { "bad_volume", SEVERITY_WARNING, "the volume is negative or not finite",
                             "counts as 0" },
    [FINDING_DUPLICATE_BARS] = { "duplicate_bars", SEVERITY_NOTE, "the same bar again", "dropped" },
    [FINDING_CONFLICTING_BARS] = { "conflicting_bars", SEVERITY_WARNING,
                                   "different bars for one time", "the last one counts" },
    [FINDING_UNSORTED_BARS] = { "unsorted_bars", SEVERITY_NOTE,
                                "rows that lie before the row above", "sorted by time" },
    [FINDING_OFF_GRID] = { "off_grid", SEVERITY_WARNING,
                           "bars that open between the cells of the grid",
                           "belong to the cell they open in" },
    [FINDING_OUTSIDE_SESSION] = { "outside_session", SEVERITY_NOTE, "bars outside trading hours",
                                  "not shown" },
    [FINDING_PRICE_JUMP] = { "price_jump", SEVERITY_WARNING,
                             "a close more than 5 % from the one before it in the session",
                             "told only" },
    [FINDING_SPLIT_LIKE] = { "split_like", SEVERITY_WARNING,
                             "the session opens at the last close divided as by a split",
                             "told only" },
    [FINDING_THIN_VOLUME] = { "thin_volume", SEVERITY_NOTE,
                              "more than 10 % of the bars below 1000 shares, or without a coin",
                              "told only" },
};

/* New shares for an old one, and how a split into so many and its reverse are called. */
static const struct {
    double ratio;
    const char *name, *reverse;
} splits[] = {
    { 1.5, "3:2", "2:3" }, { 2, "2:1", "1:2" }, { 3, "3:1", "1:3" },    { 4, "4:1", "1:4" },
    { 5, "5:1", "1:5" },   { 7, "7:1", "1:7" }, { 10, "10:1", "1:10" }, { 20, "20:1", "1:20" },
};

const struct finding_type *finding_type(enum finding_kind kind)
{
    assert(kind < FINDING_KIND_COUNT);
    return &types[kind];
}

const char *severity_name(enum severity severity)
{
    static const char *const names[] = { "note", "warning", "fatal" };
    assert(severity <= SEVERITY_FATAL);
    return names[severity];
}

bool quality_is_price(double price)
{
    return price > 0 && price <= PRICE_MAX;
}

enum finding_kind quality_fault(const struct bar *bar)
{
    if (quality_is_sound(bar))
        return FINDING_NONE;
    bool prices = quality_is_price(bar->open) && quality_is_price(bar->high) &&
                  quality_is_price(bar->low) && quality_is_price(bar->close);
    return prices ? FINDING_BAD_RANGE : FINDING_BAD_PRICE;
}

/* Whether a price moves by a ratio at once, but for the tolerance, and stays nearer to it than to
 * where it was. Every comparison is false for NaN. */
static bool moves_by(double ratio, double at_once, double stays)
{
    return fabs(at_once - ratio) <= SPLIT_TOLERANCE * ratio && stays * stays > ratio;
}

bool quality_split(double before, double open, double close,
                   char detail[static FINDING_DETAIL_SIZE])
{
    const char *name = NULL;
    for (size_t i = 0; i < sizeof splits / sizeof splits[0] && !name; i++) {
        if (moves_by(splits[i].ratio, before / open, before / close))
            name = splits[i].name;
        else if (moves_by(splits[i].ratio, open / before, close / before))
            name = splits[i].reverse;
    }
    if (!name)
        return false;
    char from[DECIMAL_TEXT_SIZE], to[DECIMAL_TEXT_SIZE];
    snprintf(detail, FINDING_DETAIL_SIZE, "%s, %s to %s", name, double_format(before, from),
             double_format(open, to));
    return true;
}

double quality_thin_volume(const struct session *session)
{
    return session->close_us - session->open_us == DAY_US ? THIN_COINS : THIN_SHARES;
}
