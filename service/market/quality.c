#include "service/market/quality.h"

#include <assert.h>

static const struct finding_type types[FINDING_KIND_COUNT] = {
    [FINDING_NONE] = { "none", "", false },
    [FINDING_NO_BARS] = { "no_bars", "the session has no bar: it is skipped", false },
    [FINDING_MISSING_BARS] = { "missing_bars", "bars that the session should have are not there",
                               false },
    [FINDING_BAD_PRICE] = { "bad_price", "a price is not a positive, finite number", true },
    [FINDING_BAD_RANGE] = { "bad_range", "the high is below the low, or open or close lie outside",
                            true },
    [FINDING_DUPLICATE_BARS] = { "duplicate_bars", "the same bar again: dropped", false },
    [FINDING_CONFLICTING_BARS] = { "conflicting_bars",
                                   "different bars for one time: the last one counts", false },
    [FINDING_UNSORTED_BARS] = { "unsorted_bars", "rows out of order: sorted by time", false },
    [FINDING_OFF_GRID] = { "off_grid", "bars that open between the cells of the grid", false },
    [FINDING_OUTSIDE_SESSION] = { "outside_session", "bars outside trading hours: not shown",
                                  false },
};

const struct finding_type *finding_type(enum finding_kind kind)
{
    assert(kind < FINDING_KIND_COUNT);
    return &types[kind];
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
