#include "service/commands/check_report.h"

#include "service/base/json_fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is shorter is no key, and may be part of any word. */
enum { SECRET_LENGTH_MIN = 6 };

static const char *const names[CHECK_STATUS_COUNT] = {
    [CHECK_OK] = "ok",
    [CHECK_WARNING] = "warning",
    [CHECK_FAILED] = "failed",
};

static void hide(const char *secret, struct text *text)
{
    struct text shown = { 0 };
    const char *rest = text_string(text);
    for (const char *found; (found = strstr(rest, secret)) != NULL; rest = found + strlen(secret)) {
        text_append_bytes(&shown, rest, (size_t)(found - rest));
        text_append(&shown, "(hidden)");
    }
    text_append(&shown, rest);
    text_release(text);
    *text = shown;
}

static void hide_secrets(const struct settings *settings, struct text *text)
{
    for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++) {
        const char *value = settings_get(settings, setting);
        if (setting_types[setting].secret && value && strlen(value) >= SECRET_LENGTH_MIN)
            hide(value, text);
    }
}

/* A path may hold anything, and a line is one line. */
static void print_line(enum check_status status, const char *name, const struct text *detail)
{
    printf("%-7s %-17s ", names[status], name);
    for (const char *at = text_string(detail); *at != '\0'; at++)
        putchar((unsigned char)*at < ' ' || *at == '\x7f' ? '?' : *at);
    putchar('\n');
}

static void append_json(struct text *checks, enum check_status status, const char *name,
                        enum error_kind kind, const struct text *detail)
{
    text_append(checks, checks->size > 0 ? ",{" : "{");
    json_field_string(checks, "name", name);
    json_field_string(checks, "status", names[status]);
    if (kind != ERROR_NONE)
        json_field_string(checks, "kind", error_kind_name(kind));
    json_field_string(checks, "detail", text_string(detail));
    text_append(checks, "}");
}

static void add(struct check_report *report, enum check_status status, const char *name,
                enum error_kind kind, struct text *detail)
{
    hide_secrets(report->settings, detail);
    if (report->is_json)
        append_json(&report->checks, status, name, kind, detail);
    else
        print_line(status, name, detail);
    report->counts[status]++;
    if (report->first_failure == ERROR_NONE)
        report->first_failure = kind;
}

void check_report_add(struct check_report *report, enum check_status status, const char *name,
                      const char *format, ...)
{
    char *formatted = NULL;
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(&formatted, format, arguments);
    va_end(arguments);
    if (size < 0)
        abort();
    struct text detail = { 0 };
    text_append(&detail, formatted);
    free(formatted);
    add(report, status, name, ERROR_NONE, &detail);
    text_release(&detail);
}

void check_report_fail(struct check_report *report, const char *name, const struct error *error)
{
    struct text detail = { 0 };
    text_append(&detail, error->message);
    add(report, CHECK_FAILED, name, error->kind, &detail);
    text_release(&detail);
}

int check_report_end(struct check_report *report)
{
    const size_t *counts = report->counts;
    if (report->is_json)
        printf("{\"checks\":[%s],\"ok\":%zu,\"warnings\":%zu,\"failed\":%zu}\n",
               text_string(&report->checks), counts[CHECK_OK], counts[CHECK_WARNING],
               counts[CHECK_FAILED]);
    else
        printf("%zu ok, %zu warning%s, %zu failed\n", counts[CHECK_OK], counts[CHECK_WARNING],
               counts[CHECK_WARNING] == 1 ? "" : "s", counts[CHECK_FAILED]);
    text_release(&report->checks);
    return error_exit_code(report->first_failure);
}
