#include "service/market/timeframe.h"

#include "service/base/date.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    int64_t unit_us;
    int count_max;
} units[] = {
    { "Min", MINUTE_US, 59 },
    { "Hour", HOUR_US, 23 },
    { "Day", DAY_US, 1 },
};

enum { UNIT_COUNT = sizeof units / sizeof units[0] };

bool timeframe_parse(const char *text, int64_t *ret_timeframe_us, struct error *error)
{
    int count = 0;
    const char *unit = text;
    for (; isdigit((unsigned char)*unit) && count < 100; unit++)
        count = count * 10 + (*unit - '0');
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (strcasecmp(unit, units[i].name) == 0 && count >= 1 && count <= units[i].count_max) {
            *ret_timeframe_us = count * units[i].unit_us;
            return true;
        }
    }
    return error_set(error, ERROR_USAGE,
                     "\"%.40s\" is not a timeframe (1Min to 59Min, 1Hour to 23Hour or 1Day)", text);
}

const char *timeframe_format(int64_t timeframe_us, char buffer[static TIMEFRAME_TEXT_SIZE])
{
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        int64_t count = timeframe_us / units[i].unit_us;
        if (timeframe_us % units[i].unit_us == 0 && count >= 1 && count <= units[i].count_max) {
            snprintf(buffer, TIMEFRAME_TEXT_SIZE, "%" PRId64 "%s", count, units[i].name);
            return buffer;
        }
    }
    snprintf(buffer, TIMEFRAME_TEXT_SIZE, "%.15gs", (double)timeframe_us / SECOND_US);
    return buffer;
}

int64_t timeframe_cell(const struct session *session, int64_t timeframe_us, int64_t time_us)
{
    return (time_us - session->open_us) / timeframe_us;
}

int64_t timeframe_cell_open_us(const struct session *session, int64_t timeframe_us, int64_t cell)
{
    return session->open_us + cell * timeframe_us;
}

int64_t timeframe_cell_end_us(const struct session *session, int64_t timeframe_us, int64_t cell)
{
    int64_t end_us = session->open_us + (cell + 1) * timeframe_us;
    return end_us < session->close_us ? end_us : session->close_us;
}

int64_t timeframe_cells(const struct session *session, int64_t timeframe_us)
{
    return (session->close_us - session->open_us + timeframe_us - 1) / timeframe_us;
}
