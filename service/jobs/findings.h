/* Findings in the making: a growing list. */
#ifndef PLAYBOOK_JOBS_FINDINGS_H
#define PLAYBOOK_JOBS_FINDINGS_H

#include "service/base/error.h"
#include "service/base/text.h"
#include "service/market/quality.h"

#include <json-c/json_object.h>
#include <stdbool.h>
#include <stddef.h>

struct findings {
    struct finding *items; /* owned */
    size_t count, capacity;
};

void findings_add(struct findings *findings, const struct finding *finding);

/* An array of an object for each. `symbols` are the names that the findings' symbols are the
 * indices of; NULL: all are of one symbol, which is not said. */
void findings_append_json(const struct findings *findings, char *const *symbols, struct text *text);

/* Adds what that has written for these symbols. An error is of kind data and names finding and
 * member ("[2].kind: ..."); the findings before it may be there then. */
bool findings_read_json(struct findings *findings, char *const *symbols, size_t symbol_count,
                        struct json_object *array, struct error *error);

void findings_release(struct findings *findings); /* accepts a zeroed one */

#endif
