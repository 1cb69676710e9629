#include "service/market/symbol.h"

#include <assert.h>
#include <string.h>

static bool is_name_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_well_formed(const char *symbol)
{
    size_t length = strlen(symbol);
    if (length == 0 || length > SYMBOL_LENGTH_MAX || !is_name_character(symbol[0]))
        return false;
    size_t slashes = 0;
    size_t punctuation = 0;
    for (size_t i = 1; i < length; i++) {
        slashes += symbol[i] == '/';
        punctuation += symbol[i] == '.' || symbol[i] == '-';
        if (!is_name_character(symbol[i]) && !strchr("./-", symbol[i]))
            return false;
    }
    bool is_pair = slashes == 1 && punctuation == 0 && symbol[length - 1] != '/';
    return slashes == 0 || is_pair;
}

bool symbol_check(const char *symbol, struct error *error)
{
    if (is_well_formed(symbol))
        return true;
    return error_set(error, ERROR_USAGE,
                     "\"%.40s\" is not a symbol (one such as QQQ, BRK.B or BTC/USD was expected)",
                     symbol);
}

bool symbol_is_pair(const char *symbol)
{
    return strchr(symbol, '/') != NULL;
}

const struct calendar *symbol_calendar(const char *symbol)
{
    return calendar_find(symbol_is_pair(symbol) ? "24x7" : "xnys");
}

const char *symbol_file_name(const char *symbol, char buffer[static SYMBOL_TEXT_SIZE])
{
    size_t length = strlen(symbol);
    assert(length < SYMBOL_TEXT_SIZE);
    for (size_t i = 0; i <= length; i++)
        buffer[i] = symbol[i] == '/' ? '_' : symbol[i];
    return buffer;
}
