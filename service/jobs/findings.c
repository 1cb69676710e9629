#include "service/jobs/findings.h"

#include "service/base/json_fields.h"
#include "service/base/json_members.h"
#include "service/base/memory.h"

#include <stdlib.h>
#include <string.h>

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

static bool read_kind(struct json_object *object, enum finding_kind *ret_kind, struct error *error)
{
    const char *name = json_member_string(object, "kind", error);
    if (!name)
        return false;
    enum finding_kind kind = FINDING_NONE + 1;
    while (kind < FINDING_KIND_COUNT && strcmp(finding_type(kind)->name, name) != 0)
        kind++;
    if (kind == FINDING_KIND_COUNT)
        return error_set(error, ERROR_DATA, "kind: \"%.60s\" is none that is known", name);
    *ret_kind = kind;
    return true;
}

static bool read_symbol(struct json_object *object, char *const *symbols, size_t symbol_count,
                        size_t *ret_symbol, struct error *error)
{
    const char *name = json_member_string(object, "symbol", error);
    if (!name)
        return false;
    size_t symbol = 0;
    while (symbol < symbol_count && strcmp(symbols[symbol], name) != 0)
        symbol++;
    if (symbol == symbol_count)
        return error_set(error, ERROR_DATA, "symbol: \"%.60s\" is none of the symbols", name);
    *ret_symbol = symbol;
    return true;
}

static bool read_detail(struct json_object *object, char detail[static FINDING_DETAIL_SIZE],
                        struct error *error)
{
    const char *text = json_member_string(object, "detail", error);
    if (!text)
        return false;
    size_t size = strlen(text) + 1;
    if (size > FINDING_DETAIL_SIZE)
        return error_set(error, ERROR_DATA, "detail: a text of at most %d bytes is expected",
                         FINDING_DETAIL_SIZE - 1);
    memcpy(detail, text, size);
    return true;
}

bool findings_read_json(struct findings *findings, char *const *symbols, size_t symbol_count,
                        struct json_object *array, struct error *error)
{
    size_t count = json_object_array_length(array);
    for (size_t i = 0; i < count; i++) {
        struct json_object *object = json_object_array_get_idx(array, i);
        struct finding finding = { 0 };
        struct error problem = { 0 };
        if (!json_member_date(object, "session", &finding.date, &problem) ||
            !read_symbol(object, symbols, symbol_count, &finding.symbol, &problem) ||
            !read_kind(object, &finding.kind, &problem) ||
            !json_member_count(object, "count", &finding.count, &problem) ||
            !read_detail(object, finding.detail, &problem))
            return error_set(error, problem.kind, "[%zu].%s", i, problem.message);
        findings_add(findings, &finding);
    }
    return true;
}

void findings_release(struct findings *findings)
{
    free(findings->items);
    *findings = (struct findings) { 0 };
}
