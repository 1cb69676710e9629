#include "service/feeds/alpaca_plan.h"

#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/feeds/alpaca_walk.h"
#include "service/market/newyork.h"

#include <assert.h>
#include <stdio.h>

/* The free plan withholds the SIP's last 15 minutes; one more for clocks that differ. */
#define SIP_DELAY_US (16 * MINUTE_US)

/* 2016-01-01 and 2021-01-01: before that Alpaca promises nothing, so that all of it is one
 * question; one of its own, as a reply to an absurd start has been seen to be cut short. */
#define STOCKS_BEGIN_US (INT64_C(16801) * DAY_US)
#define PAIRS_BEGIN_US (INT64_C(18628) * DAY_US)

enum {
    PAGES_MAX = 100, /* of a question */

    /* From 04:00 to 20:00 a liquid stock has a bar almost every minute. */
    STOCK_MINUTES_A_WEEK = 5 * 16 * 60,
    MINUTES_A_WEEK = 7 * 24 * 60,
    REPEATS_MAX = 4, /* so often may a bar come before its question cannot be right */
};

struct plan {
    struct alpaca_question *questions;
    size_t count, capacity;
    size_t group_count; /* of symbols */
    int64_t width_us;   /* of a question */
};

static bool is_pair(const struct bar_request *request)
{
    return symbol_is_pair(request->symbols[0]);
}

static int64_t slot_us(const struct bar_request *request)
{
    return request->is_daily ? DAY_US : MINUTE_US;
}

static int64_t bars_a_week(const struct bar_request *request)
{
    if (request->is_daily)
        return is_pair(request) ? 7 : 5;
    return is_pair(request) ? MINUTES_A_WEEK : STOCK_MINUTES_A_WEEK;
}

static int64_t earlier(int64_t a_us, int64_t b_us)
{
    return a_us < b_us ? a_us : b_us;
}

static int64_t later(int64_t a_us, int64_t b_us)
{
    return a_us > b_us ? a_us : b_us;
}

/* The first slot that begins at or after a time, which is not before 1970. */
static int64_t slot_from(const struct bar_request *request, int64_t time_us)
{
    return (time_us + slot_us(request) - 1) / slot_us(request) * slot_us(request);
}

static int64_t history_us(const struct bar_request *request)
{
    return is_pair(request) ? PAIRS_BEGIN_US : STOCKS_BEGIN_US;
}

static int64_t divide_up(int64_t number, int64_t by)
{
    return (number + by - 1) / by;
}

/* Into how many questions, by the most bars that there can be, and how they are cut: by symbols as
 * far as these go. Whole days leave sessions whole. */
static void choose_shape(struct plan *plan, const struct bar_request *request, int64_t begin_us,
                         int64_t end_us)
{
    int64_t symbols = (int64_t)request->symbol_count;
    int64_t span_us = later(end_us - later(begin_us, history_us(request)), 0);
    int64_t days = divide_up(span_us, DAY_US);
    int64_t pages = divide_up(days * symbols * bars_a_week(request), INT64_C(7) * ALPACA_PAGE_BARS);
    int64_t questions = earlier(later(pages, 1), ALPACA_QUESTIONS_MAX);
    int64_t groups = later(earlier(symbols, questions), divide_up(symbols, ALPACA_SYMBOLS_MAX));
    assert(groups > 0);
    int64_t windows = later(questions / groups, divide_up(pages, groups * PAGES_MAX));
    plan->group_count = (size_t)groups;
    plan->width_us = later(divide_up(days, later(windows, 1)), 1) * DAY_US;
}

/* All windows of a question. */
static void append_windows(struct plan *plan, const struct bar_request *request,
                           struct alpaca_question question)
{
    int64_t end_us = question.end_us;
    while (question.begin_us < end_us) {
        bool is_history = question.begin_us >= history_us(request);
        question.end_us =
            earlier(end_us, is_history ? question.begin_us + plan->width_us : history_us(request));
        int64_t slots = (question.end_us - question.begin_us) / slot_us(request);
        question.bars_max = (size_t)slots * question.symbol_count * REPEATS_MAX;
        plan->questions =
            memory_grow(plan->questions, plan->count, &plan->capacity, sizeof *plan->questions);
        plan->questions[plan->count++] = question;
        question.begin_us = question.end_us;
    }
}

