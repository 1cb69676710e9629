#include "service/jobs/kept_bars.h"

#include "service/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { TRIES = 8 };

struct listing {
    struct store *store;
    const struct kept_selection *selection;
    struct kept_list list;
    struct error error;
};

static void add_trouble(struct listing *listing, enum kept_trouble trouble, const char *key,
                        size_t bytes, const struct error *wrong)
{
    struct kept_list *list = &listing->list;
    list->troubles = memory_grow(list->troubles, list->trouble_count, &list->trouble_capacity,
                                 sizeof *list->troubles);
    list->troubles[list->trouble_count++] =
        (struct kept_file) { trouble, memory_copy_text(key), bytes, *wrong };
}

/* A file that is read for its size alone. */
static bool list_trouble(struct listing *listing, enum kept_trouble trouble, const char *key)
{
    const struct error none = { 0 };
    struct text value;
    struct version version;
    if (!store_get(listing->store, key, &value, &version, &listing->error))
        return false;
    if (version.number != 0)
        add_trouble(listing, trouble, key, value.size, &none);
    text_release(&value);
    return true;
}

/* The months of a place follow one another. */
static struct kept_bars *row_of(struct kept_list *list, const struct kept_place *place)
{
    struct kept_bars *last = list->count > 0 ? &list->bars[list->count - 1] : NULL;
    if (last != NULL && memcmp(&last->place, place, sizeof *place) == 0)
        return last;
    list->bars = memory_grow(list->bars, list->count, &list->capacity, sizeof *list->bars);
    struct kept_bars *row = &list->bars[list->count++];
    *row = (struct kept_bars) { *place, DATE_NONE, DATE_NONE, .as_of = DATE_NONE };
    return row;
}

static size_t sessions_between(const struct calendar *calendar, int32_t first, int32_t last)
{
    size_t count = 0;
    struct session session;
    for (int32_t date = first; date <= last; date++)
        count += calendar_session(calendar, date, &session);
    return count;
}

/* Sessions are counted from the day behind the last one so far. */
static void add_days(struct kept_bars *row, const struct kept_month *month)
{
    uint32_t days = kept_month_days(month);
    for (int day = 0; day < month->day_count; day++) {
        if (!(days >> day & 1))
            continue;
        int32_t date = month->first_date + day;
        if (row->first_date == DATE_NONE)
            row->first_date = date;
        else
            row->missing += sessions_between(month->days.calendar, row->last_date + 1, date - 1);
        row->last_date = date;
        row->days++;
    }
}

static bool list_month(struct listing *listing, const struct kept_place *place,
                       struct kept_month *month)
{
    size_t bytes;
    struct error wrong;
    if (!kept_month_look(month, listing->store, &bytes, &wrong, &listing->error))
        return false;
    if (wrong.kind != ERROR_NONE) {
        add_trouble(listing, KEPT_DAMAGED, month->key, bytes, &wrong);
    } else if (month->version.number != 0) {
        struct kept_bars *row = row_of(&listing->list, place);
        add_days(row, month);
        row->bars += month->bars.count;
        row->files++;
        row->bytes += bytes;
        if (month->as_of != DATE_NONE && (row->as_of == DATE_NONE || month->as_of < row->as_of))
            row->as_of = month->as_of;
    }
    kept_month_release(month);
    return true;
}

static bool list_key(void *context, const char *key)
{
    struct listing *listing = context;
    struct kept_place place;
    struct kept_month month;
    if (!kept_place_parse(key, &place, &month))
        return !kept_selection_is_everything(listing->selection) ||
               list_trouble(listing, KEPT_FOREIGN, key);
    return !kept_selection_matches(listing->selection, &place) ||
           list_month(listing, &place, &month);
}

static bool list_aside(void *context, const char *key)
{
    struct listing *listing = context;
    struct kept_place place;
    if (!kept_place_parse_corrupt(key, &place))
        return !kept_selection_is_everything(listing->selection) ||
               list_trouble(listing, KEPT_FOREIGN, key);
    return !kept_selection_matches(listing->selection, &place) ||
           list_trouble(listing, KEPT_ASIDE, key);
}

/* An error ends the walk, which itself is none. */
static bool walk(struct store *store, const char *prefix,
                 bool (*visit)(void *context, const char *key), void *context,
                 const struct error *visit_error, struct error *error)
{
    if (!store_list(store, prefix, visit, context, error))
        return false;
    if (visit_error->kind != ERROR_NONE)
        *error = *visit_error;
    return visit_error->kind == ERROR_NONE;
}

