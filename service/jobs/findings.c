#include "service/jobs/findings.h"

#include "service/base/json_fields.h"
#include "service/base/memory.h"

#include <stdlib.h>

void findings_add(struct findings *findings, const struct finding *finding)
{
    findings->items =
        memory_grow(findings->items, findings->count, &findings->capacity, sizeof *findings->items);
    findings->items[findings->count++] = *finding;
}

void findings_append_json(const struct findings *findings, char *const *symbols, struct text *text)
{
    text_append(text, "[");
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        const struct finding_type *type = finding_type(finding->kind);
        text_append(text, i == 0 ? "{" : ",{");
        json_field_date(text, "session", finding->date);
        if (symbols)
            json_field_string(text, "symbol", symbols[finding->symbol]);
        json_field_string(text, "kind", type->name);
        json_field_string(text, "severity", severity_name(type->severity));
        json_field_count(text, "count", finding->count);
        json_field_string(text, "detail", finding->detail);
        text_append(text, "}");
    }
    text_append(text, "]");
}

void findings_release(struct findings *findings)
{
    free(findings->items);
    *findings = (struct findings) { 0 };
}
