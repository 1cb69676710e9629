#include "service/jobs/day_run.h"

#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "service/jobs/backtest.h"
#include "service/market/calendar.h"
#include "writers/record.h"
#include "writers/tables.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* So often others may get in between before a run gives up. */
enum { TURNS_MAX = 8 };

/* What is left to be done for a playbook. */
enum step { STEP_NONE, STEP_COMPUTE, STEP_PUBLISH };

struct work {
    const struct day_run_options *options;
    struct day_run *run;
    const struct calendar *calendar;
    struct session session;
    char key[STORE_KEY_MAX + 1];
    struct version version; /* of what the store had when it was last looked at */
    enum step step;
    struct day_result replaced; /* what is there and is to be replaced, if it can be read */
};

static bool give_up(const struct work *work, struct error *error)
{
    error_set(error, ERROR_CONFLICT, "%s: somebody else keeps changing it", work->key);
    error->outcome = OUTCOME_RETRY;
    return false;
}

/* "16:16 New York time (20:16Z)", or "2024-06-29 00:01Z" where it is another date's. From the next
 * full minute on. */
static void append_due(const struct work *work, struct text *text)
{
    int64_t due_us = (work->run->due_us + MINUTE_US - 1) / MINUTE_US * MINUTE_US;
    int64_t local_us = due_us + work->calendar->offset_us(due_us);
    char date[DATE_TEXT_SIZE], local[CLOCK_TEXT_SIZE], utc[CLOCK_TEXT_SIZE];
    clock_time_format((int)(local_us % DAY_US / MINUTE_US), local);
    clock_time_format((int)(due_us % DAY_US / MINUTE_US), utc);
    if (date_of_instant(local_us) != work->session.date)
        text_format(text, "%s ", date_format(date_of_instant(local_us), date));
    if (local_us != due_us)
        text_format(text, "%s New York time (%sZ)", local, utc);
    else
        text_format(text, "%sZ", utc);
}

static bool refuse_early(struct work *work, struct error *error)
{
    char date[DATE_TEXT_SIZE];
    struct text due = { 0 };
    append_due(work, &due);
    error_set(error, ERROR_DATA, "%s is not over: it can be run from %s",
              date_format(work->session.date, date), text_string(&due));
    text_release(&due);
    work->run->status = DAY_TOO_EARLY;
    return false;
}

static bool refuse_uncovered(const struct work *work, struct error *error)
{
    const struct calendar *calendar = work->calendar;
    char date[DATE_TEXT_SIZE], first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
    return error_set(error, ERROR_USAGE, "calendar %s knows the sessions from %s to %s, not of %s",
                     calendar->name, date_format(calendar->first_date, first),
                     date_format(calendar->last_date, last),
                     date_format(work->options->date, date));
}

static bool keeps_nothing(const struct day_run_options *options)
{
    return options->provisional || options->dry_run;
}

static bool read_result(const struct work *work, const struct text *value,
                        struct day_result *ret_result, struct error *error)
{
    struct day_result result = { 0 };
    if (!day_result_read(text_string(value), value->size, &result, error))
        return error_context(error, "%s", work->key);
    if (strcmp(result.playbook, work->run->playbook->name) == 0 &&
        result.date == work->options->date) {
        *ret_result = result;
        return true;
    }
    char date[DATE_TEXT_SIZE];
    error_set(error, ERROR_DATA, "%s: is the result of %s on %s", work->key, result.playbook,
              date_format(result.date, date));
    day_result_release(&result);
    return false;
}

static bool is_other(const struct playbook *playbook, const struct day_result *result)
{
    struct text identity = { 0 };
    playbook_identity(playbook, &identity);
    bool is_same = strcmp(text_string(&identity), text_string(&result->identity)) == 0;
    text_release(&identity);
    return !is_same;
}

/* Takes what the store has for the run's result; leaves it alone when there is nothing. */
static bool adopt(struct work *work, bool *ret_found, struct error *error)
{
    struct day_run *run = work->run;
    struct text value = { 0 };
    struct day_result result;
    if (!store_get(work->options->store, work->key, &value, &work->version, error))
        return false;
    bool found = work->version.number != 0;
    bool read = !found || read_result(work, &value, &result, error);
    text_release(&value);
    if (!read)
        return false;
    if (found) {
        day_result_release(&run->result);
        run->result = result;
        run->was_computed = true;
        run->is_other = is_other(run->playbook, &result);
    }
    *ret_found = found;
    return true;
}

static bool is_document(const struct text *value, const struct text *document)
{
    return value->size == document->size &&
           memcmp(text_string(value), text_string(document), value->size) == 0;
}

/* Puts the result in place of what was there when the store was last looked at. Lost: somebody else
 * has put another one, which the store was looked at for. What may have been put, and what somebody
 * else has put alike, is made sure of by putting it again. */
