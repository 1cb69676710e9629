/* What `playbook data fetch` and `data verify` are about: symbols over a range of sessions, from
 * the provider. Equities and pairs may be named together; they are asked for apart, each by their
 * own calendar. A symbol that fails keeps its error and the others go on. */
#ifndef PLAYBOOK_COMMANDS_DATA_RANGE_H
#define PLAYBOOK_COMMANDS_DATA_RANGE_H

#include "service/base/error.h"
#include "service/commands/arguments.h"
#include "service/commands/bar_arguments.h"
#include "service/commands/market_data.h"
#include "service/feeds/kept_month.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum data_part_kind { DATA_EQUITIES, DATA_PAIRS, DATA_PART_COUNT };

/* The symbols of one calendar. */
struct data_part {
    struct bar_days days;
    int32_t first_date, last_date; /* sessions that are over, both included */
    const char **symbols;          /* borrowed, in an array that is owned */
    size_t *places;                /* of each in the range; owned */
    size_t count;
};

struct data_range {
    const struct settings *settings;
    struct symbol_list list;
    struct error *errors; /* of each symbol of the list, without its name; kind ERROR_NONE: none so
                             far; owned */
    bool is_daily;
    enum adjustment adjustment;
    struct data_part parts[DATA_PART_COUNT];
};

/* Reads --symbol, --start, --end, --timeframe and --adjustment; --feed is a setting's flag. To ask
 * without a cache is an error, too. Release the range after success. */
bool data_range_read(const struct arguments *arguments, const struct settings *settings,
                     struct data_range *ret_range, struct error *error);
void data_range_release(struct data_range *range); /* accepts a zeroed one */

/* Opens market data for its symbols; there is a cache. */
bool data_range_open(const struct data_range *range, bool refresh, struct market_data *data,
                     struct error *error);

/* Hands on the bars of each symbol that has not failed. */
bool data_range_collect(struct data_range *range, struct feed *feed,
                        bool (*take)(void *context, const struct data_part *part, size_t place,
                                     const struct symbol_bars *bars, struct error *error),
                        void *context, struct error *error);

/* Tells the errors of symbols, and returns the worst exit code; 0 without any. */
int data_range_tell(const struct data_range *range);

const char *data_range_timeframe(const struct data_range *range); /* "1Min" */

/* Pairs are never adjusted. */
enum adjustment data_range_adjustment(const struct data_range *range, const char *symbol);
const char *data_range_adjustment_name(const struct data_range *range, const char *symbol);

#endif
