/* What the commands of `playbook data` work on: a bar file, or those of a folder one by one. A file
 * that cannot be read is told, the others go on, and the worst exit code is the command's. */
#ifndef PLAYBOOK_COMMANDS_DATA_INPUT_H
#define PLAYBOOK_COMMANDS_DATA_INPUT_H

#include "service/base/error.h"
#include "service/base/text.h"
#include "service/commands/arguments.h"
#include "service/feeds/bar_file.h"
#include "service/market/calendar.h"

#include <stdbool.h>
#include <stddef.h>

/* Start with the first two members and the rest zeroed. The command has the flags --zone and
 * --json, and its first operand names the file or folder. */
struct data_run {
    const struct arguments *arguments;
    void *own; /* what the command keeps for itself */
    struct bar_zone zone;
    char **paths; /* owned; of a folder sorted by name, QQQ.csv beside QQQ.parquet */
    size_t path_count, path_capacity;
    bool is_folder;
    struct text json; /* an object for each file so far, with commas between */
    int code;         /* the exit code so far */
};

/* Does for each file what the command does. A file is itself, whatever its name; of a folder it is
 * those with a bar file's ending, but no hidden ones. `prepare` may refuse before any is read. With
 * --json the document {"files":[...]} is printed. Returns the exit code. */
int data_run_files(struct data_run *run,
                   bool (*prepare)(const struct data_run *run, struct error *error),
                   bool (*each)(struct data_run *run, const char *path, struct error *error));

/* Begins the JSON object of a file; the caller adds fields and the closing brace. */
void data_run_json(struct data_run *run, const char *path);

/* Something is so wrong with a file that the exit code must say so. */
void data_run_worsen(struct data_run *run, enum error_kind kind);

/* The name in front of a path's ending: "QQQ" of "bars/QQQ.csv", "notes" of "notes". Borrowed. */
const char *data_stem(const char *path, size_t *ret_size);

struct data_input {
    const char *path; /* borrowed */
    struct series bars;
    bool is_daily;
    struct bar_file_report report;
    size_t size;                   /* of the file, in bytes */
    char symbol[SYMBOL_TEXT_SIZE]; /* as the file says it, else as its name does; "" neither does */
};

/* Reads a file; columns that are ignored are logged. Release after success. */
bool data_input_read(const struct data_run *run, const char *path, struct data_input *ret_input,
                     struct error *error);
void data_input_release(struct data_input *input); /* accepts a zeroed one */

#endif
