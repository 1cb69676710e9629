/* The columns of a bar file by their names, which is the same for every format: timestamp or date,
 * open, high, low, close and volume, optionally vwap, trade_count and symbol, in any order and
 * case. Others are ignored. */
#ifndef PLAYBOOK_FEEDS_BAR_COLUMNS_H
#define PLAYBOOK_FEEDS_BAR_COLUMNS_H

#include "service/base/error.h"
#include "service/feeds/bar_rows.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum bar_field {
    FIELD_STAMP,
    FIELD_OPEN,
    FIELD_HIGH,
    FIELD_LOW,
    FIELD_CLOSE,
    FIELD_VOLUME,
    FIELD_VWAP,
    FIELD_TRADE_COUNT,
    FIELD_SYMBOL,
    FIELD_COUNT,
    FIELD_IGNORED = FIELD_COUNT
};

struct bar_field_traits {
    const char *name;
    size_t offset; /* of its double in a bar */
};
extern const struct bar_field_traits bar_fields[FIELD_COUNT];

enum bar_field bar_field_find(const char *name, size_t size);
bool bar_name_is(const char *name, size_t size, const char *expected); /* in any case */

/* Whether the fields that must be there were seen, and none twice. Kind data, of `file_name`;
 * `where` is what lacks them: "the header". */
bool bar_fields_check(const size_t seen[static FIELD_COUNT], const char *file_name,
                      const char *where, struct error *error);

/* Puts a number into a bar that has neither vwap nor trade_count yet. False for what is no count
 * of trades; NaN is none. */
static inline bool bar_field_store(enum bar_field field, double value, struct bar *bar)
{
    if (field != FIELD_TRADE_COUNT) {
        memcpy((char *)bar + bar_fields[field].offset, &value, sizeof value);
        return true;
    }
    if (isnan(value))
        return true;
    /* Beyond 2^53 a double no longer holds every integer. */
    if (!(value >= 0 && value <= 0x1p53) || value != (double)(int64_t)value)
        return false;
    bar->trade_count = (int64_t)value;
    return true;
}

enum { BAR_EXCERPT_SIZE = 48 };

/* What a text says, fit to be printed: cut short, and what is no plain character becomes '?'. */
const char *bar_excerpt(const char *text, size_t size, char buffer[static BAR_EXCERPT_SIZE]);

/* Adds a column's name to rows.ignored_columns. */
void bar_note_ignored(const char *name, size_t size, char list[static BAR_IGNORED_SIZE]);

enum { BAR_WHY_SIZE = 128 };

/* Compares what a row says in its column `symbol` with the rows above; the first row's is kept.
 * False when it is another or none: *ret_why goes on after the text, "is not the ...". */
bool bar_symbol_agree(const char *text, size_t size, bool is_first,
                      char symbol[static SYMBOL_TEXT_SIZE], char ret_why[static BAR_WHY_SIZE]);

#endif
