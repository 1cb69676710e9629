/* What a writer sees: named, typed columns and values, never bars or orders; and what a set of
 * them covers. Values are what they are; how they look as text, what a row is about and how rows
 * are sorted is decided here, once for all writers. */
#ifndef PLAYBOOK_WRITERS_RECORD_H
#define PLAYBOOK_WRITERS_RECORD_H

#include "service/base/error.h"
#include "service/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum column_kind {
    COLUMN_TEXT,
    COLUMN_INTEGER,
    COLUMN_FLAG,      /* TRUE or FALSE */
    COLUMN_DATE,      /* integer: days since 1970; 2024-06-28 */
    COLUMN_TIMESTAMP, /* integer: microseconds, UTC; 2024-06-28T13:30:00Z */
    COLUMN_CLOCK,     /* integer: seconds since local midnight; 10:04:00 */
    COLUMN_PRICE,     /* number, as the shortest text that reads back */
    COLUMN_NUMBER,    /* number, with `decimals` decimals */
    COLUMN_MONEY,     /* integer: micro-dollars, 2 to 6 decimals */
    COLUMN_QUANTITY,  /* integer: 1e-9 units, 0 to 9 decimals */
};

/* What a column means to a writer that replaces what a set covers. Every table has one column each
 * for the playbook and the session. */
enum column_role {
    ROLE_PLAIN,
    ROLE_KEY,      /* text, unique in the table; of "a/b/12" the 12 sorts as a number */
    ROLE_PLAYBOOK, /* text */
    ROLE_SYMBOL,   /* text */
    ROLE_SESSION,  /* date */
};

struct column {
    const char *name;
    enum column_kind kind;
    enum column_role role;
    int decimals; /* of COLUMN_NUMBER */
    const char *help;
};

struct table {
    const char *name;
    int version;
    const struct column *columns;
    size_t column_count;
};

/* Zeroed: absent, an empty cell. */
struct cell {
    bool present;
    union {
        const char *text; /* borrowed, valid as long as the set */
        int64_t integer;  /* also flags: 0 or 1 */
        double number;
    };
};

struct coverage {
    const char *playbook;
    const char *const *symbols;
    size_t symbol_count;
    int32_t first_session, last_session;
};

struct record_list;

/* Records that are made when they are asked for, each by itself: many would be much memory. Both
 * functions may be called by several threads. */
struct record_source {
    int32_t (*session)(const void *context, size_t record);
    void (*add)(const void *context, size_t record, struct record_list *list); /* to the list */
    const void *context;
};

/* A set with no record is meaningful: nothing remains of what it covers. */
struct record_set {
    const struct table *table;
    const char *run_id;
    struct coverage coverage;
    const struct cell *cells;           /* row by row: record r, column c at r * column_count + c */
    const struct record_source *source; /* or NULL; instead of cells */
    size_t count;                       /* records */
};

/* What a row is about: its cells that have a role, borrowed. */
struct row_identity {
    int32_t session;
    const char *playbook;
    const char *symbol; /* NULL: the table has no such column; then a set covers every symbol */
    const char *key;    /* NULL: the table has no such column */
};

/* The cells of a record. One that has yet to be made is added to the list, which is the caller's,
 * and borrowed from there. */
const struct cell *record_row(const struct record_set *set, size_t record,
                              struct record_list *list);

/* The index of the column with that role, or -1. */
int table_role_column(const struct table *table, enum column_role role);

/* Appends a cell as text; nothing for an absent one. Numbers that are not finite are absent too. */
void cell_append_text(struct text *text, const struct column *column, const struct cell *cell);

/* The same for a cell that is no text, at `target`, where there are CELL_VALUE_SIZE bytes. Returned
 * is the place behind it, and no NUL is there. */
enum { CELL_VALUE_SIZE = 32 };
char *cell_put_value(char *target, const struct column *column, const struct cell *cell);

/* The columns that have a role, or -1: found once for many records. */
struct record_roles {
    int session, playbook, symbol, key;
};

struct record_roles record_roles_of(const struct table *table);

/* The session of a record, which must not be absent. */
int32_t record_session(const struct record_set *set, const struct record_roles *roles,
                       size_t record);

/* What a record is about, from its cells. False: it lacks one of those that it must have. */
bool record_identify(const struct record_roles *roles, const struct cell *cells,
                     struct row_identity *ret_identity);

/* Below, equal to or above 0: by session, playbook, symbol and key. */
int row_identity_compare(const struct row_identity *a, const struct row_identity *b);

/* That every record can be identified, lies in what the set covers and has a key of its own. A set
 * that does not hold is our own mistake: kind internal. */
bool record_set_check(const struct record_set *set, struct error *error);

#endif
