/* So many requests a minute to one host with one key: how soon the next may go out. Pure: it is
 * told the time. Not safe for several threads.
 *
 * What was sent is kept by the second and counts until a whole minute has passed, so that no 60
 * seconds ever see more than the limit, however the server draws its minutes, and a burst may still
 * use all of it at once. The price of the seconds: a wait may be up to one longer than needed.
 *
 * What the server says of its own count is heeded too, since others may use the same key: what it
 * says remains is all there is until it begins to count anew. */
#ifndef PLAYBOOK_CLIENTS_RATE_LIMIT_H
#define PLAYBOOK_CLIENTS_RATE_LIMIT_H

#include <stdint.h>

/* A minute, and the second that has begun. */
enum { RATE_LIMIT_SECONDS = 61 };

struct rate_limit {
    int per_minute;
    int taken_count;               /* of all seconds kept */
    int taken[RATE_LIMIT_SECONDS]; /* by second, at its number modulo RATE_LIMIT_SECONDS */
    int64_t second;                /* the newest one kept; monotonic */
    int remaining;                 /* by the server's count, */
    int64_t remaining_until_us;    /* until then; monotonic */
    int64_t blocked_until_us;      /* monotonic */
};

/* Nothing is taken yet. per_minute is at least 1. */
void rate_limit_init(struct rate_limit *limit, int per_minute, int64_t now_us);

/* Counts one request and returns 0, or returns how long to wait and counts none. */
int64_t rate_limit_take(struct rate_limit *limit, int64_t now_us);

/* The server's headers: its limit a minute and what remains, -1 for one that was absent; and when
 * it begins to count anew (monotonic), -1 or too far away: a minute from now. */
void rate_limit_correct(struct rate_limit *limit, int per_minute, int remaining, int64_t reset_us,
                        int64_t now_us);

/* The server refused: nothing goes out before then. */
void rate_limit_block(struct rate_limit *limit, int64_t until_us);

#endif
