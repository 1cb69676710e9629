/* bar_csv_format of bar_csv.h. */
#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/feeds/bar_csv.h"

#include <math.h>
#include <string.h>

enum { NUMBERS = 7, ROW_SIZE = TIMESTAMP_TEXT_SIZE + NUMBERS * DECIMAL_TEXT_SIZE };

/* A row in the making. */
struct row {
    char text[ROW_SIZE];
    char *end;
    int32_t date; /* most rows have the date of the row above */
    char date_text[DATE_TEXT_SIZE];
};

static char *put_text(char *end, const char *text)
{
    size_t size = strlen(text);
    memcpy(end, text, size);
    return end + size;
}

static char *put_two_digits(char *end, int64_t number, char after)
{
    end[0] = (char)('0' + number / 10);
    end[1] = (char)('0' + number % 10);
    end[2] = after;
    return end + 3;
}

/* "13:30:00Z", for a time without a fraction of a second. */
static char *put_clock(char *end, int64_t clock_s)
{
    end = put_two_digits(end, clock_s / 3600, ':');
    end = put_two_digits(end, clock_s / 60 % 60, ':');
    return put_two_digits(end, clock_s % 60, 'Z');
}

static void begin_row(struct row *row, int64_t time_us, bool is_daily)
{
    char buffer[TIMESTAMP_TEXT_SIZE];
    int32_t date = date_of_instant(time_us);
    int64_t clock_us = time_us - date * DAY_US;
    row->end = row->text;
    if (!is_daily && clock_us % SECOND_US != 0) {
        row->end = put_text(row->end, timestamp_format(time_us, buffer));
        return;
    }
    if (date != row->date)
        date_format(date, row->date_text);
    row->date = date;
    row->end = put_text(row->end, row->date_text);
    if (!is_daily) {
        *row->end++ = 'T';
        row->end = put_clock(row->end, clock_us / SECOND_US);
    }
}

static void put_number(struct row *row, double number)
{
    char buffer[DECIMAL_TEXT_SIZE];
    *row->end++ = ',';
    row->end = put_text(row->end, double_format(number, buffer));
}

/* An empty cell unless there is one. */
static void put_vwap(struct row *row, double vwap)
{
    if (isnan(vwap))
        *row->end++ = ',';
    else
        put_number(row, vwap);
}

static void put_trade_count(struct row *row, int64_t trade_count)
{
    char buffer[DECIMAL_TEXT_SIZE];
    *row->end++ = ',';
    if (trade_count >= 0)
        row->end = put_text(row->end, decimal_format(trade_count, 0, 0, buffer));
}

void bar_csv_format(const struct series *series, bool is_daily, struct text *ret_text)
{
    bool has_vwap = false, has_trade_count = false;
    for (size_t i = 0; i < series->count; i++) {
        has_vwap |= !isnan(series->bars[i].vwap);
        has_trade_count |= series->bars[i].trade_count >= 0;
    }
    text_format(ret_text, "%s,open,high,low,close,volume%s%s\n", is_daily ? "date" : "timestamp",
                has_vwap ? ",vwap" : "", has_trade_count ? ",trade_count" : "");
    struct row row = { .date = DATE_NONE };
    for (size_t i = 0; i < series->count; i++) {
        const struct bar *bar = &series->bars[i];
        begin_row(&row, bar->open_time_us, is_daily);
        put_number(&row, bar->open);
        put_number(&row, bar->high);
        put_number(&row, bar->low);
        put_number(&row, bar->close);
        put_number(&row, bar->volume);
        if (has_vwap)
            put_vwap(&row, bar->vwap);
        if (has_trade_count)
            put_trade_count(&row, bar->trade_count);
        *row.end++ = '\n';
        text_append_bytes(ret_text, row.text, (size_t)(row.end - row.text));
    }
}
