#include "service/feeds/bar_quick.h"

#include "service/base/date.h"

#include <endian.h>
#include <string.h>

enum { DATE_LENGTH = 10, CLOCK_LENGTH = 8, OFFSET_LENGTH = 6, WORD_LENGTH = 8 };

/* A constant byte in all eight places of a word. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))
#define HIGH_BITS EACH(0x80)

/* The first character is in the lowest byte. */
static uint64_t load_word(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return le64toh(word);
}

/* Of a word of characters less '0' each: the high bit of every byte that is not 0..9. */
static uint64_t not_digits(uint64_t word)
{
    return (((word & ~HIGH_BITS) + EACH(0x80 - 10)) | word) & HIGH_BITS;
}

/* How many bytes lie before the first one marked by its high bit. */
static int bytes_before(uint64_t high_bits)
{
    return high_bits != 0 ? __builtin_ctzll(high_bits) / 8 : WORD_LENGTH;
}

/* Eight digits, the first in the lowest byte: made pairs, then fours, then one number. */
static uint64_t eight_digits(uint64_t word)
{
    const uint64_t pairs = 0x000000ff000000ff;
    word = word * 10 + (word >> 8);
    uint64_t upper = (word & pairs) * (100 + (UINT64_C(1000000) << 32));
    uint64_t lower = (word >> 16 & pairs) * (1 + (UINT64_C(10000) << 32));
    return (upper + lower) >> 32;
}

/* "13:30:00" */
static bool read_clock(uint64_t word, int64_t *ret_clock_us)
{
    const uint64_t colons = 0x0000ff0000ff0000;
    word ^= 0x30303a30303a3030; /* digits become numbers, colons 0 */
    if (not_digits(word) != 0 || (word & colons) != 0)
        return false;
    word = word * 10 + (word >> 8);
    int64_t hour = word & 0xff;
    int64_t minute = word >> 24 & 0xff;
    int64_t second = word >> 48 & 0xff;
    *ret_clock_us = hour * HOUR_US + minute * MINUTE_US + second * SECOND_US;
    return hour < 24 && minute < 60 && second < 60;
}

/* "Z", "-04:00" or, before the next cell, nothing. */
static const char *read_zone(const char *text, const struct bar_zone *zone, int64_t *time_us)
{
    if (*text == 'Z')
        return text + 1;
    if (*text == ',')
        return bar_zone_to_utc(zone, time_us) ? text : NULL;
    if (*text != '+' && *text != '-')
        return NULL;
    const uint64_t five_bytes = (UINT64_C(1) << 40) - 1;
    const uint64_t no_seconds = UINT64_C(0x30303a) << 40; /* ":00" */
    int64_t offset_us;
    if (!read_clock((load_word(text + 1) & five_bytes) | no_seconds, &offset_us))
        return NULL;
    *time_us -= *text == '-' ? -offset_us : offset_us;
    return text + OFFSET_LENGTH;
}

const char *quick_stamp(const char *text, const char *end, const struct bar_zone *zone,
                        struct quick_date *date, int64_t *ret_time_us)
{
    if (end - text < DATE_LENGTH + 1 + CLOCK_LENGTH + 1 + WORD_LENGTH)
        return NULL;
    if (date->text[0] == '\0' || memcmp(text, date->text, DATE_LENGTH) != 0) {
        int32_t day;
        if (!date_parse(text, DATE_LENGTH, &day))
            return NULL;
        memcpy(date->text, text, DATE_LENGTH);
        date->midnight_us = day * DAY_US;
    }
    const char *clock = text + DATE_LENGTH + 1;
    int64_t clock_us;
    if ((clock[-1] != 'T' && clock[-1] != ' ') || !read_clock(load_word(clock), &clock_us))
        return NULL;
    int64_t time_us = date->midnight_us + clock_us;
    const char *after = read_zone(clock + CLOCK_LENGTH, zone, &time_us);
    *ret_time_us = time_us;
    return after;
}

/* Both sides of the division below are exact, so its one rounding is the nearest double. */
#define DIGITS_EXACT_MAX (UINT64_C(1) << 53)

enum { DIGITS_MAX = 19 }; /* all numbers of that many digits fit a uint64_t */

static const double powers[DIGITS_MAX] = { 1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                           1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18 };

/* Appends the run of digits at `text` to *number. NULL near the end of the text. */
static const char *append_digits(const char *text, const char *end, uint64_t *number)
{
    static const uint64_t shifts[] = {
        1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000
    };
    while (end - text >= WORD_LENGTH) {
        uint64_t word = load_word(text) ^ EACH('0');
        int count = bytes_before(not_digits(word));
        if (count == 0)
            return text;
        *number = *number * shifts[count] + eight_digits(word << (64 - 8 * count));
        text += count;
        if (count < WORD_LENGTH)
            return text;
    }
    return NULL;
}

/* Kept apart so that quick_number needs no stack frame: 5 % of all reading. */
__attribute__((noinline)) static const char *long_number(const char *text, const char *end,
                                                         double *ret_value)
{
    uint64_t number = 0;
    const char *point = append_digits(text, end, &number);
    if (point == NULL || point == text)
        return NULL;
    const char *after = point;
    ptrdiff_t digits = point - text;
    ptrdiff_t decimals = 0;
    if (*point == '.') {
        after = append_digits(point + 1, end, &number);
        if (after == NULL)
            return NULL;
        decimals = after - point - 1;
        digits += decimals;
    }
    if (digits > DIGITS_MAX || number > DIGITS_EXACT_MAX)
        return NULL;
    *ret_value = (double)number / powers[decimals];
    return after;
}

/* Up to seven characters and what ends them are read at once: where one cell ends is soon known,
 * and the processor works on the next one while this one's digits still become a number. */
const char *quick_number(const char *text, const char *end, double *ret_value)
{
    if (end - text < WORD_LENGTH)
        return NULL;
    uint64_t word = load_word(text);
    /* Separators, blanks and quotes lie below '-'; digits and the point do not. */
    uint64_t ends = ~((word | HIGH_BITS) - EACH('-')) & HIGH_BITS;
    if (ends == 0)
        return long_number(text, end, ret_value);
    int length = bytes_before(ends);
    if (length == 0)
        return NULL;
    word = (word ^ EACH('0')) << (64 - 8 * length); /* zeros in front make it eight digits */
    uint64_t others = not_digits(word);
    int decimals = 0;
    if (others != 0) {
        int point = bytes_before(others);
        decimals = WORD_LENGTH - 1 - point;
        bool alone = (others & (others - 1)) == 0 && (word >> 8 * point & 0xff) == ('.' ^ '0');
        if (!alone || decimals == 0)
            return NULL;
        uint64_t whole = word & ((UINT64_C(1) << 8 * point) - 1);
        word = whole << 8 | (word >> 8 * (point + 1) << 8 * (point + 1));
    }
    *ret_value = (double)eight_digits(word) / powers[decimals];
    return text + length;
}
