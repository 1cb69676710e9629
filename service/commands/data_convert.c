/* playbook data convert: bar files from CSV to Parquet and back, one or a folder of them. */
#include "service/base/file.h"
#include "service/base/json_fields.h"
#include "service/base/log.h"
#include "service/base/memory.h"
#include "service/base/unknown.h"
#include "service/commands/commands.h"
#include "service/commands/data_input.h"
#include "service/market/symbol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct flag flags[] = {
    { .name = "to",
      .placeholder = "FORMAT",
      .help = "csv or parquet: what the files of a folder become" },
    { .name = "zone",
      .placeholder = "ZONE",
      .help = "of stamps without one: America/New_York, UTC or +HH:MM" },
    { .name = "json", .help = "print the result as JSON" },
    { .name = "quiet", .help = "print nothing; what was dropped is logged all the same" },
    { 0 },
};

static bool is_same(const char *input, const char *output)
{
    struct stat in, out;
    return stat(input, &in) == 0 && stat(output, &out) == 0 && in.st_dev == out.st_dev &&
           in.st_ino == out.st_ino;
}

/* No two files of a folder may become one. */
static bool check_stems(const struct data_run *run, struct error *error)
{
    for (size_t i = 1; i < run->path_count; i++) {
        size_t size, size_before;
        const char *stem = data_stem(run->paths[i], &size);
        const char *before = data_stem(run->paths[i - 1], &size_before);
        if (size == size_before && memcmp(stem, before, size) == 0)
            return error_set(error, ERROR_DATA, "%s and %s would become one file",
                             run->paths[i - 1], run->paths[i]);
    }
    return true;
}

static bool prepare_folder(const struct data_run *run, const char *to, const char *output,
                           struct error *error)
{
    if (!to || !output[0])
        return error_set(error, ERROR_USAGE,
                         "a folder is converted to a folder, with --to csv or --to parquet");
    for (size_t i = 0; bar_file_endings[i]; i++)
        if (strcmp(to, bar_file_endings[i]) == 0)
            return check_stems(run, error);
    unknown_name(error, "format", to, bar_file_endings);
    return error_context(error, "--to");
}

/* What can be refused before anything is read. */
static bool prepare(const struct data_run *run, struct error *error)
{
    const char *input = arguments_operand(run->arguments, 0);
    const char *output = arguments_operand(run->arguments, 1);
    const char *to = arguments_value(run->arguments, "to");
    if (is_same(input, output))
        return error_set(error, ERROR_USAGE, "%s and %s are the same", input, output);
    if (run->is_folder)
        return prepare_folder(run, to, output, error);
    if (to)
        return error_set(error, ERROR_USAGE,
                         "--to goes with a folder: a file becomes what the ending of %s says",
                         output);
    return bar_file_ending_wanted(output, error) != NULL;
}

/* Where the bars of a file go: OUT, or the file of its name in OUT. */
static void append_output(const struct data_run *run, const char *path, struct text *output)
{
    const char *place = arguments_operand(run->arguments, 1);
    text_append(output, place);
    if (!run->is_folder)
        return;
    size_t size;
    const char *stem = data_stem(path, &size);
    text_format(output, "%s%.*s.%s", place[strlen(place) - 1] == '/' ? "" : "/", (int)size, stem,
                arguments_value(run->arguments, "to"));
}

/* What the bars lose on their way. A symbol is told by the name of its file. */
static void log_losses(const struct data_input *input, const char *output)
{
    const struct bar_file_report *report = &input->report;
    char name[SYMBOL_TEXT_SIZE];
    size_t size;
    const char *stem = data_stem(output, &size);
    if (report->unsorted > 0)
        log_event(LOG_WARN, "%s: %zu row%s out of order sorted", input->path, report->unsorted,
                  report->unsorted == 1 ? "" : "s");
    if (report->duplicates + report->conflicts > 0)
        log_event(LOG_WARN,
                  "%s: %zu of %zu rows dropped, for a later one has the same time: %zu say the "
                  "same, %zu something else",
                  input->path, report->duplicates + report->conflicts, report->rows,
                  report->duplicates, report->conflicts);
    symbol_file_name(report->symbol, name);
    if (name[0] && (strlen(name) != size || memcmp(name, stem, size) != 0))
        log_event(LOG_WARN, "%s: holds bars of %s, which %s no longer says", input->path,
                  report->symbol, output);
}

static void tell(struct data_run *run, const struct data_input *input, const char *output)
{
    struct stat status;
    size_t size = stat(output, &status) == 0 ? (size_t)status.st_size : 0;
    log_losses(input, output);
    if (arguments_has(run->arguments, "json")) {
        data_run_json(run, input->path);
        json_field_string(&run->json, "output", output);
        json_field_count(&run->json, "bars", input->bars.count);
        json_field_count(&run->json, "rows", input->report.rows);
        json_field_count(&run->json, "unsorted", input->report.unsorted);
        json_field_count(&run->json, "duplicates", input->report.duplicates);
        json_field_count(&run->json, "conflicts", input->report.conflicts);
        json_field_string(&run->json, "ignored_columns", input->report.ignored_columns);
        json_field_count(&run->json, "bytes_read", input->size);
        json_field_count(&run->json, "bytes_written", size);
        text_append(&run->json, "}");
    } else if (!arguments_has(run->arguments, "quiet")) {
        printf("%s -> %s: %zu bar%s, %zu -> %zu bytes\n", input->path, output, input->bars.count,
               input->bars.count == 1 ? "" : "s", input->size, size);
    }
}

/* As for every result, the folder is made if it is missing. */
static bool write_bars(const struct data_input *input, const char *output, struct error *error)
{
    char *folder = memory_copy_text(output);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[1] = '\0';
    bool made = !slash || file_make_folder(folder, error) || error_context(error, "%s", output);
    bool done = made && bar_file_write(output, &input->bars, input->is_daily, error);
    free(folder);
    return done;
}

static bool convert(struct data_run *run, const char *path, struct error *error)
{
    struct data_input input = { 0 };
    struct text output = { 0 };
    append_output(run, path, &output);
    bool done = data_input_read(run, path, &input, error) &&
                write_bars(&input, text_string(&output), error);
    if (done)
        tell(run, &input, text_string(&output));
    text_release(&output);
    data_input_release(&input);
    return done;
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    (void)settings;
    return data_run_files(&(struct data_run) { .arguments = arguments }, prepare, convert);
}

const struct command data_convert_command = {
    .name = "data convert",
    .summary = "write bars as Parquet or CSV, sorted and each once",
    .operands = "IN OUT",
    .operands_min = 2,
    .operands_max = 2,
    .flags = flags,
    .run = run,
};
