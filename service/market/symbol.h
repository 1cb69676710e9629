/* Names of what is traded: equities ("QQQ", "BRK.B") and crypto pairs ("BTC/USD"). */
#ifndef PLAYBOOK_MARKET_SYMBOL_H
#define PLAYBOOK_MARKET_SYMBOL_H

#include "service/base/error.h"
#include "service/market/calendar.h"

#include <stdbool.h>

enum { SYMBOL_LENGTH_MAX = 15, SYMBOL_TEXT_SIZE = 16 };

/* An equity begins with a letter or digit, goes on with letters, digits, '.' and '-', all upper
 * case; a pair is two names of letters and digits with one '/' between. At most 15 characters.
 * Anything else is an error of kind usage. */
bool symbol_check(const char *symbol, struct error *error);

bool symbol_is_pair(const char *symbol);

/* The calendar it trades on unless told otherwise: pairs 24x7, equities xnys. */
const struct calendar *symbol_calendar(const char *symbol);

/* As it stands in ids, paths and file names: "BTC_USD". */
const char *symbol_file_name(const char *symbol, char buffer[static SYMBOL_TEXT_SIZE]);

#endif
