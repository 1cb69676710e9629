/* What the program's readers make of texts: a line on stdin is "kind hexadecimal", the line on
 * stdout for it what was read. For test_differential.py, which asks a second reader. */
#include "service/base/csv.h"
#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/base/json.h"
#include "service/feeds/bar_csv.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct bar_zone new_york = { .kind = ZONE_NEW_YORK };

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void refuse(const char *message)
{
    printf("refused %s", message);
}

/* "days" */
static void answer_date(const char *text, size_t size)
{
    int32_t date;
    if (date_parse(text, size, &date))
        printf("%" PRId32, date);
    else
        refuse("");
}

/* "minutes" */
static void answer_clock(const char *text, size_t size)
{
    int minute;
    if (clock_time_parse(text, size, &minute))
        printf("%d", minute);
    else
        refuse("");
}

/* "microseconds", of a stamp without a zone in New York; and as it is written. */
static void answer_stamp(const char *text, size_t size)
{
    int64_t time_us;
    char again[TIMESTAMP_TEXT_SIZE];
    if (bar_stamp_parse(text, size, &new_york, &time_us) == STAMP_WRONG)
        refuse("");
    else
        printf("%" PRId64 " %s", time_us, timestamp_format(time_us, again));
}

/* "bits shortest fixed fixed fixed" */
static void answer_double(const char *text, size_t size)
{
    static const int decimals[] = { 0, 2, 9 };
    double value;
    char buffer[DECIMAL_TEXT_SIZE];
    if (!double_parse(text, size, &value)) {
        refuse("");
        return;
    }
    printf("%016" PRIx64 " %s", bits_of(value), double_format(value, buffer));
    for (size_t i = 0; i < sizeof decimals / sizeof *decimals; i++)
        printf(" %s", double_format_fixed(value, decimals[i], buffer));
}

/* With 0, 6, 9 and 18 decimals "value:text", or "-". */
static void answer_decimal(const char *text, size_t size)
{
    static const int decimals[] = { 0, MONEY_DECIMALS, QUANTITY_DECIMALS, DECIMALS_MAX };
    for (size_t i = 0; i < sizeof decimals / sizeof *decimals; i++) {
        int64_t value;
        char buffer[DECIMAL_TEXT_SIZE];
        fputs(i > 0 ? " " : "", stdout);
        if (decimal_parse(text, size, decimals[i], &value))
            printf("%" PRId64 ":%s", value, decimal_format(value, decimals[i], 0, buffer));
        else
            printf("-");
    }
}

static void answer_json(const char *text, size_t size)
{
    struct error error = { 0 };
    struct json_object *document = json_parse(text, size, &error);
    if (document != NULL)
        printf("%s", json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN));
    else
        refuse(error.message);
    json_object_put(document);
}

/* Cells in hexadecimal: "61,6263;,64;" */
static void answer_csv(const char *text, size_t size)
{
    struct csv_reader reader;
    struct text cells = { 0 };
    struct error error = { 0 };
    bool end = false, read;
    csv_reader_init(&reader, text, size);
    while ((read = csv_reader_next(&reader, &end, &error)) && !end) {
        for (size_t i = 0; i < reader.cell_count; i++) {
            text_append(&cells, i > 0 ? "," : "");
            for (size_t at = 0; at < reader.cells[i].size; at++)
                text_format(&cells, "%02x", (unsigned char)reader.cells[i].text[at]);
        }
        text_append(&cells, ";");
    }
    if (read)
        printf("%s", text_string(&cells));
    else
        refuse(error.message);
    csv_reader_release(&reader);
    text_release(&cells);
}

/* "daily ascending;microseconds open high low close volume vwap trades;..." */
static void answer_bars(const char *text, size_t size)
{
    const struct bar_source source = { "bars", text, size, &new_york };
    struct bar_rows rows = { 0 };
    struct error error = { 0 };
    if (!bar_csv_parse(&source, &rows, &error)) {
        refuse(error.message);
        return;
    }
    printf("%d %d", rows.daily, rows.ascending);
    for (size_t i = 0; i < rows.series.count; i++) {
        const struct bar *bar = &rows.series.bars[i];
        const double numbers[] = { bar->open,  bar->high,   bar->low,
                                   bar->close, bar->volume, bar->vwap };
        printf(";%" PRId64, bar->open_time_us);
        for (size_t j = 0; j < sizeof numbers / sizeof *numbers; j++)
            printf(" %016" PRIx64, bits_of(numbers[j]));
        printf(" %" PRId64, bar->trade_count);
    }
    series_release(&rows.series);
}

static const struct {
    const char *name;
    void (*answer)(const char *text, size_t size);
} kinds[] = {
    { "date", answer_date },     { "clock", answer_clock },     { "stamp", answer_stamp },
    { "double", answer_double }, { "decimal", answer_decimal }, { "json", answer_json },
    { "csv", answer_csv },       { "bars", answer_bars },
};

static unsigned char nibble(char digit)
{
    return (unsigned char)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* Into a block of exactly the text's size, so that the address sanitizer sees a look too far. */
static void answer_line(const char *kind, const char *hexadecimal)
{
    size_t size = strlen(hexadecimal) / 2;
    char *text = malloc(size > 0 ? size : 1);
    if (text == NULL)
        abort();
    for (size_t i = 0; i < size; i++)
        text[i] = (char)(nibble(hexadecimal[2 * i]) << 4 | nibble(hexadecimal[2 * i + 1]));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, kind) == 0)
            kinds[i].answer(text, size);
    printf("\n");
    free(text);
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    for (ssize_t length; (length = getline(&line, &capacity, stdin)) > 0;) {
        line[strcspn(line, "\n")] = '\0';
        char *hexadecimal = line;
        const char *kind = strsep(&hexadecimal, " ");
        if (hexadecimal != NULL)
            answer_line(kind, hexadecimal);
    }
    free(line);
    return 0;
}
