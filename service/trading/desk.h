/* All that a strategy can do. It sees its own position and closed bars; no clock, no network, no
 * other symbol, no future. What it orders while a bar is being shown fills at the next bar's open
 * at the earliest. How much is not its business.
 *
 * The desk only keeps what was asked; the engine reads it after each call of the strategy and
 * decides. Strategies use the functions and leave the members to the engine. */
#ifndef PLAYBOOK_TRADING_DESK_H
#define PLAYBOOK_TRADING_DESK_H

#include "service/trading/position.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entry {
    enum side side;         /* long for now; short is refused */
    double stop_distance;   /* from the real fill price; 0: no stop */
    double target_distance; /* likewise; 0: no target */
    const char *reason;     /* static text */
};

/* What a strategy saw, under a static name; known names become journal columns. */
enum { DESK_NOTES_MAX = 16, DESK_STATUS_SIZE = 160, NOTE_TEXT_SIZE = 24 };

struct value {
    enum value_kind { VALUE_NUMBER, VALUE_TIME, VALUE_FLAG, VALUE_TEXT } kind;
    union {
        double number;
        int64_t time_us;
        bool flag;
        char text[NOTE_TEXT_SIZE];
    };
};

struct note {
    const char *name;
    struct value value;
};

struct desk {
    struct position position;
    int64_t bar_open_us; /* of the bar being shown */
    int64_t timeframe_us, session_close_us;
    bool asked; /* an entry or an exit was asked for */
    bool has_entry;
    struct entry entry;
    const char *exit_reason; /* NULL: no exit asked for */
    bool passed;             /* no more trade this session */
    struct note notes[DESK_NOTES_MAX];
    size_t note_count;
    char status[DESK_STATUS_SIZE];
};

/* Asks for an entry; one a bar. While a position is held or an entry is on its way, and after the
 * one trade of an intraday session, it has no effect. */
void desk_enter(struct desk *desk, const struct entry *entry);

/* Asks to close the position; no effect when flat or when it is being closed already. */
void desk_exit(struct desk *desk, const char *reason);

/* Borrowed; quantity 0 when flat. */
static inline const struct position *desk_position(const struct desk *desk)
{
    return &desk->position;
}

/* When the bar being shown closed: the only "now" there is. */
static inline int64_t desk_now_us(const struct desk *desk)
{
    int64_t end_us = desk->bar_open_us + desk->timeframe_us;
    return end_us < desk->session_close_us ? end_us : desk->session_close_us;
}

/* Keeps a value under a name; the same name again replaces it. */
void desk_note_number(struct desk *desk, const char *name, double number);
void desk_note_time(struct desk *desk, const char *name, int64_t time_us);
void desk_note_flag(struct desk *desk, const char *name, bool flag);
void desk_note_text(struct desk *desk, const char *name, const char *text);

/* How things stand, as a sentence for the journal; the next one replaces it. Also what is true if
 * nothing more happens: "No pullback detected". */
void desk_status(struct desk *desk, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* No (more) trade this session, and the sentence that says why. */
void desk_pass(struct desk *desk, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For the engine: forgets notes, status and requests; the position stays. */
void desk_session_begin(struct desk *desk, int64_t timeframe_us, int64_t session_close_us);

#endif
