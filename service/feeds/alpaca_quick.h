/* A bar in the form in which Alpaca writes nearly every one, read and checked in one pass: no
 * blanks, no escapes, no sign, no exponent. */
#ifndef PLAYBOOK_FEEDS_ALPACA_QUICK_H
#define PLAYBOOK_FEEDS_ALPACA_QUICK_H

#include "service/feeds/bar_quick.h"
#include "service/market/bar.h"

/* Reads {"c":1.25,"h":...} with the members of a bar in any order, n and vw only if they are there
 * (else -1 and NaN). Returns what follows. NULL: it is anything else; it may still be a bar, or be
 * no JSON. What is read is JSON, and has the values that the general way gives. */
const char *quick_alpaca_bar(const char *text, const char *end, struct quick_date *date,
                             struct bar *ret_bar);

#endif