bool kept_bars_list(struct store *store, const struct kept_selection *selection,
                    struct kept_list *ret_list, struct error *error)
{
    struct listing listing = { .store = store, .selection = selection };
    bool is_listed = walk(store, KEPT_BARS, list_key, &listing, &listing.error, error) &&
                     walk(store, KEPT_CORRUPT, list_aside, &listing, &listing.error, error);
    if (is_listed)
        *ret_list = listing.list;
    else
        kept_list_release(&listing.list);
    return is_listed;
}

void kept_list_release(struct kept_list *list)
{
    for (size_t i = 0; i < list->trouble_count; i++)
        free(list->troubles[i].key);
    free(list->troubles);
    free(list->bars);
    *list = (struct kept_list) { 0 };
}

struct clearing {
    struct store *store;
    const struct kept_selection *selection;
    struct kept_cleared *cleared;
    struct error error;
};

/* Whoever changes it meanwhile is not waited for for ever. */
static bool remove_file(struct clearing *clearing, const char *key)
{
    struct kept_cleared *cleared = clearing->cleared;
    for (int try = 0; try < TRIES; try++) {
        struct text value;
        struct version version;
        struct error error = { 0 };
        if (!store_get(clearing->store, key, &value, &version, &clearing->error))
            return false;
        size_t bytes = value.size;
        text_release(&value);
        if (version.number == 0)
            return true;
        if (store_remove(clearing->store, key, version, &error)) {
            cleared->files++;
            cleared->bytes += bytes;
            return true;
        }
        if (error.kind != ERROR_CONFLICT) {
            clearing->error = error;
            return false;
        }
    }
    cleared->changed_files++;
    return true;
}

static bool clear_key(void *context, const char *key)
{
    struct clearing *clearing = context;
    struct kept_place place;
    struct kept_month ignored;
    bool is_ours = kept_place_parse(key, &place, &ignored);
    clearing->cleared->foreign_files +=
        !is_ours && kept_selection_is_everything(clearing->selection);
    return !is_ours || !kept_selection_matches(clearing->selection, &place) ||
           remove_file(clearing, key);
}

static bool clear_aside(void *context, const char *key)
{
    struct clearing *clearing = context;
    struct kept_cleared *cleared = clearing->cleared;
    struct kept_place place;
    size_t before = cleared->files;
    bool is_ours = kept_place_parse_corrupt(key, &place);
    cleared->foreign_files += !is_ours && kept_selection_is_everything(clearing->selection);
    if (is_ours && kept_selection_matches(clearing->selection, &place) &&
        !remove_file(clearing, key))
        return false;
    cleared->aside_files += cleared->files - before;
    return true;
}

bool kept_bars_clear(struct store *store, const struct kept_selection *selection, bool aside,
                     struct kept_cleared *cleared, struct error *error)
{
    struct clearing clearing = { .store = store, .selection = selection, .cleared = cleared };
    return walk(store, KEPT_BARS, clear_key, &clearing, &clearing.error, error) &&
           (!aside || walk(store, KEPT_CORRUPT, clear_aside, &clearing, &clearing.error, error));
}

static void take_days(const struct kept_month *month, int32_t first_date, int32_t last_date,
                      struct kept_range *range)
{
    size_t begin = series_find(&month->bars, bar_days_begin_us(&month->days, first_date));
    size_t end = series_find(&month->bars, bar_days_begin_us(&month->days, last_date + 1));
    struct series wanted = series_slice(&month->bars, begin, end);
    series_append_all(&range->bars, &wanted);
    if (begin < end && month->as_of != DATE_NONE &&
        (range->as_of == DATE_NONE || month->as_of < range->as_of))
        range->as_of = month->as_of;
}

bool kept_bars_read(struct store *store, const struct bar_days *days,
                    const struct kept_month_name *name, int32_t first_date, int32_t last_date,
                    struct kept_range *ret_range, struct error *error)
{
    struct kept_range range = { .as_of = DATE_NONE };
    struct kept_month_name month_name = *name;
    struct kept_month month = { 0 };
    for (int32_t date = first_date; date <= last_date; date = month.first_date + month.day_count) {
        size_t bytes;
        struct error wrong;
        month_name.date = date;
        if (!kept_month_init(&month, days, &month_name, error) ||
            !kept_month_look(&month, store, &bytes, &wrong, error)) {
            series_release(&range.bars);
            return false;
        }
        if (range.wrong.kind == ERROR_NONE)
            range.wrong = wrong;
        take_days(&month, first_date, last_date, &range);
        kept_month_release(&month);
    }
    *ret_range = range;
    return true;
}
