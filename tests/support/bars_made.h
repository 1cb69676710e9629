/* Bars made by hand: sessions of the New York exchange are named by their date, times by its clock.
 * A date without a session fails the test. */
#ifndef PLAYBOOK_TESTS_SUPPORT_BARS_MADE_H
#define PLAYBOOK_TESTS_SUPPORT_BARS_MADE_H

#include "service/market/calendar.h"
#include "service/market/series.h"

#include <stddef.h>
#include <stdint.h>

int32_t bars_date(const char *date); /* "2024-06-25" */

/* The exchange's session of the date, and the instant of a reading of its clock on that day. */
struct session bars_session(const char *date);
int64_t bars_time_us(const struct session *session, const char *clock); /* "10:04" */

struct bar bars_bar(int64_t time_us, double open, double high, double low, double close);

void bars_add(struct series *series, const struct session *session, const char *clock, double open,
              double high, double low, double close);

/* Bars of four times the same price, one every `minutes` in [from, to). */
void bars_add_flat(struct series *series, const struct session *session, const char *from,
                   const char *to, int minutes, double price);

/* Daily bars of the `count` sessions before the date, all with one close. */
void bars_add_days(struct series *series, const char *before, size_t count, double close);

#endif
