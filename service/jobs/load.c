#include "service/jobs/load.h"

#include "service/base/log.h"
#include "service/base/memory.h"
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

/* As many files are read at the same time as there are threads, or symbols. */
static size_t threads_of(const struct load *load)
{
    size_t threads = load->options.threads / load->playbook->symbol_count;
    return threads > 1 ? threads : 1;
}

static bool read_file(const struct load *load, size_t symbol, const char *place, bool must_be_daily,
                      struct series *ret_series, bool *ret_daily,
                      struct bar_file_report *ret_report, struct error *error)
{
    const char *name = load->playbook->symbols[symbol];
    struct text path = { 0 };
    bool read = find_file(load->playbook, name, place, &path, error) &&
                bar_file_read(text_string(&path), &load->options.zone, threads_of(load), ret_series,
                              ret_daily, ret_report, error) &&
                load_symbol_agrees(text_string(&path), ret_report, name, error);
    if (read && must_be_daily && !*ret_daily)
        read = error_set(error, ERROR_DATA,
                         "%s: bars with a time of day (a column `date` with dates such as "
                         "2024-06-28 was expected)",
                         text_string(&path));
    if (read && ret_report->ignored_columns[0] && !load->are_told[symbol])
        log_event(LOG_INFO, "%s: ignored columns: %s", text_string(&path),
                  ret_report->ignored_columns);
    text_release(&path);
    return read;
}

static void close_symbol(void *context, size_t symbol)
{
    struct load *load = context;
    loaded_symbol_release(&load->symbols[symbol]);
}

static bool open_symbol(void *context, size_t symbol, struct lane_input *ret_input,
                        struct error *error)
{
    struct load *load = context;
    struct loaded_symbol *loaded = &load->symbols[symbol];
    const char *bars = load->options.bars, *days = load->options.daily;
    if (!read_file(load, symbol, bars, false, &loaded->bars, &loaded->is_daily,
                   &loaded->bars_report, error) ||
        (days && !read_file(load, symbol, days, true, &loaded->days, &loaded->has_days,
                            &loaded->days_report, error))) {
        close_symbol(load, symbol);
        return false;
    }
    load->are_told[symbol] = true;
    *ret_input = loaded_symbol_input(loaded);
    return true;
}

void load_begin(struct load *load, const struct playbook *playbook,
                const struct load_options *options)
{
    *load = (struct load) {
        .playbook = playbook,
        .options = *options,
        .symbols = memory_new(playbook->symbol_count, sizeof *load->symbols),
        .are_told = memory_new(playbook->symbol_count, sizeof *load->are_told),
    };
}

void load_release(struct load *load)
{
    free(load->symbols);
    free(load->are_told);
    *load = (struct load) { 0 };
}

struct backtest_source load_source(struct load *load)
{
    return (struct backtest_source) {
        .open = open_symbol,
        .close = close_symbol,
        .context = load,
    };
}
