#include "service/strategies/weekday_moment.h"

#include "service/base/date.h"

void weekday_moment_begin(struct weekday_moment *moment, const struct session *session,
                          struct desk *desk)
{
    enum weekday weekday = date_weekday(session->date);
    moment->time_us = session_clock_us(session, moment->minute);
    moment->is_ahead = weekday == TUESDAY || weekday == WEDNESDAY;
    char clock[CLOCK_TEXT_SIZE];
    if (moment->is_ahead)
        desk_status(desk, "No bar at %s", clock_time_format(moment->minute, clock));
    else
        desk_pass(desk, "Not a Tuesday or Wednesday");
}

bool weekday_moment_is_now(struct weekday_moment *moment, const struct desk *desk)
{
    bool is_now = moment->is_ahead && desk_now_us(desk) >= moment->time_us;
    if (is_now)
        moment->is_ahead = false;
    return is_now;
}
