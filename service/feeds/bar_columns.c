#include "service/feeds/bar_columns.h"

#include <stdio.h>
#include <strings.h>

const struct bar_field_traits bar_fields[FIELD_COUNT] = {
    [FIELD_STAMP] = { "timestamp", 0 },
    [FIELD_OPEN] = { "open", offsetof(struct bar, open) },
    [FIELD_HIGH] = { "high", offsetof(struct bar, high) },
    [FIELD_LOW] = { "low", offsetof(struct bar, low) },
    [FIELD_CLOSE] = { "close", offsetof(struct bar, close) },
    [FIELD_VOLUME] = { "volume", offsetof(struct bar, volume) },
    [FIELD_VWAP] = { "vwap", offsetof(struct bar, vwap) },
    [FIELD_TRADE_COUNT] = { "trade_count", 0 },
    [FIELD_SYMBOL] = { "symbol", 0 },
};

bool bar_name_is(const char *name, size_t size, const char *expected)
{
    return strlen(expected) == size && strncasecmp(expected, name, size) == 0;
}

enum bar_field bar_field_find(const char *name, size_t size)
{
    for (enum bar_field field = 0; field < FIELD_COUNT; field++)
        if (bar_name_is(name, size, bar_fields[field].name))
            return field;
    return bar_name_is(name, size, "date") ? FIELD_STAMP : FIELD_IGNORED;
}

bool bar_fields_check(const size_t seen[static FIELD_COUNT], const char *file_name,
                      const char *where, struct error *error)
{
    for (enum bar_field field = 0; field < FIELD_COUNT; field++) {
        const char *name = field == FIELD_STAMP ? "timestamp or date" : bar_fields[field].name;
        if (seen[field] > 1)
            return error_set(error, ERROR_DATA, "%s: %s has more than one column %s", file_name,
                             where, name);
        if (field < FIELD_VWAP && seen[field] == 0)
            return error_set(error, ERROR_DATA,
                             "%s: %s has no column %s (timestamp or date, open, high, low, close "
                             "and volume were expected)",
                             file_name, where, name);
    }
    return true;
}

const char *bar_excerpt(const char *text, size_t size, char buffer[static BAR_EXCERPT_SIZE])
{
    bool cut = size > BAR_EXCERPT_SIZE - 1;
    size_t shown = cut ? BAR_EXCERPT_SIZE - 4 : size;
    for (size_t i = 0; i < shown; i++)
        buffer[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
    memcpy(buffer + shown, cut ? "..." : "", cut ? 4 : 1);
    return buffer;
}

void bar_note_ignored(const char *name, size_t size, char list[static BAR_IGNORED_SIZE])
{
    char buffer[BAR_EXCERPT_SIZE];
    size_t used = strlen(list);
    int written = snprintf(list + used, BAR_IGNORED_SIZE - used, "%s%s", used > 0 ? ", " : "",
                           size > 0 ? bar_excerpt(name, size, buffer) : "(unnamed)");
    if (written >= (int)(BAR_IGNORED_SIZE - used))
        memcpy(list + BAR_IGNORED_SIZE - 4, "...", 4);
}

static bool fits_a_symbol(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return size <= SYMBOL_LENGTH_MAX;
}

bool bar_symbol_agree(const char *text, size_t size, bool is_first,
                      char symbol[static SYMBOL_TEXT_SIZE], char ret_why[static BAR_WHY_SIZE])
{
    if (!fits_a_symbol(text, size)) {
        snprintf(ret_why, BAR_WHY_SIZE, "is no symbol (at most %d plain characters were expected)",
                 SYMBOL_LENGTH_MAX);
        return false;
    }
    if (is_first) {
        memcpy(symbol, text, size);
        symbol[size] = '\0';
        return true;
    }
    if (strlen(symbol) == size && memcmp(symbol, text, size) == 0)
        return true;
    snprintf(ret_why, BAR_WHY_SIZE,
             "is not the \"%s\" of the rows above (a file holds the bars of one symbol)", symbol);
    return false;
}