static bool keep(struct work *work, bool *ret_lost, struct error *error)
{
    struct store *store = work->options->store;
    const struct text *document = &work->run->result.document;
    struct error failure = { 0 };
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        struct version before = work->version;
        struct text value = { 0 };
        *ret_lost = false;
        if (store_put(store, work->key, document->bytes, document->size, before, &work->version,
                      &failure))
            return true;
        if (failure.kind != ERROR_CONFLICT && failure.outcome != OUTCOME_UNKNOWN)
            break;
        if (!store_get(store, work->key, &value, &work->version, error))
            return false;
        *ret_lost = work->version.number != before.number && !is_document(&value, document);
        text_release(&value);
        if (*ret_lost)
            return true;
    }
    *error = failure;
    return false;
}

/* Keeps what was computed, unless somebody else was faster: then his is gone on with. Who was told
 * to replace what is there does. */
static bool keep_computed(struct work *work, struct error *error)
{
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        bool lost, found = false;
        if (!keep(work, &lost, error))
            return false;
        if (!lost)
            return true;
        if (work->options->force)
            continue;
        if (!adopt(work, &found, error))
            return false;
        if (found)
            return true;
    }
    return give_up(work, error);
}

static bool has_symbol(const struct playbook *playbook, const char *symbol)
{
    for (size_t i = 0; i < playbook->symbol_count; i++)
        if (strcmp(playbook->symbols[i], symbol) == 0)
            return true;
    return false;
}

/* Gives the writers what there is of some symbols on the date. */
static bool publish(const struct work *work, char *const *symbols, size_t symbol_count,
                    const struct record_list *trades, const struct record_list *journal,
                    struct publish_outputs *outputs, struct error *error)
{
    const char *playbook = work->run->playbook->name;
    int32_t session = work->options->date;
    char date[DATE_TEXT_SIZE];
    struct text run_id = { 0 };
    text_format(&run_id, "%s/%s", playbook, date_format(session, date));
    bool written = publish_records(
        &(struct publish_records) {
            .run_id = text_string(&run_id),
            .coverage = {
                .playbook = playbook,
                .symbols = (const char *const *)symbols,
                .symbol_count = symbol_count,
                .first_session = session,
                .last_session = session,
            },
            .trades = trades,
            .journal = journal,
        },
        &work->options->publish, outputs, error);
    text_release(&run_id);
    return written;
}

/* The playbook may have had other symbols when the result that is replaced was computed. Their
 * records go before the result does that tells of them. */
static bool withdraw(const struct work *work, struct error *error)
{
    const struct day_result *replaced = &work->replaced;
    const struct record_list trades = { .table = &trades_table };
    const struct record_list journal = { .table = &journal_table };
    char **symbols = memory_new(replaced->symbol_count, sizeof *symbols);
    size_t count = 0;
    for (size_t i = 0; i < replaced->symbol_count; i++)
        if (!has_symbol(work->run->playbook, replaced->symbols[i]))
            symbols[count++] = replaced->symbols[i];
    struct publish_outputs outputs = { 0 };
    bool gone = count == 0 || publish(work, symbols, count, &trades, &journal, &outputs, error);
    publish_outputs_release(&outputs);
    free(symbols);
    return gone;
}

/* Whoever loses the last put may have written old records over those of the new result: it
 * publishes that one, too, and putting it again tells that nobody came in between. */
static bool publish_and_finish(struct work *work, struct error *error)
{
    struct day_result *result = &work->run->result;
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        struct publish_outputs outputs = { 0 };
        bool lost, found;
        if (!publish(work, result->symbols, result->symbol_count, &result->trades, &result->journal,
                     &outputs, error)) {
            publish_outputs_release(&outputs);
            return false;
        }
        day_result_finish(result, &outputs);
        if (!keep(work, &lost, error))
            return false;
        if (!lost)
            return true;
        if (!adopt(work, &found, error))
            return false;
    }
    return give_up(work, error);
}

static bool compute(struct work *work, const struct day_bars *bars, struct error *error)
{
    const struct playbook *playbook = work->run->playbook;
    struct lane_input *inputs = memory_new(playbook->symbol_count, sizeof *inputs);
    const struct backtest_options options = {
        .playbook = playbook,
        .calendar = work->calendar,
        .start = work->session.date,
        .end = work->session.date,
        .capital = BACKTEST_CAPITAL,
        .inputs = inputs,
        .threads = parallel_threads(),
    };
    struct backtest backtest = { 0 };
    bool done =
        day_bars_inputs(bars, playbook, inputs, error) && backtest_run(&options, &backtest, error);
    if (done)
        day_result_make(&backtest, &work->run->result);
    backtest_release(&backtest);
    free(inputs);
    return done;
}

