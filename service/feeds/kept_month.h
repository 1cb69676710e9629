/* The bars of a symbol and a month as they are kept in a store: a Parquet file of its own.
 *
 *   bars/provider=alpaca/feed=sip/adjustment=split/timeframe=1Min/symbol=QQQ/2024-06.parquet
 *
 * It holds whole and final days and nothing else, so that the days it has bars of are those it
 * covers. Its metadata says where it belongs (playbook.key), of which day bars are that adjustments
 * may change (playbook.as_of), and the SHA-256 of the file with 64 zeros in place of the sum
 * (playbook.sha256): with it a file that was changed, cut or put there by somebody is known. */
#ifndef PLAYBOOK_FEEDS_KEPT_MONTH_H
#define PLAYBOOK_FEEDS_KEPT_MONTH_H

#include "service/feeds/feed.h"
#include "service/market/calendar.h"
#include "service/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* To which date bars belong: those of minutes to the exchange's date at which they open, trading
 * before and after the session's hours too; daily ones open at their date's midnight UTC. */
struct bar_days {
    const struct calendar *calendar;
    bool is_daily;
};

/* When the bars of a date begin; they end where the next date begins. */
int64_t bar_days_begin_us(const struct bar_days *days, int32_t date);

/* Leaves room for what the key of a file that is set aside has more. */
enum { KEPT_KEY_MAX = STORE_KEY_MAX - 32 };

struct kept_month_name {
    const char *provider, *feed, *symbol;
    enum adjustment adjustment;
    int32_t date; /* any of the month */
};

struct kept_month {
    char key[KEPT_KEY_MAX + 1];
    struct bar_days days;
    int32_t first_date;
    int day_count;
    bool is_adjusted;
    struct series bars;     /* owned; sorted, unique */
    int32_t as_of;          /* adjusted bars: the date of the oldest fetch; DATE_NONE: no bars */
    struct version version; /* of the file; 0: there is none */
};

/* Touches no store. Kind limit when the key would be too long. */
bool kept_month_init(struct kept_month *month, const struct bar_days *days,
                     const struct kept_month_name *name, struct error *error);
void kept_month_release(struct kept_month *month); /* accepts a zeroed one */

/* The days that have bars: bit 0 is the first of the month. */
uint32_t kept_month_days(const struct kept_month *month);

/* Looks at the file, and reads it in place of what the month has. *ret_wrong: why it cannot be
 * right, else of kind ERROR_NONE. Then, as when there is none, the month has no bars. Errors are
 * the store's. */
bool kept_month_look(struct kept_month *month, struct store *store, size_t *ret_bytes,
                     struct error *ret_wrong, struct error *error);

/* The same, but a file that cannot be right is set aside, as corrupt/<key>-<version>.parquet, and
 * reported with a warning in the log. */
bool kept_month_read(struct kept_month *month, struct store *store, bool *ret_corrupt,
                     struct error *error);

/* Forgets the bars, but not the version: a write replaces the file. */
void kept_month_forget(struct kept_month *month);

/* Takes from sorted bars those of the given days, in place of what it has of such a day; a day of
 * which there are no bars stays as it is. Returns how many were taken. */
size_t kept_month_take(struct kept_month *month, const struct series *bars, uint32_t days,
                       int32_t as_of);

/* Puts the month in place of the version that was read. Kind conflict: somebody was faster. */
bool kept_month_write(struct kept_month *month, struct store *store, struct error *error);

#endif
