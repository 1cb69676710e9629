#include "service/commands/data_input.h"

#include "service/base/json_fields.h"
#include "service/base/log.h"
#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "service/commands/commands.h"
#include "service/market/symbol.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *data_stem(const char *path, size_t *ret_size)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *point = strrchr(name, '.');
    *ret_size = point && point > name ? (size_t)(point - name) : strlen(name);
    return name;
}

static void add_path(struct data_run *run, const char *folder, const char *name)
{
    struct text path = { 0 };
    bool has_slash = folder[0] && folder[strlen(folder) - 1] == '/';
    text_format(&path, "%s%s%s", folder, has_slash ? "" : "/", name);
    run->paths = memory_grow(run->paths, run->path_count, &run->path_capacity, sizeof *run->paths);
    run->paths[run->path_count++] = path.bytes;
}

static int is_bar_file(const struct dirent *entry)
{
    return bar_file_ending(entry->d_name) && entry->d_name[0] != '.';
}

/* By the names in front of the endings, then by these: two files of one symbol are neighbours. */
static int compare_names(const struct dirent **left, const struct dirent **right)
{
    size_t left_size, right_size;
    const char *left_stem = data_stem((*left)->d_name, &left_size);
    const char *right_stem = data_stem((*right)->d_name, &right_size);
    size_t common = left_size < right_size ? left_size : right_size;
    int order = memcmp(left_stem, right_stem, common);
    if (order == 0 && left_size != right_size)
        return left_size < right_size ? -1 : 1;
    return order ? order : strcmp(left_stem, right_stem);
}

static bool list_folder(struct data_run *run, const char *folder, struct error *error)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_bar_file, compare_names);
    if (count < 0)
        return error_set(error, ERROR_DATA, "%s: cannot read: %s", folder, strerror(errno));
    if (count == 0)
        error_set(error, ERROR_DATA, "%s: no file in it ends in .csv or .parquet", folder);
    for (int i = 0; i < count; i++) {
        add_path(run, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return count > 0;
}

static bool find_files(struct data_run *run, struct error *error)
{
    const char *zone = arguments_value(run->arguments, "zone");
    const char *place = arguments_operand(run->arguments, 0);
    struct stat status;
    if (zone && !bar_zone_parse(zone, &run->zone, error))
        return error_context(error, "--zone");
    run->is_folder = stat(place, &status) == 0 && S_ISDIR(status.st_mode);
    if (run->is_folder)
        return list_folder(run, place, error);
    run->paths = memory_new(1, sizeof *run->paths);
    run->paths[run->path_count++] = memory_copy_text(place);
    return true;
}

void data_run_json(struct data_run *run, const char *path)
{
    text_append(&run->json, run->json.size > 0 ? ",{" : "{");
    json_field_string(&run->json, "file", path);
}

void data_run_worsen(struct data_run *run, enum error_kind kind)
{
    int code = error_exit_code(kind);
    run->code = code > run->code ? code : run->code;
}

static void tell(struct data_run *run, const char *path, const struct error *error)
{
    command_fail(error);
    data_run_worsen(run, error->kind);
    if (!run->is_folder)
        return; /* as after every error, stdout stays empty */
    data_run_json(run, path);
    json_field_string(&run->json, "error", error->message);
    text_append(&run->json, "}");
}

static void release(struct data_run *run)
{
    for (size_t i = 0; i < run->path_count; i++)
        free(run->paths[i]);
    free(run->paths);
    text_release(&run->json);
}

int data_run_files(struct data_run *run,
                   bool (*prepare)(const struct data_run *run, struct error *error),
                   bool (*each)(struct data_run *run, const char *path, struct error *error))
{
    struct error refused = { 0 };
    if (!find_files(run, &refused) || !prepare(run, &refused)) {
        release(run);
        return command_fail(&refused);
    }
    for (size_t i = 0; i < run->path_count; i++) {
        struct error error = { 0 };
        if (!each(run, run->paths[i], &error))
            tell(run, run->paths[i], &error);
    }
    if (run->json.size > 0 && arguments_has(run->arguments, "json"))
        printf("{\"files\":[%s]}\n", text_string(&run->json));
    release(run);
    return run->code;
}

/* Whose bars they are, if the file's name can be a symbol's. BTC_USD.csv has those of BTC/USD;
 * QQQ_2024.csv none of a pair: what follows is a currency. */
static void symbol_of_name(const char *path, char symbol[static SYMBOL_TEXT_SIZE])
{
    struct error ignored = { 0 };
    size_t size;
    const char *stem = data_stem(path, &size);
    if (size > SYMBOL_LENGTH_MAX)
        return;
    snprintf(symbol, SYMBOL_TEXT_SIZE, "%.*s", (int)size, stem);
    char *line = strchr(symbol, '_');
    size_t letters = line ? strspn(line + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") : 0;
    if (line && line[letters + 1] == '\0' && (letters == 3 || letters == 4))
        *line = '/';
    if (!symbol_check(symbol, &ignored))
        symbol[0] = '\0';
}

bool data_input_read(const struct data_run *run, const char *path, struct data_input *ret_input,
                     struct error *error)
{
    struct data_input input = { .path = path };
    struct stat status;
    if (!bar_file_read(path, &run->zone, parallel_threads(), &input.bars, &input.is_daily,
                       &input.report, error))
        return false;
    if (input.report.ignored_columns[0])
        log_event(LOG_INFO, "%s: ignored columns: %s", path, input.report.ignored_columns);
    input.size = stat(path, &status) == 0 ? (size_t)status.st_size : 0;
    if (input.report.symbol[0])
        memcpy(input.symbol, input.report.symbol, sizeof input.symbol);
    else
        symbol_of_name(path, input.symbol);
    *ret_input = input;
    return true;
}

void data_input_release(struct data_input *input)
{
    series_release(&input->bars);
    bar_file_report_release(&input->report);
    *input = (struct data_input) { 0 };
}