/* What is to be replaced need not be readable. */
static bool look_up_replaced(struct work *work, struct error *error)
{
    struct text value = { 0 };
    struct error ignored = { 0 };
    if (!store_get(work->options->store, work->key, &value, &work->version, error))
        return false;
    if (work->version.number != 0)
        read_result(work, &value, &work->replaced, &ignored);
    text_release(&value);
    return true;
}

/* What the store has decides what is left to be done. */
static bool look_up(struct work *work, struct error *error)
{
    struct day_run *run = work->run;
    bool found = false;
    day_result_key(run->playbook->name, work->options->date, work->key);
    if (work->options->force)
        return look_up_replaced(work, error);
    if (!adopt(work, &found, error))
        return false;
    if (found && run->result.is_done)
        run->status = DAY_DUPLICATE;
    if (found)
        work->step = run->result.is_done ? STEP_NONE : STEP_PUBLISH;
    return true;
}

static bool begin(struct work *work, struct error *error)
{
    const struct day_run_options *options = work->options;
    const struct playbook *playbook = work->run->playbook;
    if (!playbook->strategy->intraday)
        return error_set(error, ERROR_USAGE,
                         "%s holds over nights: a scheduled run takes intraday strategies only",
                         playbook->strategy->name);
    work->calendar = playbook_calendar(playbook, error);
    if (!work->calendar)
        return false;
    if (options->date < work->calendar->first_date || options->date > work->calendar->last_date)
        return refuse_uncovered(work, error);
    work->run->status = DAY_NO_SESSION;
    if (!calendar_session(work->calendar, options->date, &work->session))
        return true;
    work->run->due_us = work->session.close_us + options->delay_us(work->calendar);
    if (options->now_us < work->run->due_us && !options->provisional)
        return refuse_early(work, error);
    work->step = STEP_COMPUTE;
    return keeps_nothing(options) || look_up(work, error);
}

static bool publish_step(struct work *work, struct error *error)
{
    work->run->status = DAY_COMPLETED;
    return publish_and_finish(work, error);
}

static bool compute_step(struct work *work, const struct day_bars *bars, struct error *error)
{
    struct day_run *run = work->run;
    if (!compute(work, bars, error))
        return false;
    run->status = DAY_UNPUBLISHED;
    if (keeps_nothing(work->options))
        return true;
    if (!withdraw(work, error) || !keep_computed(work, error))
        return false;
    run->status = DAY_DUPLICATE;
    return run->result.is_done || publish_step(work, error);
}

static void fail(struct work *work)
{
    work->step = STEP_NONE;
    if (work->run->status != DAY_TOO_EARLY)
        work->run->status = DAY_FAILED;
    day_result_release(&work->run->result);
}

/* The bars of all that have to be computed at once. */
static void compute_all(struct work *works, size_t count, const struct day_run_options *options)
{
    const struct playbook **playbooks = memory_new(count, sizeof *playbooks);
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++)
        if (works[i].step == STEP_COMPUTE)
            playbooks[wanted++] = works[i].run->playbook;
    struct day_bars bars = { 0 };
    struct error failure = { 0 };
    bool loaded = wanted > 0 &&
                  day_bars_load(playbooks, wanted, options->date, &options->bars, &bars, &failure);
    for (size_t i = 0; i < count; i++) {
        struct error *error = &works[i].run->error;
        if (works[i].step != STEP_COMPUTE)
            continue;
        if (!loaded)
            *error = failure;
        if (!loaded || !compute_step(&works[i], &bars, error))
            fail(&works[i]);
    }
    day_bars_release(&bars);
    free(playbooks);
}

void day_run_all(const struct day_run_options *options, struct day_run *ret_runs)
{
    size_t count = options->playbook_count;
    struct work *works = memory_new(count, sizeof *works);
    for (size_t i = 0; i < count; i++) {
        struct work *work = &works[i];
        struct error *error = &ret_runs[i].error;
        ret_runs[i] = (struct day_run) {
            .playbook = options->playbooks[i],
            .date = options->date,
        };
        *work = (struct work) { .options = options, .run = &ret_runs[i] };
        if (!begin(work, error) || (work->step == STEP_PUBLISH && !publish_step(work, error)))
            fail(work);
    }
    compute_all(works, count, options);
    for (size_t i = 0; i < count; i++)
        day_result_release(&works[i].replaced);
    free(works);
}

void day_run_release(struct day_run *run)
{
    day_result_release(&run->result);
    *run = (struct day_run) { 0 };
}

const char *day_status_name(enum day_status status)
{
    static const char *const names[] = {
        [DAY_NO_SESSION] = "no_session",   [DAY_TOO_EARLY] = "too_early",
        [DAY_COMPLETED] = "completed",     [DAY_DUPLICATE] = "duplicate",
        [DAY_UNPUBLISHED] = "unpublished", [DAY_FAILED] = "failed",
    };
    return names[status];
}
