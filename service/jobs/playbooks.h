/* The playbooks file: which playbooks there are, as JSON.
 *
 *   {
 *     "playbooks": [
 *       {
 *         "name": "dp20-5min",            optional: derived from what differs from the defaults
 *         "strategy": "dp20",             required
 *         "symbols": ["QQQ"],             optional: the strategy's own
 *         "timeframe": "5Min",            optional: the strategy's own
 *         "parameters": {                 optional: those that differ from the defaults,
 *           "strength": 0.7,              quantity and exit_time too
 *           "exit_time": "15:30"
 *         },
 *         "enabled": false                optional: true
 *       }
 *     ]
 *   }
 *
 * Anything else in it is an error. A syntax error is named by its line, wrong content by its path:
 * "playbooks[2].parameters.strength". */
#ifndef PLAYBOOK_JOBS_PLAYBOOKS_H
#define PLAYBOOK_JOBS_PLAYBOOKS_H

#include "service/base/error.h"
#include "service/engine/playbook.h"

#include <stdbool.h>
#include <stddef.h>

enum { PLAYBOOKS_FILE_SIZE_MAX = 1 << 20 };

struct playbooks {
    struct playbook *items; /* owned */
    size_t count, capacity;
};

/* All playbooks of the file, with names that differ; an error (kind usage, data when the file
 * cannot be read) names the file. */
bool playbooks_load(const char *path, struct playbooks *ret_playbooks, struct error *error);
void playbooks_release(struct playbooks *playbooks); /* accepts zeroed ones */

/* NULL with an error of kind usage that names the nearest one. Borrowed. */
const struct playbook *playbooks_find(const struct playbooks *playbooks, const char *name,
                                      struct error *error);

#endif
