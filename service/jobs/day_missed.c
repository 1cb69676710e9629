/* Which dates a playbook's scheduled runs have missed. */
#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/jobs/day_run.h"

#include <stdlib.h>
#include <string.h>

/* The dates of which the store has a result, done or not, oldest first. */
struct kept {
    const char *playbook;
    int32_t *dates; /* owned */
    size_t count, capacity;
};

/* Other keys are none of a result. */
static bool take_key(void *context, const char *key)
{
    struct kept *kept = context;
    char expected[STORE_KEY_MAX + 1];
    const char *name = strrchr(key, '/') + 1;
    int32_t date;
    if (!date_parse(name, strcspn(name, "."), &date))
        return true;
    day_result_key(kept->playbook, date, expected);
    if (strcmp(key, expected) != 0)
        return true;
    kept->dates = memory_grow(kept->dates, kept->count, &kept->capacity, sizeof *kept->dates);
    kept->dates[kept->count++] = date;
    return true;
}

/* What cannot be read is not done: its run will say what is wrong with it. */
static bool is_done(struct store *store, const char *playbook, int32_t date, bool *ret_done,
                    struct error *error)
{
    char key[STORE_KEY_MAX + 1];
    struct text value = { 0 };
    struct version version;
    struct day_result result = { 0 };
    struct error unreadable = { 0 };
    day_result_key(playbook, date, key);
    if (!store_get(store, key, &value, &version, error))
        return false;
    *ret_done =
        day_result_read(text_string(&value), value.size, &result, &unreadable) && result.is_done;
    day_result_release(&result);
    text_release(&value);
    return true;
}

/* The first date that may be missed, DATE_NONE when nothing was ever begun. */
static bool find_first(const char *playbook, struct store *store, int32_t *ret_first,
                       struct error *error)
{
    struct kept kept = { .playbook = playbook };
    struct text prefix = { 0 };
    text_format(&prefix, "runs/%s/", playbook);
    bool read = store_list(store, text_string(&prefix), take_key, &kept, error);
    text_release(&prefix);
    bool done = false;
    size_t at = kept.count;
    while (read && !done && at > 0)
        read = is_done(store, playbook, kept.dates[--at], &done, error);
    if (read)
        *ret_first = kept.count > 0 ? kept.dates[at] + done : DATE_NONE;
    free(kept.dates);
    return read;
}

/* The last session that can be run. */
static bool find_last(const struct calendar *calendar, int64_t now_us, int64_t delay_us,
                      struct session *ret_session)
{
    int32_t date = calendar_date(calendar, now_us);
    while (calendar_session_until(calendar, date, ret_session)) {
        if (now_us >= ret_session->close_us + delay_us)
            return true;
        date = ret_session->date - 1;
    }
    return false;
}

bool day_run_missed(const struct playbook *playbook, struct store *store, int64_t now_us,
                    int64_t delay_us, int32_t **ret_dates, size_t *ret_count, struct error *error)
{
    const struct calendar *calendar = playbook_calendar(playbook, error);
    int32_t first;
    if (!calendar || !find_first(playbook->name, store, &first, error))
        return false;
    struct session last, session;
    int32_t *dates = NULL;
    size_t count = 0, capacity = 0;
    bool has_last = find_last(calendar, now_us, delay_us, &last);
    if (has_last && first == DATE_NONE)
        first = last.date;
    for (int32_t date = first;
         has_last && calendar_session_from(calendar, date, &session) && session.date <= last.date;
         date = session.date + 1) {
        dates = memory_grow(dates, count, &capacity, sizeof *dates);
        dates[count++] = session.date;
    }
    *ret_dates = dates;
    *ret_count = count;
    return true;
}
