#include "service/trading/desk.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void desk_enter(struct desk *desk, const struct entry *entry)
{
    desk->asked = desk->has_entry = true;
    desk->entry = *entry;
}

void desk_exit(struct desk *desk, const char *reason)
{
    desk->asked = true;
    desk->exit_reason = reason;
}

static struct value *note(struct desk *desk, const char *name, enum value_kind kind)
{
    size_t at = 0;
    while (at < desk->note_count && strcmp(desk->notes[at].name, name) != 0)
        at++;
    assert(at < DESK_NOTES_MAX);
    if (at == desk->note_count)
        desk->note_count++;
    desk->notes[at].name = name;
    desk->notes[at].value.kind = kind;
    return &desk->notes[at].value;
}

void desk_note_number(struct desk *desk, const char *name, double number)
{
    note(desk, name, VALUE_NUMBER)->number = number;
}

void desk_note_time(struct desk *desk, const char *name, int64_t time_us)
{
    note(desk, name, VALUE_TIME)->time_us = time_us;
}

void desk_note_flag(struct desk *desk, const char *name, bool flag)
{
    note(desk, name, VALUE_FLAG)->flag = flag;
}

void desk_note_text(struct desk *desk, const char *name, const char *text)
{
    struct value *value = note(desk, name, VALUE_TEXT);
    assert(strlen(text) < sizeof value->text);
    snprintf(value->text, sizeof value->text, "%s", text);
}

void desk_status(struct desk *desk, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(desk->status, sizeof desk->status, format, arguments);
    va_end(arguments);
}

void desk_pass(struct desk *desk, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(desk->status, sizeof desk->status, format, arguments);
    va_end(arguments);
    desk->passed = true;
}

void desk_session_begin(struct desk *desk, int64_t timeframe_us, int64_t session_close_us)
{
    *desk = (struct desk) {
        .position = desk->position,
        .timeframe_us = timeframe_us,
        .session_close_us = session_close_us,
    };
}
