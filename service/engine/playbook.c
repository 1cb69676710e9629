#include "service/engine/playbook.h"

#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/base/hash.h"
#include "service/base/memory.h"
#include "service/base/unknown.h"
#include "service/market/symbol.h"
#include "service/market/timeframe.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_TIME = 15 * 60 + 55 };

#define QUANTITY_MAX 1e9

void playbook_settings(const struct strategy_type *strategy,
                       struct parameter table[static PLAYBOOK_SETTINGS_SIZE])
{
    table[PLAYBOOK_QUANTITY] = (struct parameter) {
        "quantity",         PARAMETER_QUANTITY, strategy->quantity,
        1.0 / QUANTITY_ONE, QUANTITY_MAX,       "shares or coins a trade",
    };
    table[PLAYBOOK_EXIT_TIME] = (struct parameter) { 0 };
    if (strategy->intraday)
        table[PLAYBOOK_EXIT_TIME] = (struct parameter) {
            "exit_time",
            PARAMETER_TIME,
            EXIT_TIME,
            0,
            24 * 60,
            "out after the first bar that ends by then; keeps its distance to an early close",
        };
    table[PLAYBOOK_EXIT_TIME + 1] = (struct parameter) { 0 };
}

static int64_t default_quantity(const struct strategy_type *strategy)
{
    return llrint(strategy->quantity * QUANTITY_ONE);
}

void playbook_init(struct playbook *playbook, const struct strategy_type *strategy)
{
    *playbook = (struct playbook) {
        .strategy = strategy,
        .quantity = default_quantity(strategy),
        .exit_time = EXIT_TIME,
        .enabled = true,
    };
    parameter_set_init(&playbook->parameters, strategy->parameters);
    struct error error;
    bool parsed = timeframe_parse(strategy->timeframe, &playbook->timeframe_us, &error);
    assert(parsed);
}

void playbook_release(struct playbook *playbook)
{
    for (size_t i = 0; i < playbook->symbol_count; i++)
        free(playbook->symbols[i]);
    free(playbook->symbols);
    *playbook = (struct playbook) { 0 };
}

bool playbook_add_symbol(struct playbook *playbook, const char *symbol, struct error *error)
{
    if (!symbol_check(symbol, error))
        return false;
    size_t at = 0;
    while (at < playbook->symbol_count && strcmp(playbook->symbols[at], symbol) < 0)
        at++;
    if (at < playbook->symbol_count && strcmp(playbook->symbols[at], symbol) == 0)
        return true;
    size_t behind = playbook->symbol_count++ - at;
    playbook->symbols =
        memory_resize(playbook->symbols, playbook->symbol_count, sizeof *playbook->symbols);
    memmove(&playbook->symbols[at + 1], &playbook->symbols[at], behind * sizeof *playbook->symbols);
    playbook->symbols[at] = memory_copy_text(symbol);
    return true;
}

static bool explain_unknown(const struct playbook *playbook, const struct parameter *settings,
                            const char *name, struct error *error)
{
    const char *names[PARAMETERS_MAX + PLAYBOOK_SETTINGS_SIZE + 1] = { 0 };
    size_t count = 0;
    for (const struct parameter *row = playbook->strategy->parameters; row->name; row++)
        names[count++] = row->name;
    for (const struct parameter *row = settings; row->name; row++)
        names[count++] = row->name;
    unknown_name(error, "parameter", name, names);
    return error_context(error, "%s", playbook->strategy->name);
}

bool playbook_set(struct playbook *playbook, const char *name, const char *text,
                  struct error *error)
{
    struct parameter settings[PLAYBOOK_SETTINGS_SIZE];
    playbook_settings(playbook->strategy, settings);
    size_t index;
    const struct parameter *parameter =
        parameter_find(playbook->strategy->parameters, name, &index);
    if (parameter)
        return parameter_parse(parameter, text, &playbook->parameters.values[index], error);

    parameter = parameter_find(settings, name, &index);
    if (!parameter)
        return explain_unknown(playbook, settings, name, error);
    double value;
    if (!parameter_parse(parameter, text, &value, error))
        return false;
    if (index == PLAYBOOK_EXIT_TIME) {
        playbook->exit_time = (int)value;
        return true;
    }
    /* Exactly, which its value as a double need not be. */
    return decimal_parse(text, strlen(text), QUANTITY_DECIMALS, &playbook->quantity);
}

enum { IDENTITY_LINES_MAX = PARAMETERS_MAX + 4 };

/* Of the strategy's parameters and the settings, those that are not default, as "name=value". */
static size_t differing(const struct playbook *playbook, struct text lines[])
{
    const struct strategy_type *strategy = playbook->strategy;
    char buffer[PARAMETER_TEXT_SIZE];
    size_t count = 0;
    for (size_t i = 0; strategy->parameters[i].name; i++) {
        const struct parameter *row = &strategy->parameters[i];
        double value = playbook->parameters.values[i];
        if (value != row->initial)
            text_format(&lines[count++], "%s=%s", row->name, parameter_format(row, value, buffer));
    }
    if (playbook->quantity != default_quantity(strategy))
        text_format(&lines[count++], "quantity=%s",
                    decimal_format(playbook->quantity, QUANTITY_DECIMALS, 0, buffer));
    if (strategy->intraday && playbook->exit_time != EXIT_TIME)
        text_format(&lines[count++], "exit_time=%s",
                    clock_time_format(playbook->exit_time, buffer));
    return count;
}