/* Behind the last bar that is over. */
static int64_t finished_us(const struct bar_request *request, int64_t now_us)
{
    if (!request->is_daily)
        return now_us - now_us % MINUTE_US;
    const struct calendar *calendar = symbol_calendar(request->symbols[0]);
    struct session session;
    int32_t date = calendar_date(calendar, now_us);
    bool runs = calendar_session(calendar, date, &session) && session.close_us > now_us;
    return (date + (runs ? 0 : 1)) * DAY_US;
}

/* From when to when, and where the feed changes: a day's bar has the volume of all exchanges or is
 * none, so that of days auto has those of the SIP. */
struct span {
    int64_t begin_us, sip_end_us, end_us;
};

static struct span find_span(const struct bar_request *request, enum alpaca_feed feed,
                             int64_t now_us)
{
    int64_t all_us = later(earlier(request->end_us, finished_us(request, now_us)), 0);
    int64_t sip_us =
        later(earlier(request->end_us, finished_us(request, now_us - SIP_DELAY_US)), 0);
    bool is_split = feed == ALPACA_FEED_AUTO && !is_pair(request);
    struct span span = { .begin_us = slot_from(request, later(request->begin_us, 0)) };
    span.sip_end_us = slot_from(request, is_split ? sip_us : all_us);
    span.end_us = request->is_daily ? span.sip_end_us : slot_from(request, all_us);
    return span;
}

static void append_group(struct plan *plan, const struct bar_request *request,
                         enum alpaca_feed feed, const struct span *span,
                         struct alpaca_question group)
{
    struct alpaca_question older = group, newer = group;
    older.begin_us = span->begin_us;
    older.end_us = span->sip_end_us;
    newer.begin_us = later(span->begin_us, span->sip_end_us);
    newer.end_us = span->end_us;
    if (!is_pair(request)) {
        older.feed = feed == ALPACA_FEED_IEX ? "iex" : "sip";
        newer.feed = "iex";
    }
    append_windows(plan, request, older);
    append_windows(plan, request, newer);
}

struct alpaca_question *alpaca_plan(const struct bar_request *request, enum alpaca_feed feed,
                                    int64_t now_us, size_t *ret_count)
{
    struct plan plan = { 0 };
    struct span span = find_span(request, feed, now_us);
    choose_shape(&plan, request, span.begin_us, span.end_us);
    for (size_t i = 0; i < plan.group_count; i++) {
        size_t first = i * request->symbol_count / plan.group_count;
        size_t end = (i + 1) * request->symbol_count / plan.group_count;
        struct alpaca_question group = { .first_symbol = first, .symbol_count = end - first };
        append_group(&plan, request, feed, &span, group);
    }
    *ret_count = plan.count;
    return plan.questions;
}

/* When Alpaca stamps what the feed stamps so: a day's bar begins at its market's midnight. */
static int64_t stamp_of(const struct bar_request *request, int64_t time_us)
{
    return request->is_daily && !is_pair(request) ? newyork_to_utc_us(time_us) : time_us;
}

/* At Alpaca the end is included: it is the last bar that may be there. */
static void add_range(const struct bar_request *request, const struct alpaca_question *question,
                      struct text *query)
{
    char text[TIMESTAMP_TEXT_SIZE];
    int64_t last_us = question->end_us - slot_us(request);
    alpaca_query_add(query, "start", timestamp_format(stamp_of(request, question->begin_us), text));
    alpaca_query_add(query, "end", timestamp_format(stamp_of(request, last_us), text));
}

void alpaca_plan_query(const struct bar_request *request, const struct alpaca_question *question,
                       const char *const *symbols, size_t symbol_count, int page_bars,
                       struct text *query)
{
    char limit[16];
    snprintf(limit, sizeof limit, "%d", page_bars);
    alpaca_query_add_list(query, "symbols", symbols, symbol_count);
    alpaca_query_add(query, "timeframe", request->is_daily ? "1Day" : "1Min");
    add_range(request, question, query);
    alpaca_query_add(query, "limit", limit);
    alpaca_query_add(query, "sort", "asc");
    if (is_pair(request))
        return;
    alpaca_query_add(query, "adjustment", adjustment_names[request->adjustment]);
    alpaca_query_add(query, "feed", question->feed);
}
