#include "service/jobs/kept_place.h"

#include <stdio.h>
#include <string.h>

#define ENDING ".parquet"

enum { VERSION_DIGITS = 16 };

static const char *const part_names[KEPT_PART_COUNT] = {
    [KEPT_PROVIDER] = "provider=",   [KEPT_FEED] = "feed=",     [KEPT_ADJUSTMENT] = "adjustment=",
    [KEPT_TIMEFRAME] = "timeframe=", [KEPT_SYMBOL] = "symbol=",
};

/* Takes the parts of the key's folders; returns the name of the file, NULL for another key. */
static const char *split_key(const char *key, struct kept_place *place)
{
    if (strncmp(key, KEPT_BARS, strlen(KEPT_BARS)) != 0)
        return NULL;
    key += strlen(KEPT_BARS);
    for (int i = 0; i < KEPT_PART_COUNT; i++) {
        size_t name_size = strlen(part_names[i]);
        const char *slash = strchr(key, '/');
        if (slash == NULL || strncmp(key, part_names[i], name_size) != 0)
            return NULL;
        size_t size = (size_t)(slash - key) - name_size;
        if (size >= KEPT_PART_SIZE)
            return NULL;
        memcpy(place->parts[i], key + name_size, size);
        place->parts[i][size] = '\0';
        key = slash + 1;
    }
    return key;
}

/* "2024-06.parquet". */
static bool parse_month(const char *name, int32_t *ret_date)
{
    char first[DATE_TEXT_SIZE];
    size_t size = strlen(name);
    size_t ending_size = strlen(ENDING);
    if (size != strlen("2024-06") + ending_size || strcmp(name + size - ending_size, ENDING) != 0)
        return false;
    int length = snprintf(first, sizeof first, "%.7s-01", name);
    return date_parse(first, (size_t)length, ret_date);
}

/* The month that a key is of, and nobody else's: the one that would be kept under that very key. */
bool kept_place_parse(const char *key, struct kept_place *ret_place, struct kept_month *ret_month)
{
    struct kept_place place = { 0 };
    struct kept_month_name name = { .provider = place.parts[KEPT_PROVIDER],
                                    .feed = place.parts[KEPT_FEED],
                                    .symbol = place.parts[KEPT_SYMBOL] };
    struct error ignored;
    const char *file = split_key(key, &place);
    if (file == NULL || !parse_month(file, &name.date))
        return false;
    char *line = strchr(place.parts[KEPT_SYMBOL], '_');
    if (line != NULL)
        *line = '/';
    if (!symbol_check(name.symbol, &ignored))
        return false;
    struct bar_days days = {
        .calendar = symbol_calendar(name.symbol),
        .is_daily = strcmp(place.parts[KEPT_TIMEFRAME], "1Day") == 0,
    };
    for (name.adjustment = ADJUSTMENT_RAW; name.adjustment <= ADJUSTMENT_ALL; name.adjustment++) {
        if (kept_month_init(ret_month, &days, &name, &ignored) &&
            strcmp(ret_month->key, key) == 0) {
            *ret_place = place;
            return true;
        }
    }
    return false;
}

/* "corrupt/<key without ending>-<16 hexadecimal digits>.parquet". */
bool kept_place_parse_corrupt(const char *key, struct kept_place *ret_place)
{
    char original[STORE_KEY_MAX + 1];
    struct kept_month ignored;
    size_t size = strlen(key), prefix = strlen(KEPT_CORRUPT);
    size_t suffix = 1 + VERSION_DIGITS + strlen(ENDING);
    if (size < prefix + suffix || strncmp(key, KEPT_CORRUPT, prefix) != 0)
        return false;
    const char *version = key + size - suffix;
    if (version[0] != '-' || strspn(version + 1, "0123456789abcdef") != VERSION_DIGITS ||
        strcmp(version + 1 + VERSION_DIGITS, ENDING) != 0)
        return false;
    snprintf(original, sizeof original, "%.*s" ENDING, (int)(size - prefix - suffix), key + prefix);
    return kept_place_parse(original, ret_place, &ignored);
}

bool kept_selection_is_everything(const struct kept_selection *selection)
{
    bool is_any = selection->symbol_count == 0;
    for (int i = 0; i < KEPT_PART_COUNT; i++)
        is_any = is_any && selection->parts[i] == NULL;
    return is_any;
}

bool kept_selection_matches(const struct kept_selection *selection, const struct kept_place *place)
{
    for (int i = 0; i < KEPT_PART_COUNT; i++)
        if (selection->parts[i] != NULL && strcmp(selection->parts[i], place->parts[i]) != 0)
            return false;
    for (size_t i = 0; i < selection->symbol_count; i++)
        if (strcmp(selection->symbols[i], place->parts[KEPT_SYMBOL]) == 0)
            return true;
    return selection->symbol_count == 0;
}
