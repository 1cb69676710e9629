#include "service/feeds/cached_plan.h"

#include "service/base/memory.h"

#include <stdlib.h>

enum {
    PAGE_BARS = 10000,
    PART_BARS = 1250000,

    /* Of a symbol: 23 days from 04:00 to 20:00, 31 whole ones, or just days. */
    EQUITY_MONTH_BARS = 23 * 16 * 60,
    PAIR_MONTH_BARS = 31 * 24 * 60,
    DAYS_A_MONTH = 31,
};

static size_t divide_up(size_t number, size_t by)
{
    return (number + by - 1) / by;
}

struct cached_part cached_plan_part(const struct bar_days *days, size_t symbol_count)
{
    bool is_round_the_clock = days->calendar == calendar_find("24x7");
    size_t month_bars = days->is_daily       ? DAYS_A_MONTH
                        : is_round_the_clock ? PAIR_MONTH_BARS
                                             : EQUITY_MONTH_BARS;
    size_t symbols_max = PART_BARS / month_bars;
    size_t symbols = divide_up(symbol_count, divide_up(symbol_count, symbols_max));
    return (struct cached_part) { symbols, symbols_max / symbols };
}

uint32_t cached_plan_sessions(const struct kept_month *month, int32_t first_date, int32_t last_date)
{
    int32_t begin = month->first_date, end = begin + month->day_count;
    uint32_t sessions = 0;
    struct session session;
    for (int32_t date = first_date > begin ? first_date : begin; date < end && date <= last_date;
         date++)
        if (calendar_session(month->days.calendar, date, &session))
            sessions |= UINT32_C(1) << (date - begin);
    return sessions;
}

/* How many bars a date's session has, as a rule. */
static int64_t bars_on(const struct bar_days *days, int32_t date)
{
    struct session session;
    if (!calendar_session(days->calendar, date, &session))
        return 0;
    return days->is_daily ? 1 : (session.close_us - session.open_us) / MINUTE_US;
}

static void add_gap(struct cached_plan *plan, int32_t date, size_t symbol)
{
    plan->gaps = memory_grow(plan->gaps, plan->count, &plan->capacity, sizeof *plan->gaps);
    plan->gaps[plan->count++] = (struct cached_gap) { date, date, symbol };
}

void cached_plan_add(struct cached_plan *plan, size_t symbol, const struct kept_month *months,
                     const uint32_t *missing, size_t month_count)
{
    int64_t bars_between = PAGE_BARS;
    for (size_t i = 0; i < month_count; i++) {
        const struct kept_month *month = &months[i];
        for (int day = 0; day < month->day_count; day++) {
            int32_t date = month->first_date + day;
            if (!(missing[i] >> day & 1)) {
                bars_between += bars_on(&month->days, date);
                continue;
            }
            if (bars_between < PAGE_BARS)
                plan->gaps[plan->count - 1].last_date = date;
            else
                add_gap(plan, date, symbol);
            bars_between = 0;
        }
    }
}

static int gap_compare(const void *left, const void *right)
{
    const struct cached_gap *a = left;
    const struct cached_gap *b = right;
    if (a->first_date != b->first_date)
        return a->first_date < b->first_date ? -1 : 1;
    if (a->last_date != b->last_date)
        return a->last_date < b->last_date ? -1 : 1;
    return a->symbol < b->symbol ? -1 : a->symbol > b->symbol;
}

void cached_plan_sort(struct cached_plan *plan)
{
    if (plan->count > 0)
        qsort(plan->gaps, plan->count, sizeof *plan->gaps, gap_compare);
}

size_t cached_plan_end(const struct cached_plan *plan, size_t begin)
{
    const struct cached_gap *first = &plan->gaps[begin];
    size_t end = begin;
    while (end < plan->count && plan->gaps[end].first_date == first->first_date &&
           plan->gaps[end].last_date == first->last_date)
        end++;
    return end;
}

void cached_plan_release(struct cached_plan *plan)
{
    free(plan->gaps);
    *plan = (struct cached_plan) { 0 };
}