/* By name: '=' sorts behind digits, and must not count. */
static int compare_lines(const void *a, const void *b)
{
    const char *left = text_string(a);
    const char *right = text_string(b);
    size_t left_size = strcspn(left, "=");
    size_t right_size = strcspn(right, "=");
    size_t shorter = left_size < right_size ? left_size : right_size;
    int order = memcmp(left, right, shorter);
    return order ? order : (left_size > right_size) - (left_size < right_size);
}

void playbook_identity(const struct playbook *playbook, struct text *text)
{
    struct text lines[IDENTITY_LINES_MAX] = { 0 };
    size_t count = differing(playbook, lines);
    struct text *symbols = &lines[count++];
    for (size_t i = 0; i < playbook->symbol_count; i++)
        text_format(symbols, "%s%s", i == 0 ? "symbols=" : ",", playbook->symbols[i]);
    char timeframe[TIMEFRAME_TEXT_SIZE];
    text_format(&lines[count++], "timeframe=%s",
                timeframe_format(playbook->timeframe_us, timeframe));
    qsort(lines, count, sizeof lines[0], compare_lines);
    for (size_t i = 0; i < count; i++) {
        text_format(text, "%s\n", text_string(&lines[i]));
        text_release(&lines[i]);
    }
}

static bool is_all_default(const struct playbook *playbook)
{
    const struct strategy_type *strategy = playbook->strategy;
    struct text lines[IDENTITY_LINES_MAX] = { 0 };
    size_t count = differing(playbook, lines);
    for (size_t i = 0; i < count; i++)
        text_release(&lines[i]);
    int64_t timeframe_us = 0;
    struct error error;
    timeframe_parse(strategy->timeframe, &timeframe_us, &error);
    return count == 0 && playbook->timeframe_us == timeframe_us && strategy->symbol &&
           playbook->symbol_count == 1 && strcmp(playbook->symbols[0], strategy->symbol) == 0;
}

static bool check_name(const struct playbook *playbook, const char *name, struct error *error)
{
    size_t length = strlen(name);
    bool well_formed = length >= 1 && length < PLAYBOOK_NAME_SIZE && name[0] >= 'a' &&
                       name[0] <= 'z' &&
                       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
    if (!well_formed)
        return error_set(error, ERROR_USAGE,
                         "\"%.60s\" is not a playbook name (a lower-case letter, then up to 39 "
                         "lower-case letters, digits, '_' or '-')",
                         name);
    const struct strategy_type *namesake = strategy_find(name);
    if (namesake && !(namesake == playbook->strategy && is_all_default(playbook)))
        return error_set(error, ERROR_USAGE,
                         "the name %s stands for that strategy with its defaults: give this "
                         "playbook another one",
                         name);
    return true;
}

static void derive_name(struct playbook *playbook)
{
    const char *strategy = playbook->strategy->name;
    if (is_all_default(playbook)) {
        snprintf(playbook->name, sizeof playbook->name, "%s", strategy);
        return;
    }
    struct text identity = { 0 };
    playbook_identity(playbook, &identity);
    char hex[SHA256_HEX_SIZE];
    sha256_hex(text_string(&identity), identity.size, hex);
    text_release(&identity);
    snprintf(playbook->name, sizeof playbook->name, "%s-%.8s", strategy, hex);
}

/* Whether the strategy takes the parameters together. */
static bool check_parameters(const struct playbook *playbook, struct error *error)
{
    const struct strategy_type *strategy = playbook->strategy;
    void *state = memory_new(1, strategy->state_size);
    bool taken = strategy->init(state, &playbook->parameters, error);
    if (strategy->release)
        strategy->release(state);
    free(state);
    return taken || error_context(error, "%s", strategy->name);
}

bool playbook_finish(struct playbook *playbook, const char *name, struct error *error)
{
    const struct strategy_type *strategy = playbook->strategy;
    if (!check_parameters(playbook, error))
        return false;
    if (playbook->symbol_count == 0) {
        if (!strategy->symbol)
            return error_set(error, ERROR_USAGE, "%s has no default symbol: name one",
                             strategy->name);
        if (!playbook_add_symbol(playbook, strategy->symbol, error))
            return false;
    }
    derive_name(playbook);
    return name == NULL || playbook_rename(playbook, name, error);
}

bool playbook_rename(struct playbook *playbook, const char *name, struct error *error)
{
    if (!check_name(playbook, name, error))
        return false;
    snprintf(playbook->name, sizeof playbook->name, "%s", name);
    return true;
}

const struct calendar *playbook_calendar(const struct playbook *playbook, struct error *error)
{
    const struct calendar *calendar = symbol_calendar(playbook->symbols[0]);
    for (size_t i = 1; i < playbook->symbol_count; i++) {
        if (symbol_calendar(playbook->symbols[i]) != calendar) {
            error_set(error, ERROR_USAGE,
                      "%s and %s trade on different calendars: name one with --calendar, or run "
                      "them apart",
                      playbook->symbols[0], playbook->symbols[i]);
            return NULL;
        }
    }
    return calendar;
}
