/* playbook data clear: removes bars from the cache. */
#include "service/base/unknown.h"
#include "service/commands/bar_arguments.h"
#include "service/commands/bytes_text.h"
#include "service/commands/commands.h"
#include "service/commands/market_data.h"
#include "service/jobs/kept_bars.h"

#include <stdio.h>
#include <string.h>

static const struct flag flags[] = {
    { .name = "symbol",
      .placeholder = "SYMBOL",
      .repeatable = true,
      .help = "these alone: QQQ, BTC/USD; a comma list, or several times" },
    { .name = "timeframe", .placeholder = "TIMEFRAME", .help = "these alone: 1Min or 1Day" },
    { .name = "adjustment", .placeholder = "KIND", .help = "these alone: raw, split or all" },
    { .name = "feed", .placeholder = "NAME", .help = "these alone: sip, iex or crypto" },
    { .name = "all", .help = "everything, and what was set aside as damaged" },
    { 0 },
};

static const struct part_flag {
    enum kept_part part;
    const char *name;
    const char *const *values;
} part_flags[] = {
    { KEPT_TIMEFRAME, "timeframe", (const char *const[]) { "1Min", "1Day", NULL } },
    { KEPT_ADJUSTMENT, "adjustment", adjustment_names },
    { KEPT_FEED, "feed", (const char *const[]) { "sip", "iex", "crypto", NULL } },
};

static bool read_part(const struct arguments *arguments, const struct part_flag *flag,
                      struct kept_selection *selection, struct error *error)
{
    const char *given = arguments_value(arguments, flag->name);
    for (size_t i = 0; given && flag->values[i]; i++)
        if (strcmp(given, flag->values[i]) == 0)
            selection->parts[flag->part] = given;
    return !given || selection->parts[flag->part] ||
           unknown_name(error, flag->name, given, flag->values);
}

/* Nothing goes because a flag was forgotten. */
static bool read_selection(const struct arguments *arguments, const struct symbol_list *symbols,
                           struct kept_selection *ret_selection, struct error *error)
{
    struct kept_selection selection = {
        .symbols = (const char *const *)symbols->symbols,
        .symbol_count = symbols->count,
    };
    if (!symbol_list_check(symbols, error))
        return false;
    for (size_t i = 0; i < sizeof part_flags / sizeof part_flags[0]; i++)
        if (!read_part(arguments, &part_flags[i], &selection, error))
            return false;
    bool is_everything = kept_selection_is_everything(&selection);
    bool has_all = arguments_has(arguments, "all");
    if (is_everything && !has_all)
        return error_set(error, ERROR_USAGE,
                         "what is to go? Give --symbol, --timeframe, --adjustment or --feed, or "
                         "--all for everything that is kept");
    if (!is_everything && has_all)
        return error_set(error, ERROR_USAGE,
                         "--all is everything that is kept: it goes with no other flag");
    *ret_selection = selection;
    return true;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void print(const struct kept_cleared *cleared, const char *folder)
{
    char buffer[BYTES_TEXT_SIZE];
    if (cleared->files == 0)
        printf("%s: there was nothing to remove\n", folder);
    else
        printf("%s: removed %zu file%s, %s\n", folder, cleared->files, plural(cleared->files),
               bytes_text(cleared->bytes, buffer));
    if (cleared->aside_files > 0)
        printf("  %zu of them had been set aside as damaged\n", cleared->aside_files);
    if (cleared->foreign_files > 0)
        printf("  left there: %zu file%s not the cache's own (`playbook data list` names them)\n",
               cleared->foreign_files, plural(cleared->foreign_files));
    if (cleared->changed_files > 0)
        printf("  left there: %zu file%s that somebody went on changing\n", cleared->changed_files,
               plural(cleared->changed_files));
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    struct symbol_list symbols = bar_arguments_symbol_list(arguments);
    struct kept_selection selection;
    struct kept_cleared cleared = { 0 };
    struct error error = { 0 };
    struct store *store = NULL;
    bool is_cleared =
        read_selection(arguments, &symbols, &selection, &error) &&
        (store = market_data_store_open(settings, &error)) != NULL &&
        kept_bars_clear(store, &selection, arguments_has(arguments, "all"), &cleared, &error);
    if (is_cleared || cleared.files > 0)
        print(&cleared, settings_get(settings, SETTING_DATA_CACHE_DIR));
    int code = is_cleared ? 0 : command_fail(&error);
    store_close(store);
    symbol_list_release(&symbols);
    return code;
}

const struct command data_clear_command = {
    .name = "data clear",
    .summary = "remove bars from the cache, so that they are fetched again when they are needed",
    .flags = flags,
    .run = run,
};
