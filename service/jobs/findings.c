#include "service/jobs/findings.h"

#include "service/base/memory.h"

#include <stdlib.h>

void findings_add(struct findings *findings, const struct finding *finding)
{
    findings->items =
        memory_grow(findings->items, findings->count, &findings->capacity, sizeof *findings->items);
    findings->items[findings->count++] = *finding;
}

void findings_release(struct findings *findings)
{
    free(findings->items);
    *findings = (struct findings) { 0 };
}
