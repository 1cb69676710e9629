#include "service/jobs/load.h"

#include "service/base/log.h"
#include "service/base/memory.h"
#include "service/base/text.h"
#include "service/market/symbol.h"

#include <stdlib.h>
#include <sys/stat.h>

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Where a symbol's bars are: the file itself, or the symbol's file in the folder. */
static bool find_file(const struct playbook *playbook, const char *symbol, const char *place,
                      struct text *ret_path, struct error *error)
{
    char name[SYMBOL_TEXT_SIZE];
    if (is_folder(place))
        text_format(ret_path, "%s/%s.csv", place, symbol_file_name(symbol, name));
    else if (playbook->symbol_count == 1)
        text_append(ret_path, place);
    else
        return error_set(error, ERROR_USAGE,
                         "%s is one file for %zu symbols (a folder with a file for each was "
                         "expected, such as %s.csv)",
                         place, playbook->symbol_count, symbol_file_name(symbol, name));
    return true;
}

static bool read_file(const struct playbook *playbook, const char *symbol, const char *place,
                      const struct bar_zone *zone, bool must_be_daily, struct series *ret_series,
                      bool *ret_daily, struct bar_file_report *ret_report, struct error *error)
{
    struct text path = { 0 };
    bool read = find_file(playbook, symbol, place, &path, error) &&
                bar_file_read(text_string(&path), zone, ret_series, ret_daily, ret_report, error);
    if (read && must_be_daily && !*ret_daily)
        read = error_set(error, ERROR_DATA,
                         "%s: bars with a time of day (a column `date` with dates such as "
                         "2024-06-28 was expected)",
                         text_string(&path));
    if (read && ret_report->ignored_columns[0])
        log_event(LOG_INFO, "%s: ignored columns: %s", text_string(&path),
                  ret_report->ignored_columns);
    text_release(&path);
    return read;
}

static bool load_symbol(const struct playbook *playbook, size_t index,
                        const struct load_options *options, struct loaded *loaded,
                        struct error *error)
{
    struct loaded_symbol *symbol = &loaded->symbols[index];
    const char *name = playbook->symbols[index];
    if (!read_file(playbook, name, options->bars, &options->zone, false, &symbol->bars,
                   &symbol->is_daily, &symbol->bars_report, error))
        return false;
    loaded->inputs[index] = (struct lane_input) {
        .bars = &symbol->bars,
        .is_daily = symbol->is_daily,
        .report = &symbol->bars_report,
    };
    if (!options->daily)
        return true;
    bool is_daily;
    if (!read_file(playbook, name, options->daily, &options->zone, true, &symbol->days, &is_daily,
                   &symbol->days_report, error))
        return false;
    loaded->inputs[index].days = &symbol->days;
    loaded->inputs[index].days_report = &symbol->days_report;
    return true;
}

bool load_bars(const struct playbook *playbook, const struct load_options *options,
               struct loaded *ret_loaded, struct error *error)
{
    struct loaded loaded = {
        .symbols = memory_new(playbook->symbol_count, sizeof *loaded.symbols),
        .inputs = memory_new(playbook->symbol_count, sizeof *loaded.inputs),
        .count = playbook->symbol_count,
    };
    for (size_t i = 0; i < loaded.count; i++) {
        if (!load_symbol(playbook, i, options, &loaded, error)) {
            loaded_release(&loaded);
            return false;
        }
    }
    *ret_loaded = loaded;
    return true;
}

void loaded_release(struct loaded *loaded)
{
    for (size_t i = 0; i < loaded->count; i++) {
        series_release(&loaded->symbols[i].bars);
        series_release(&loaded->symbols[i].days);
        bar_file_report_release(&loaded->symbols[i].bars_report);
        bar_file_report_release(&loaded->symbols[i].days_report);
    }
    free(loaded->symbols);
    free(loaded->inputs);
    *loaded = (struct loaded) { 0 };
}
