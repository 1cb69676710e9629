#include "service/feeds/alpaca_quick.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The shortest bar is longer than this, and no member's key is. */
enum { AHEAD = 8, DIGITS_MAX = 20 };

enum { HAS_TIME = 1, HAS_OPEN = 2, HAS_HIGH = 4, HAS_LOW = 8, HAS_CLOSE = 16, HAS_VOLUME = 32 };
enum { HAS_ALL = 63, HAS_COUNT = 64, HAS_VWAP = 128 };

/* For quick_number, which takes a brace for a part of the number: as if a comma stood there. */
static const char *read_last_number(const char *text, const char *end, double *ret_value)
{
    char copy[DIGITS_MAX + AHEAD];
    size_t length = 0;
    while (length < DIGITS_MAX && text + length < end &&
           ((text[length] >= '0' && text[length] <= '9') || text[length] == '.')) {
        copy[length] = text[length];
        length++;
    }
    memset(copy + length, ',', AHEAD);
    bool is_last = text + length < end && text[length] == '}';
    return is_last && quick_number(copy, copy + length + AHEAD, ret_value) == copy + length
               ? text + length
               : NULL;
}

/* quick_number takes more than JSON does: "007", "1." and ".5". */
static const char *read_number(const char *text, const char *end, double *ret_value)
{
    if (*text < '0' || *text > '9' || (*text == '0' && text[1] >= '0' && text[1] <= '9'))
        return NULL;
    const char *after = quick_number(text, end, ret_value);
    if (after == NULL)
        after = read_last_number(text, end, ret_value);
    return after != NULL && after[-1] != '.' ? after : NULL;
}

static const char *read_count(const char *text, const char *end, int64_t *ret_count)
{
    double value;
    const char *after = read_number(text, end, &value);
    if (after == NULL || memchr(text, '.', (size_t)(after - text)) != NULL)
        return NULL;
    *ret_count = (int64_t)value;
    return after;
}

static const char *read_time(const char *text, const char *end, struct quick_date *date,
                             int64_t *ret_time_us)
{
    static const struct bar_zone no_zone = { 0 };
    if (*text != '"')
        return NULL;
    const char *after = quick_stamp(text + 1, end, &no_zone, date, ret_time_us);
    return after != NULL && *after == '"' ? after + 1 : NULL;
}

/* At the key. Notes which member it is. */
static const char *read_member(const char *text, const char *end, struct quick_date *date,
                               struct bar *bar, unsigned *ret_member)
{
    if (memcmp(text, "\"vw\":", 5) == 0) {
        *ret_member = HAS_VWAP;
        return read_number(text + 5, end, &bar->vwap);
    }
    if (text[0] != '"' || text[2] != '"' || text[3] != ':')
        return NULL;
    const char *value = text + 4;
    switch (text[1]) {
    case 't':
        *ret_member = HAS_TIME;
        return read_time(value, end, date, &bar->open_time_us);
    case 'o':
        *ret_member = HAS_OPEN;
        return read_number(value, end, &bar->open);
    case 'h':
        *ret_member = HAS_HIGH;
        return read_number(value, end, &bar->high);
    case 'l':
        *ret_member = HAS_LOW;
        return read_number(value, end, &bar->low);
    case 'c':
        *ret_member = HAS_CLOSE;
        return read_number(value, end, &bar->close);
    case 'v':
        *ret_member = HAS_VOLUME;
        return read_number(value, end, &bar->volume);
    case 'n':
        *ret_member = HAS_COUNT;
        return read_count(value, end, &bar->trade_count);
    default:
        return NULL;
    }
}

const char *quick_alpaca_bar(const char *text, const char *end, struct quick_date *date,
                             struct bar *ret_bar)
{
    struct bar bar = { .vwap = NAN, .trade_count = -1 };
    unsigned has = 0, member;
    if (end - text < AHEAD || *text != '{')
        return NULL;
    do {
        if (end - ++text < AHEAD)
            return NULL;
        text = read_member(text, end, date, &bar, &member);
        if (text == NULL || text == end || (has & member) != 0)
            return NULL;
        has |= member;
    } while (*text == ',');
    if (*text != '}' || (has & HAS_ALL) != HAS_ALL)
        return NULL;
    *ret_bar = bar;
    return text + 1;
}
