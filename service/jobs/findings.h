/* Findings in the making: a growing list. */
#ifndef PLAYBOOK_JOBS_FINDINGS_H
#define PLAYBOOK_JOBS_FINDINGS_H

#include "service/market/quality.h"

#include <stddef.h>

struct findings {
    struct finding *items; /* owned */
    size_t count, capacity;
};

void findings_add(struct findings *findings, const struct finding *finding);
void findings_release(struct findings *findings); /* accepts a zeroed one */

#endif
