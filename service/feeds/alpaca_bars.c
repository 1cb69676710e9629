#include "service/feeds/alpaca_bars.h"

#include "service/base/clock.h"
#include "service/base/memory.h"
#include "service/feeds/alpaca_page.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct alpaca_bars {
    struct feed feed;
    struct alpaca_bars_options options;
};

/* A question on its way, and what has come of it so far. */
struct walk {
    struct load *load;
    const struct alpaca_question *question;
    struct alpaca_walk pages;
    const char **symbols; /* of the question's, those that have not been refused */
    size_t *places;       /* of each in the request */
    struct alpaca_rows *rows;
    size_t symbol_count;
    size_t page_bars; /* of the newest page */
    size_t bar_count;
    double done;          /* 0..1 */
    size_t session_count; /* of all its symbols */
};

struct load {
    const struct alpaca_bars_options *options;
    const struct bar_request *request;
    struct alpaca_question *questions;
    struct walk *walks; /* one for each question */
    size_t walk_count, begun, ended;
    struct symbol_bars *symbols; /* one for each of the request */
    struct feed_progress progress;
    int64_t begun_us;   /* monotonic */
    struct error error; /* the first that is not a symbol's own */
};

static bool is_failed(const struct load *load)
{
    return load->error.kind != ERROR_NONE;
}

static void tell_progress(struct load *load)
{
    if (load->request->progress == NULL)
        return;
    double done = 0, sessions = 0;
    for (size_t i = 0; i < load->walk_count; i++) {
        const struct walk *walk = &load->walks[i];
        done += walk->done;
        sessions += walk->done * (double)walk->session_count;
    }
    load->progress.done = done / (double)load->walk_count;
    load->progress.sessions = (size_t)sessions;
    load->progress.left_us = feed_left_us(load->progress.done, load->begun_us);
    load->request->progress(load->request->context, &load->progress);
}

/* Of all symbols of a question. */
static size_t count_sessions(const struct bar_request *request,
                             const struct alpaca_question *question)
{
    const struct calendar *calendar = symbol_calendar(request->symbols[0]);
    struct session session = { .date = calendar_date(calendar, question->begin_us) - 1 };
    size_t count = 0;
    while (calendar_session_from(calendar, session.date + 1, &session) &&
           session.open_us < question->end_us)
        count++;
    return count * question->symbol_count;
}

/* On any thread: touches the walk alone, of the load only what does not change. */
static bool read_page(void *context, const char *body, size_t size,
                      char token[static ALPACA_TOKEN_SIZE], struct error *error)
{
    struct walk *walk = context;
    const struct bar_request *request = walk->load->request;
    struct alpaca_wanted wanted = {
        .symbols = walk->symbols,
        .symbol_count = walk->symbol_count,
        .is_daily = request->is_daily,
        .calendar = symbol_calendar(request->symbols[0]),
        .begin_us = walk->question->begin_us,
        .end_us = walk->question->end_us,
    };
    walk->page_bars = 0;
    if (!alpaca_page_read(body, size, &wanted, walk->rows, token, &walk->page_bars, error))
        return false;
    walk->bar_count += walk->page_bars;
    return walk->bar_count <= walk->question->bars_max ||
           error_set(error, ERROR_PROVIDER, "%zu bars so far, more than there can be",
                     walk->bar_count);
}

/* The symbols come one after the other, and each from its oldest bar on. */
static double done_of(const struct walk *walk)
{
    const struct alpaca_question *question = walk->question;
    double done = 0;
    for (size_t i = 0; i < walk->symbol_count; i++) {
        const struct series *bars = &walk->rows[i].series;
        if (bars->count == 0)
            continue;
        int64_t told_us = bars->bars[bars->count - 1].open_time_us - question->begin_us;
        done = (double)i + (double)told_us / (double)(question->end_us - question->begin_us);
    }
    return done / (double)walk->symbol_count;
}

static bool note_page(void *context, struct error *error)
{
    struct walk *walk = context;
    struct load *load = walk->load;
    if (is_failed(load)) {
        *error = load->error; /* nobody wants the next page any more */
        return false;
    }
    double done = done_of(walk);
    if (done > walk->done)
        walk->done = done;
    load->progress.bars += walk->page_bars;
    load->progress.requests++;
    walk->page_bars = 0;
    tell_progress(load);
    return true;
}

static void walk_release(struct walk *walk)
{
    for (size_t i = 0; i < walk->symbol_count; i++)
        series_release(&walk->rows[i].series);
    free(walk->rows);
    free(walk->symbols);
    free(walk->places);
    alpaca_walk_release(&walk->pages);
    *walk = (struct walk) {
        .load = walk->load,
        .question = walk->question,
        .session_count = walk->session_count,
    };
}

static void choose_symbols(struct walk *walk)
{
    const struct alpaca_question *question = walk->question;
    walk->symbols = memory_new(question->symbol_count, sizeof *walk->symbols);
    walk->places = memory_new(question->symbol_count, sizeof *walk->places);
    walk->rows = memory_new(question->symbol_count, sizeof *walk->rows);
    for (size_t i = 0; i < question->symbol_count; i++) {
        size_t place = question->first_symbol + i;
        if (walk->load->symbols[place].error.kind != ERROR_NONE)
            continue;
        walk->symbols[walk->symbol_count] = walk->load->request->symbols[place];
        walk->places[walk->symbol_count++] = place;
    }
}

static void walk_ended(void *context, const struct error *error, const char *refused);

