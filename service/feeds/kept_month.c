#include "service/feeds/kept_month.h"

#include "service/base/hash.h"
#include "service/base/log.h"
#include "service/feeds/bar_parquet.h"
#include "service/parquet/footer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEY_OF_KEY "playbook.key"
#define KEY_OF_AS_OF "playbook.as_of"
#define KEY_OF_SUM "playbook.sha256"
#define ENDING ".parquet"

enum { SUM_SIZE = SHA256_HEX_SIZE - 1, TRIES = 8 };

/* Local time is the same as at midnight UTC, at most a few hours before: clocks change later. */
int64_t bar_days_begin_us(const struct bar_days *days, int32_t date)
{
    int64_t midnight_us = date * DAY_US;
    return days->is_daily ? midnight_us : midnight_us - days->calendar->offset_us(midnight_us);
}

bool kept_month_init(struct kept_month *month, const struct bar_days *days,
                     const struct kept_month_name *name, struct error *error)
{
    struct civil civil = date_to_civil(name->date);
    bool is_last = civil.month == 12;
    int32_t first = date_from_civil(civil.year, civil.month, 1);
    int32_t next = date_from_civil(civil.year + is_last, is_last ? 1 : civil.month + 1, 1);
    *month = (struct kept_month) {
        .days = *days,
        .first_date = first,
        .day_count = next - first,
        .is_adjusted = name->adjustment != ADJUSTMENT_RAW,
        .as_of = DATE_NONE,
    };
    char symbol[SYMBOL_TEXT_SIZE];
    int size = snprintf(month->key, sizeof month->key,
                        "bars/provider=%s/feed=%s/adjustment=%s/timeframe=%s/symbol=%s/"
                        "%04d-%02d" ENDING,
                        name->provider, name->feed, adjustment_names[name->adjustment],
                        days->is_daily ? "1Day" : "1Min", symbol_file_name(name->symbol, symbol),
                        civil.year, civil.month);
    return (size_t)size < sizeof month->key ||
           error_set(error, ERROR_LIMIT, "%.80s...: the key has %d bytes, over %d", month->key,
                     size, KEPT_KEY_MAX);
}

void kept_month_release(struct kept_month *month)
{
    series_release(&month->bars);
}

/* The bars of the month's days [begin, end), the first being 0. */
static struct series days_of(const struct kept_month *month, const struct series *bars, int begin,
                             int end)
{
    int64_t begin_us = bar_days_begin_us(&month->days, month->first_date + begin);
    int64_t end_us = bar_days_begin_us(&month->days, month->first_date + end);
    return series_slice(bars, series_find(bars, begin_us), series_find(bars, end_us));
}

uint32_t kept_month_days(const struct kept_month *month)
{
    uint32_t days = 0;
    for (int day = 0; day < month->day_count; day++)
        if (days_of(month, &month->bars, day, day + 1).count > 0)
            days |= UINT32_C(1) << day;
    return days;
}

size_t kept_month_take(struct kept_month *month, const struct series *bars, uint32_t days,
                       int32_t as_of)
{
    size_t taken = 0;
    struct series merged = { 0 };
    struct series fresh = days_of(month, bars, 0, month->day_count);
    series_reserve(&merged, month->bars.count + fresh.count);
    for (int day = 0; day < month->day_count; day++) {
        struct series chosen = { 0 };
        if (days >> day & 1)
            chosen = days_of(month, &fresh, day, day + 1);
        taken += chosen.count;
        if (chosen.count == 0)
            chosen = days_of(month, &month->bars, day, day + 1);
        series_append_all(&merged, &chosen);
    }
    if (taken > 0 && (month->as_of == DATE_NONE || as_of < month->as_of))
        month->as_of = as_of;
    series_release(&month->bars);
    month->bars = merged;
    return taken;
}

/* Where the file has its sum; NULL when it has none, or is no Parquet at all. */
static char *find_sum(const struct text *file)
{
    struct parquet_footer footer;
    struct error ignored = { 0 };
    const uint8_t *bytes = (const uint8_t *)file->bytes;
    if (!parquet_footer_read("", bytes, file->size, &footer, &ignored))
        return NULL;
    size_t size;
    const uint8_t *sum = parquet_footer_find(&footer, KEY_OF_SUM, &size);
    parquet_footer_release(&footer);
    return sum != NULL && size == SUM_SIZE ? file->bytes + (sum - bytes) : NULL;
}

/* The file is the same afterwards. */
static void compute_sum(const struct text *file, char *place, char sum[static SHA256_HEX_SIZE])
{
    char found[SUM_SIZE];
    memcpy(found, place, SUM_SIZE);
    memset(place, '0', SUM_SIZE);
    sha256_hex(file->bytes, file->size, sum);
    memcpy(place, found, SUM_SIZE);
}

static bool is_whole(const struct text *file)
{
    char sum[SHA256_HEX_SIZE];
    char *place = find_sum(file);
    if (place == NULL)
        return false;
    compute_sum(file, place, sum);
    return memcmp(place, sum, SUM_SIZE) == 0;
}

static bool check_metadata(struct kept_month *month, const struct text *file, struct error *error)
{
    struct parquet_footer footer;
    if (!parquet_footer_read(month->key, (const uint8_t *)file->bytes, file->size, &footer, error))
        return false;
    size_t key_size = 0, as_of_size = 0;
    const uint8_t *key = parquet_footer_find(&footer, KEY_OF_KEY, &key_size);
    const uint8_t *as_of = parquet_footer_find(&footer, KEY_OF_AS_OF, &as_of_size);
    parquet_footer_release(&footer);
    if (key == NULL || key_size != strlen(month->key) || memcmp(key, month->key, key_size) != 0)
        return error_set(error, ERROR_DATA, "%s: the file says that it belongs elsewhere",
                         month->key);
    return !month->is_adjusted ||
           (as_of != NULL && date_parse((const char *)as_of, as_of_size, &month->as_of)) ||
           error_set(error, ERROR_DATA, "%s: the file does not say when its bars were adjusted",
                     month->key);
}

