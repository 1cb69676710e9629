#include "service/jobs/load.h"

#include "service/base/log.h"
#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "service/base/text.h"
#include "service/market/symbol.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The symbol's file in a folder, whichever of the endings it has. */
static bool find_in_folder(const char *folder, const char *name, struct text *ret_path,
                           struct error *error)
{
    const char *found = NULL;
    for (size_t i = 0; bar_file_endings[i]; i++) {
        text_clear(ret_path);
        text_format(ret_path, "%s/%s.%s", folder, name, bar_file_endings[i]);
        if (access(text_string(ret_path), F_OK) != 0)
            continue;
        if (found)
            return error_set(error, ERROR_DATA,
                             "%s: both %s.%s and %s.%s are there (one of them "
                             "was expected)",
                             folder, name, found, name, bar_file_endings[i]);
        found = bar_file_endings[i];
    }
    if (!found)
        return error_set(error, ERROR_DATA, "%s: neither %s.csv nor %s.parquet is there", folder,
                         name, name);
    text_clear(ret_path);
    text_format(ret_path, "%s/%s.%s", folder, name, found);
    return true;
}

/* Where a symbol's bars are: the file itself, or the symbol's file in the folder. */
static bool find_file(const struct playbook *playbook, const char *symbol, const char *place,
                      struct text *ret_path, struct error *error)
{
    char name[SYMBOL_TEXT_SIZE];
    if (is_folder(place))
        return find_in_folder(place, symbol_file_name(symbol, name), ret_path, error);
    if (playbook->symbol_count == 1)
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
                bar_file_read(text_string(&path), zone, ret_series, ret_daily, ret_report, error) &&
                load_symbol_agrees(text_string(&path), ret_report, symbol, error);
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

bool load_symbol_agrees(const char *path, const struct bar_file_report *report, const char *symbol,
                        struct error *error)
{
    char named[SYMBOL_TEXT_SIZE], wanted[SYMBOL_TEXT_SIZE];
    symbol_file_name(report->symbol, named);
    if (!named[0] || strcmp(named, symbol_file_name(symbol, wanted)) == 0)
        return true;
    return error_set(error, ERROR_DATA, "%s: holds bars of %s (%s was expected)", path,
                     report->symbol, symbol);
}

/* What the threads share. */
struct loading {
    const struct playbook *playbook;
    const struct load_options *options;
    struct loaded *loaded;
    struct error *errors; /* one per symbol */
};

static bool load_symbol(void *context, size_t thread, size_t index)
{
    (void)thread;
    const struct loading *loading = context;
    const struct load_options *options = loading->options;
    const char *name = loading->playbook->symbols[index];
    struct loaded_symbol *symbol = &loading->loaded->symbols[index];
    struct lane_input *input = &loading->loaded->inputs[index];
    struct error *error = &loading->errors[index];
    if (!read_file(loading->playbook, name, options->bars, &options->zone, false, &symbol->bars,
                   &symbol->is_daily, &symbol->bars_report, error))
        return false;
    *input = (struct lane_input) {
        .bars = &symbol->bars,
        .is_daily = symbol->is_daily,
        .report = &symbol->bars_report,
    };
    if (!options->daily)
        return true;
    bool is_daily;
    if (!read_file(loading->playbook, name, options->daily, &options->zone, true, &symbol->days,
                   &is_daily, &symbol->days_report, error))
        return false;
    input->days = &symbol->days;
    input->days_report = &symbol->days_report;
    return true;
}

/* The error of the first symbol that has one, whichever thread came upon it. */
static bool first_error(const struct loading *loading, struct error *error)
{
    for (size_t i = 0; i < loading->loaded->count; i++) {
        if (loading->errors[i].kind == ERROR_NONE)
            continue;
        *error = loading->errors[i];
        return true;
    }
    return false;
}

bool load_bars(const struct playbook *playbook, const struct load_options *options,
               struct loaded *ret_loaded, struct error *error)
{
    size_t count = playbook->symbol_count;
    struct loaded loaded = {
        .symbols = memory_new(count, sizeof *loaded.symbols),
        .inputs = memory_new(count, sizeof *loaded.inputs),
        .count = count,
    };
    struct loading loading = {
        .playbook = playbook,
        .options = options,
        .loaded = &loaded,
        .errors = memory_new(count, sizeof *loading.errors),
    };
    parallel_for(count, options->threads ? options->threads : 1, load_symbol, &loading);
    bool failed = first_error(&loading, error);
    free(loading.errors);
    if (failed) {
        loaded_release(&loaded);
        return false;
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
