/* When a request is tried again, and how much later. Pure. */
#ifndef PLAYBOOK_CLIENTS_HTTP_RETRY_H
#define PLAYBOOK_CLIENTS_HTTP_RETRY_H

#include <stdbool.h>
#include <stdint.h>

enum { HTTP_ATTEMPTS_MAX = 5, HTTP_RETRY_BASE_MS = 250 };

/* Statuses that may be others a moment later: 408, 425, 429 and 5xx. */
bool http_retry_status(int status);

/* How long to wait behind so many attempts: full jitter ("Exponential Backoff And Jitter", Marc
 * Brooker, 2015), from nothing to HTTP_RETRY_BASE_MS and twice as much behind each further attempt;
 * all of it on top of what the server asked for, so that not everybody comes back in that moment.
 * `random` is the state of the jitter; any value starts it. */
int64_t http_retry_wait_us(int attempts, int64_t asked_us, uint64_t *random);

#endif
