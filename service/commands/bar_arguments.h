/* The flags that say which bars are meant: symbols, dates, adjustment. They read the same way in
 * every command. Errors are of kind usage and name the flag. */
#ifndef PLAYBOOK_COMMANDS_BAR_ARGUMENTS_H
#define PLAYBOOK_COMMANDS_BAR_ARGUMENTS_H

#include "service/base/error.h"
#include "service/commands/arguments.h"
#include "service/feeds/feed.h"
#include "service/market/calendar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --symbol, comma lists and several times: hands on every name as it is written, until add says
 * false with an error. */
bool bar_arguments_symbols(const struct arguments *arguments,
                           bool (*add)(void *context, const char *symbol, struct error *error),
                           void *context, struct error *error);

/* The same as a list, each name once, in the order given. */
struct symbol_list {
    char **symbols; /* owned */
    size_t count, capacity;
};

struct symbol_list bar_arguments_symbol_list(const struct arguments *arguments);
bool symbol_list_check(const struct symbol_list *list, struct error *error); /* all are symbols */
void symbol_list_release(struct symbol_list *list); /* accepts a zeroed one */

/* A flag with a date; DATE_NONE: not given. */
bool bar_arguments_date(const struct arguments *arguments, const char *flag, int32_t *ret_date,
                        struct error *error);

/* --start and --end, both included; DATE_NONE: not given. */
bool bar_arguments_range(const struct arguments *arguments, int32_t *ret_start, int32_t *ret_end,
                         struct error *error);

/* --adjustment; split when it is not given. */
bool bar_arguments_adjustment(const struct arguments *arguments, enum adjustment *ret_adjustment,
                              struct error *error);

/* The date with which a range ends that says no end: up to then all sessions are over. */
int32_t bar_arguments_last_date(const struct calendar *calendar, int64_t now_us);

#endif
