/* The same task for many indices, on several threads. Tasks that share nothing need no lock. */
#ifndef PLAYBOOK_BASE_PARALLEL_H
#define PLAYBOOK_BASE_PARALLEL_H

#include <stdbool.h>
#include <stddef.h>

/* As many threads as this machine has processors for the process, at least 1. */
size_t parallel_threads(void);

/* Calls task(context, thread, index) for each index below count, handed out in ascending order, and
 * returns when all are done. `thread` is below `threads` and tells whose turn it is, for what a
 * thread keeps from one task to the next. With one thread, or one index, it is a plain loop.
 *
 * A task that returns false stops the handing out: every index below it has had or will have its
 * task, so the lowest index that failed does not depend on the number of threads. */
void parallel_for(size_t count, size_t threads,
                  bool (*task)(void *context, size_t thread, size_t index), void *context);

#endif
