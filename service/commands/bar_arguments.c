#include "service/commands/bar_arguments.h"

#include "service/base/date.h"
#include "service/base/memory.h"
#include "service/base/unknown.h"

#include <stdlib.h>
#include <string.h>

bool bar_arguments_symbols(const struct arguments *arguments,
                           bool (*add)(void *context, const char *symbol, struct error *error),
                           void *context, struct error *error)
{
    for (size_t i = 0; i < arguments_count(arguments, "symbol"); i++) {
        char *list = memory_copy_text(arguments_value_at(arguments, "symbol", i));
        char *rest = list;
        bool added = true;
        for (char *symbol = strsep(&rest, ","); added && symbol; symbol = strsep(&rest, ","))
            added = add(context, symbol, error);
        free(list);
        if (!added)
            return error_context(error, "--symbol");
    }
    return true;
}

static bool add_once(void *context, const char *symbol, struct error *error)
{
    (void)error;
    struct symbol_list *list = context;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->symbols[i], symbol) == 0)
            return true;
    list->symbols = memory_grow(list->symbols, list->count, &list->capacity, sizeof *list->symbols);
    list->symbols[list->count++] = memory_copy_text(symbol);
    return true;
}

struct symbol_list bar_arguments_symbol_list(const struct arguments *arguments)
{
    struct symbol_list list = { 0 };
    struct error never = { 0 };
    bar_arguments_symbols(arguments, add_once, &list, &never);
    return list;
}

bool symbol_list_check(const struct symbol_list *list, struct error *error)
{
    for (size_t i = 0; i < list->count; i++)
        if (!symbol_check(list->symbols[i], error))
            return error_context(error, "--symbol");
    return true;
}

void symbol_list_release(struct symbol_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->symbols[i]);
    free(list->symbols);
    *list = (struct symbol_list) { 0 };
}

bool bar_arguments_date(const struct arguments *arguments, const char *flag, int32_t *ret_date,
                        struct error *error)
{
    const char *text = arguments_value(arguments, flag);
    *ret_date = DATE_NONE;
    if (!text || date_parse(text, strlen(text), ret_date))
        return true;
    return error_set(error, ERROR_USAGE, "--%s %.40s: a date such as 2024-06-28 was expected", flag,
                     text);
}

bool bar_arguments_range(const struct arguments *arguments, int32_t *ret_start, int32_t *ret_end,
                         struct error *error)
{
    if (!bar_arguments_date(arguments, "start", ret_start, error) ||
        !bar_arguments_date(arguments, "end", ret_end, error))
        return false;
    if (*ret_end != DATE_NONE && *ret_start > *ret_end)
        return error_set(error, ERROR_USAGE, "--start %s lies behind --end %s",
                         arguments_value(arguments, "start"), arguments_value(arguments, "end"));
    return true;
}

bool bar_arguments_adjustment(const struct arguments *arguments, enum adjustment *ret_adjustment,
                              struct error *error)
{
    const char *name = arguments_value(arguments, "adjustment");
    *ret_adjustment = ADJUSTMENT_SPLIT;
    for (int i = 0; name && adjustment_names[i]; i++) {
        if (strcmp(name, adjustment_names[i]) == 0) {
            *ret_adjustment = (enum adjustment)i;
            return true;
        }
    }
    return !name || unknown_name(error, "adjustment", name, adjustment_names);
}

int32_t bar_arguments_last_date(const struct calendar *calendar, int64_t now_us)
{
    struct session session;
    int32_t today = calendar_date(calendar, now_us);
    if (!calendar_session_until(calendar, today, &session))
        return today;
    return session.close_us <= now_us ? session.date : session.date - 1;
}
