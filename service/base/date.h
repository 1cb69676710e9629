/* Civil dates and UTC instants, as numbers and as text. Pure: reads no clock and no zone file.
 *
 * A date is the count of days since 1970-01-01 in the proleptic Gregorian calendar; an instant is
 * the count of microseconds since 1970-01-01T00:00:00Z. Both are plain integers, so that they
 * compare, subtract and copy as such; `date` and `_us` in a name say which it is. */
#ifndef PLAYBOOK_BASE_DATE_H
#define PLAYBOOK_BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

enum weekday { SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY };

struct civil {
    int year, month, day; /* 2024, 1..12, 1..31 */
};

enum { DATE_TEXT_SIZE = 16, TIMESTAMP_TEXT_SIZE = 32, CLOCK_TEXT_SIZE = 16 };

/* No date; as a limit: none. */
enum { DATE_NONE = INT32_MIN };

int32_t date_from_civil(int year, int month, int day);
struct civil date_to_civil(int32_t date);
enum weekday date_weekday(int32_t date);

/* The UTC date of an instant, also before 1970. */
int32_t date_of_instant(int64_t time_us);

/* "2024-06-28", exactly; the day must exist and the year lie in 1970..2199. */
bool date_parse(const char *text, size_t size, int32_t *ret_date);
const char *date_format(int32_t date, char buffer[static DATE_TEXT_SIZE]);

/* RFC 3339: "2024-06-28T13:30:00Z", "2024-06-28 09:30:00.123456-04:00". The seconds may be absent;
 * up to 9 fraction digits are read and cut to microseconds; T and Z in either case, a space for T;
 * no leap second. *ret_has_zone tells whether a zone was there; without one the instant is the
 * clock reading taken as UTC and the caller must shift it. */
bool timestamp_parse(const char *text, size_t size, int64_t *ret_time_us, bool *ret_has_zone);

/* "2024-06-28T13:30:00Z"; a fraction is printed (6 digits) only when there is one. */
const char *timestamp_format(int64_t time_us, char buffer[static TIMESTAMP_TEXT_SIZE]);

/* The same for what is put into a longer text: at `target`, where there is as much room as the
 * buffers have; returned is the place behind it, and no NUL is there. */
char *date_put(char *target, int32_t date);
char *timestamp_put(char *target, int64_t time_us);

/* "13:30:00": seconds since midnight, below 24 hours. */
char *clock_put(char *target, int second);

/* Clock readings: minutes since midnight. "09:30", "9:30", "24:00" are accepted. */
bool clock_time_parse(const char *text, size_t size, int *ret_minute);
const char *clock_time_format(int minute, char buffer[static CLOCK_TEXT_SIZE]); /* "09:30" */

#endif
