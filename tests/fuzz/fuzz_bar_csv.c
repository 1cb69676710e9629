/* Bars from CSV: the quick way into every cell and the careful one agree to the bit, in bars and
 * errors, and bars that were read are read again as they are written. */
#include "service/base/date.h"
#include "service/base/text.h"
#include "service/feeds/bar_csv.h"
#include "tests/fuzz/fuzz.h"

#define YEARS_END_US (INT64_C(7258118400) * SECOND_US) /* 2200-01-01 */

static bool parse(const char *bytes, size_t size, const struct bar_zone *zone,
                  struct bar_rows *ret_rows, struct error *error)
{
    const struct bar_source source = { "QQQ.csv", bytes, size, zone };
    memset(ret_rows, UNTOUCHED, sizeof *ret_rows);
    bool parsed = bar_csv_parse(&source, ret_rows, error);
    if (parsed) {
        assert_no_error(error);
    } else {
        assert_untouched(ret_rows, sizeof *ret_rows);
        assert_error(error, "QQQ.csv:");
        *ret_rows = (struct bar_rows) { 0 };
    }
    return parsed;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r';
}

/* Up to the comma or newline behind the cell, or to the end. */
static size_t cell_length(const char *text, size_t size)
{
    size_t i = 0;
    while (i < size && is_blank(text[i]))
        i++;
    if (i < size && text[i] == '"')
        for (i++; i < size && text[i] != '\n'; i++) {
            if (text[i] == '"' && (i + 1 == size || text[i + 1] != '"'))
                break;
            i += text[i] == '"';
        }
    while (i < size && text[i] != ',' && text[i] != '\n')
        i++;
    return i;
}

/* The same text with a blank behind every cell, which the quick way declines. */
static struct text with_blanks(const char *bytes, size_t size)
{
    struct text text = { 0 };
    const char *next = bytes, *end = bytes + size;
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        next += 3;
    text_append_bytes(&text, bytes, (size_t)(next - bytes));
    while (next < end) {
        size_t length = cell_length(next, (size_t)(end - next));
        text_append_bytes(&text, next, length);
        text_append_character(&text, ' ');
        next += length;
        if (next < end)
            text_append_character(&text, *next++);
    }
    return text;
}

static void assert_same_rows(const struct bar_rows *a, const struct bar_rows *b)
{
    assert(a->series.count == b->series.count);
    for (size_t i = 0; i < a->series.count; i++) {
        const struct bar *left = &a->series.bars[i], *right = &b->series.bars[i];
        assert(left->open_time_us == right->open_time_us);
        assert_same_number(left->open, right->open);
        assert_same_number(left->high, right->high);
        assert_same_number(left->low, right->low);
        assert_same_number(left->close, right->close);
        assert_same_number(left->volume, right->volume);
        assert_same_number(left->vwap, right->vwap);
        assert(left->trade_count == right->trade_count);
    }
    assert(a->ascending == b->ascending && a->daily == b->daily);
    assert(strcmp(a->symbol, b->symbol) == 0);
}

static void assert_facts(const struct bar_rows *rows)
{
    const struct series *series = &rows->series;
    assert(series->count <= series->capacity);
    bool ascending = true;
    for (size_t i = 0; i < series->count; i++) {
        const struct bar *bar = &series->bars[i];
        ascending &= i == 0 || bar->open_time_us > bar[-1].open_time_us;
        assert(!rows->daily || bar->open_time_us % DAY_US == 0);
        assert(bar->trade_count >= -1);
    }
    assert(rows->ascending == ascending);
    assert(memchr(rows->ignored_columns, '\0', sizeof rows->ignored_columns) != NULL);
}

/* Only stamps of the years 1970 to 2199 are read. */
static bool is_sayable(const struct series *series)
{
    for (size_t i = 0; i < series->count; i++)
        if (series->bars[i].open_time_us < 0 || series->bars[i].open_time_us >= YEARS_END_US)
            return false;
    return true;
}

static void assert_read_again(struct bar_rows *rows)
{
    static const struct bar_zone nowhere = { 0 };
    struct text text = { 0 };
    struct bar_rows again;
    struct error error = { 0 };
    bar_csv_format(&rows->series, rows->daily, &text);
    if (is_sayable(&rows->series)) {
        bool parsed = parse(text.bytes, text.size, &nowhere, &again, &error);
        assert(parsed && *again.ignored_columns == '\0');
        rows->symbol[0] = '\0'; /* which is not written */
        assert_same_rows(rows, &again);
        series_release(&again.series);
    }
    text_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct bar_zone zones[] = { { .kind = ZONE_NONE }, { .kind = ZONE_NEW_YORK } };
    struct text careful = with_blanks((const char *)bytes, size);
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        struct bar_rows rows, careful_rows;
        struct error error = { 0 }, careful_error = { 0 };
        bool parsed = parse((const char *)bytes, size, &zones[i], &rows, &error);
        bool careful_parsed =
            parse(text_string(&careful), careful.size, &zones[i], &careful_rows, &careful_error);
        assert(parsed == careful_parsed);
        assert(strcmp(error.message, careful_error.message) == 0);
        assert_same_rows(&rows, &careful_rows);
        assert(strcmp(rows.ignored_columns, careful_rows.ignored_columns) == 0);
        if (parsed) {
            assert_facts(&rows);
            assert_read_again(&rows);
        }
        series_release(&rows.series);
        series_release(&careful_rows.series);
    }
    text_release(&careful);
    return 0;
}