/* False: it has ended already, without a symbol left to ask for or with the load's error. */
static bool walk_begin(struct walk *walk)
{
    struct load *load = walk->load;
    walk_release(walk);
    choose_symbols(walk);
    if (walk->symbol_count == 0)
        return false;
    bool is_pair = symbol_is_pair(walk->symbols[0]);
    walk->pages = (struct alpaca_walk) {
        .account = load->options->account,
        .route = is_pair ? "/v1beta3/crypto/us/bars" : "/v2/stocks/bars",
        .is_keyless = is_pair,
        .deadline_us = load->request->deadline_us,
        .read = read_page,
        .reads_apart = true,
        .turned = note_page,
        .ended = walk_ended,
        .context = walk,
    };
    alpaca_plan_query(load->request, walk->question, walk->symbols, walk->symbol_count,
                      load->options->page_bars, &walk->pages.query);
    return alpaca_walk_start(&walk->pages, &load->error);
}

static void note_end(struct walk *walk)
{
    walk->done = 1;
    walk->load->ended++;
    tell_progress(walk->load);
}

static void begin_more(struct load *load)
{
    while (!is_failed(load) && load->begun < load->walk_count &&
           load->begun - load->ended < ALPACA_QUESTIONS_MAX) {
        struct walk *walk = &load->walks[load->begun++];
        if (!walk_begin(walk))
            note_end(walk);
    }
}

/* Notes it with the symbol that was refused. False: that is none of those asked for. */
static bool refuse(struct walk *walk, const char *refused)
{
    for (size_t i = 0; i < walk->symbol_count; i++) {
        if (strcmp(walk->symbols[i], refused) != 0)
            continue;
        error_set(&walk->load->symbols[walk->places[i]].error, ERROR_USAGE,
                  "Alpaca does not take this for a symbol (one such as QQQ, BRK.B or BTC/USD was "
                  "expected)");
        return true;
    }
    return false;
}

static void walk_ended(void *context, const struct error *error, const char *refused)
{
    struct walk *walk = context;
    struct load *load = walk->load;
    bool is_refused = error != NULL && !is_failed(load) && refuse(walk, refused);
    if (is_refused && walk_begin(walk))
        return;
    if (error != NULL && !is_refused && !is_failed(load))
        load->error = *error;
    note_end(walk);
    begin_more(load);
}

static void take_rows(struct symbol_bars *symbol, struct alpaca_rows *rows)
{
    symbol->dropped += rows->dropped;
    if (symbol->bars.count == 0) {
        series_release(&symbol->bars);
        symbol->bars = rows->series;
        rows->series = (struct series) { 0 };
        return;
    }
    series_append_all(&symbol->bars, &rows->series);
}

/* The walks stand in the order of time, so that only what Alpaca mixed up is found unsorted. */
static void merge(struct load *load)
{
    for (size_t i = 0; i < load->walk_count; i++) {
        struct walk *walk = &load->walks[i];
        for (size_t j = 0; j < walk->symbol_count; j++) {
            struct symbol_bars *symbol = &load->symbols[walk->places[j]];
            if (symbol->error.kind == ERROR_NONE)
                take_rows(symbol, &walk->rows[j]);
        }
        walk_release(walk);
    }
    for (size_t i = 0; i < load->request->symbol_count; i++) {
        struct symbol_bars *symbol = &load->symbols[i];
        symbol->report.rows = symbol->bars.count;
        bar_order(&symbol->bars, &symbol->report);
    }
}

static bool load_bars(struct feed *feed, const struct bar_request *request, struct bar_set *ret_set,
                      struct error *error)
{
    const struct alpaca_bars *bars = (const struct alpaca_bars *)feed;
    assert(request->symbol_count > 0);
    struct load load = { .options = &bars->options,
                         .request = request,
                         .begun_us = clock_monotonic_us() };
    load.symbols = memory_new(request->symbol_count, sizeof *load.symbols);
    if (!request->only_keeps)
        load.questions =
            alpaca_plan(request, bars->options.feed, bars->options.now_us(), &load.walk_count);
    load.walks = memory_new(load.walk_count, sizeof *load.walks);
    for (size_t i = 0; i < load.walk_count; i++)
        load.walks[i] = (struct walk) {
            .load = &load,
            .question = &load.questions[i],
            .session_count = count_sessions(request, &load.questions[i]),
        };
    begin_more(&load);
    http_client_run(bars->options.account->client);
    assert(is_failed(&load) || load.ended == load.walk_count);
    struct bar_set set = { .symbols = load.symbols, .count = request->symbol_count };
    merge(&load);
    free(load.walks);
    free(load.questions);
    if (is_failed(&load)) {
        *error = load.error;
        bar_set_release(&set);
        return false;
    }
    *ret_set = set;
    return true;
}

static void close_bars(struct feed *feed)
{
    free(feed);
}

static const struct feed_type alpaca_bars_type = {
    .name = "alpaca",
    .load = load_bars,
    .close = close_bars,
};

struct feed *alpaca_bars_open(const struct alpaca_bars_options *options)
{
    struct alpaca_bars *bars = memory_new(1, sizeof *bars);
    bars->feed.type = &alpaca_bars_type;
    bars->options = *options;
    if (bars->options.page_bars == 0)
        bars->options.page_bars = ALPACA_PAGE_BARS;
    if (bars->options.now_us == NULL)
        bars->options.now_us = clock_wall_us;
    return &bars->feed;
}