static bool check_rows(const struct kept_month *month, const struct bar_rows *rows,
                       struct error *error)
{
    const struct series *bars = &rows->series;
    bool fits = rows->daily == month->days.is_daily && rows->ascending;
    if (fits && bars->count > 0) {
        int32_t next = month->first_date + month->day_count;
        int64_t begin_us = bar_days_begin_us(&month->days, month->first_date);
        int64_t end_us = bar_days_begin_us(&month->days, next);
        fits = bars->bars[0].open_time_us >= begin_us &&
               bars->bars[bars->count - 1].open_time_us < end_us;
    }
    return fits || error_set(error, ERROR_DATA, "%s: the bars are not those of its month, in order",
                             month->key);
}

static bool parse(struct kept_month *month, const struct text *file, struct error *error)
{
    if (!is_whole(file))
        return error_set(error, ERROR_DATA, "%s: the file is damaged or from elsewhere",
                         month->key);
    const struct bar_zone nowhere = { 0 };
    struct bar_source source = { month->key, file->bytes, file->size, &nowhere };
    struct bar_rows rows;
    if (!check_metadata(month, file, error) || !bar_parquet_parse(&source, 1, &rows, error))
        return false;
    month->bars = rows.series;
    return check_rows(month, &rows, error);
}

void kept_month_forget(struct kept_month *month)
{
    series_release(&month->bars);
    month->as_of = DATE_NONE;
}

/* Not beside the others, where it would be read as one of them. Somebody else may be about it at
 * the same time: whoever comes second finds the copy there, and the file gone. */
static bool set_aside(const struct kept_month *month, struct store *store, const struct text *file,
                      const char *why, struct error *error)
{
    char key[STORE_KEY_MAX + 1];
    int stem_size = (int)(strlen(month->key) - strlen(ENDING));
    struct version ignored;
    struct error copied = { 0 };
    snprintf(key, sizeof key, "corrupt/%.*s-%016" PRIx64 ENDING, stem_size, month->key,
             month->version.number);
    if (!store_put(store, key, file->bytes, file->size, (struct version) { 0 }, &ignored,
                   &copied) &&
        copied.kind != ERROR_CONFLICT) {
        *error = copied;
        return false;
    }
    if (!store_remove(store, month->key, month->version, error))
        return false;
    log_event(LOG_WARN, "%s; it is set aside as %s and fetched anew", why, key);
    return true;
}

static bool get(struct kept_month *month, struct store *store, struct text *ret_file,
                struct error *ret_wrong, struct error *error)
{
    struct error wrong = { 0 };
    kept_month_forget(month);
    if (!store_get(store, month->key, ret_file, &month->version, error))
        return false;
    if (month->version.number != 0 && !parse(month, ret_file, &wrong))
        kept_month_forget(month);
    *ret_wrong = wrong;
    return true;
}

bool kept_month_look(struct kept_month *month, struct store *store, size_t *ret_bytes,
                     struct error *ret_wrong, struct error *error)
{
    struct text file;
    if (!get(month, store, &file, ret_wrong, error))
        return false;
    *ret_bytes = file.size;
    text_release(&file);
    return true;
}

/* What is set aside may be there again at once, from somebody who had read it before. */
bool kept_month_read(struct kept_month *month, struct store *store, bool *ret_corrupt,
                     struct error *error)
{
    bool is_corrupt = false;
    for (int try = 0; try < TRIES; try++) {
        struct text file;
        struct error wrong, problem = { 0 };
        if (!get(month, store, &file, &wrong, error))
            return false;
        bool is_good = wrong.kind == ERROR_NONE;
        if (!is_good)
            set_aside(month, store, &file, wrong.message, &problem);
        text_release(&file);
        if (is_good) {
            *ret_corrupt = is_corrupt;
            return true;
        }
        is_corrupt = true;
        if (problem.kind != ERROR_NONE && problem.kind != ERROR_CONFLICT) {
            *error = problem;
            return false;
        }
    }
    return error_set(error, ERROR_CONFLICT, "%s: is damaged again and again", month->key);
}

static struct text format(const struct kept_month *month)
{
    char sum[SHA256_HEX_SIZE] = { 0 }, as_of[DATE_TEXT_SIZE];
    memset(sum, '0', SUM_SIZE);
    struct parquet_pair pairs[3] = { { KEY_OF_KEY, month->key }, { KEY_OF_SUM, sum } };
    size_t pair_count = 2;
    if (month->is_adjusted)
        pairs[pair_count++] =
            (struct parquet_pair) { KEY_OF_AS_OF, date_format(month->as_of, as_of) };
    struct text file = { .size_max = STORE_VALUE_MAX };
    bar_parquet_format_part(&month->bars, month->days.is_daily, pairs, pair_count, &file);
    char *place = file.full ? NULL : find_sum(&file);
    if (place != NULL) {
        compute_sum(&file, place, sum);
        memcpy(place, sum, SUM_SIZE);
    }
    return file;
}

bool kept_month_write(struct kept_month *month, struct store *store, struct error *error)
{
    struct text file = format(month);
    bool is_written = file.full
                          ? error_set(error, ERROR_LIMIT, "%s: %zu bars are too many for a file",
                                      month->key, month->bars.count)
                          : store_put(store, month->key, file.bytes, file.size, month->version,
                                      &month->version, error);
    text_release(&file);
    return is_written;
}
