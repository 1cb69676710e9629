#include "service/jobs/day_runs.h"

#include "service/base/memory.h"

#include <stdlib.h>

/* The dates that one playbook has missed, and how far they are done. */
struct missed {
    int32_t *dates; /* owned */
    size_t count, next;
};

void day_runs_add(struct day_runs *runs, const struct day_run_options *options)
{
    for (size_t i = 0; i < options->playbook_count; i++)
        runs->items =
            memory_grow(runs->items, runs->count + i, &runs->capacity, sizeof *runs->items);
    day_run_all(options, runs->items + runs->count);
    runs->count += options->playbook_count;
}

static bool is_next(const struct missed *missed, int32_t date)
{
    return missed->next < missed->count && missed->dates[missed->next] == date;
}

static int32_t first_date(const struct missed *missed, size_t count)
{
    int32_t first = INT32_MAX;
    for (size_t i = 0; i < count; i++)
        if (missed[i].next < missed[i].count && missed[i].dates[missed[i].next] < first)
            first = missed[i].dates[missed[i].next];
    return first;
}

/* The playbooks whose next missed date it is. */
static void run_date(struct day_runs *runs, struct missed *missed, int32_t date,
                     const struct day_run_options *options)
{
    const struct playbook **playbooks = memory_new(options->playbook_count, sizeof *playbooks);
    struct missed **theirs = memory_new(options->playbook_count, sizeof *theirs);
    size_t count = 0;
    for (size_t i = 0; i < options->playbook_count; i++) {
        if (!is_next(&missed[i], date))
            continue;
        playbooks[count] = options->playbooks[i];
        theirs[count++] = &missed[i];
    }
    struct day_run_options of_date = *options;
    of_date.playbooks = playbooks;
    of_date.playbook_count = count;
    of_date.date = date;
    day_runs_add(runs, &of_date);
    const struct day_run *done = runs->items + runs->count - count;
    for (size_t i = 0; i < count; i++)
        theirs[i]->next = done[i].status == DAY_FAILED ? theirs[i]->count : theirs[i]->next + 1;
    free(playbooks);
    free(theirs);
}

static bool find_missed(const struct day_run_options *options, struct missed *missed,
                        struct error *error)
{
    for (size_t i = 0; i < options->playbook_count; i++) {
        const struct playbook *playbook = options->playbooks[i];
        const struct calendar *calendar = playbook_calendar(playbook, error);
        if (!calendar ||
            !day_run_missed(playbook, options->store, options->now_us, options->delay_us(calendar),
                            &missed[i].dates, &missed[i].count, error))
            return error_context(error, "%s", playbook->name);
    }
    return true;
}

bool day_runs_add_missed(struct day_runs *runs, const struct day_run_options *options,
                         struct error *error)
{
    struct missed *missed = memory_new(options->playbook_count, sizeof *missed);
    bool found = find_missed(options, missed, error);
    for (int32_t date = 0; found; run_date(runs, missed, date, options)) {
        date = first_date(missed, options->playbook_count);
        if (date == INT32_MAX)
            break;
    }
    for (size_t i = 0; i < options->playbook_count; i++)
        free(missed[i].dates);
    free(missed);
    return found;
}

static bool is_idle(const struct day_run *run)
{
    return run->status == DAY_NO_SESSION || run->status == DAY_TOO_EARLY ||
           run->status == DAY_DUPLICATE;
}

void day_runs_forget_idle(struct day_runs *runs)
{
    size_t kept = 0;
    for (size_t i = 0; i < runs->count; i++) {
        if (is_idle(&runs->items[i]))
            day_run_release(&runs->items[i]);
        else
            runs->items[kept++] = runs->items[i];
    }
    runs->count = kept;
}

void day_runs_release(struct day_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        day_run_release(&runs->items[i]);
    free(runs->items);
    *runs = (struct day_runs) { 0 };
}
