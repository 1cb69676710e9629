#include "writers/csv_writer.h"

#include "service/base/file.h"
#include "service/base/file_sweep.h"
#include "service/base/memory.h"
#include "writers/csv_record.h"
#include "writers/csv_rows.h"
#include "writers/record_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CSV_FILE_SIZE_MAX = 1 << 30 };

struct location {
    char *table;
    char *path;
};

struct csv_writer {
    struct writer writer; /* first, see writer.h */
    struct location *locations;
    size_t location_count;
    int lock_timeout_ms;
};

static struct csv_writer *csv_writer_of(struct writer *writer)
{
    return (struct csv_writer *)writer;
}

static void csv_writer_close(struct writer *writer)
{
    if (writer == NULL)
        return;
    struct csv_writer *self = csv_writer_of(writer);
    for (size_t i = 0; i < self->location_count; i++) {
        free(self->locations[i].table);
        free(self->locations[i].path);
    }
    free(self->locations);
    free(self);
}

/* Two tables in one file would each find the other's header there. */
static bool check_options(const struct writer_options *options, struct error *error)
{
    for (size_t i = 0; i < options->location_count; i++) {
        const struct writer_location *location = &options->locations[i];
        if (*location->path == '\0')
            return error_set(error, ERROR_USAGE, "no path is given for the table %s",
                             location->table);
        for (size_t j = 0; j < i; j++)
            if (strcmp(location->path, options->locations[j].path) == 0)
                return error_set(error, ERROR_USAGE, "%s: the tables %s and %s need a file each",
                                 location->path, options->locations[j].table, location->table);
    }
    return true;
}

static struct writer *csv_writer_open(const struct writer_options *options, struct error *error)
{
    if (!check_options(options, error))
        return NULL;
    struct csv_writer *self = memory_new(1, sizeof *self);
    self->writer.type = &csv_writer_type;
    self->lock_timeout_ms = options->lock_timeout_ms;
    self->location_count = options->location_count;
    self->locations = memory_new(options->location_count, sizeof *self->locations);
    for (size_t i = 0; i < options->location_count; i++) {
        self->locations[i].table = memory_copy_text(options->locations[i].table);
        self->locations[i].path = memory_copy_text(options->locations[i].path);
    }
    return &self->writer;
}

static const char *path_find(const struct csv_writer *self, const char *table)
{
    for (size_t i = 0; i < self->location_count; i++)
        if (strcmp(self->locations[i].table, table) == 0)
            return self->locations[i].path;
    return NULL;
}

/* One row of the old file: kept, unless the set replaces it. */
static bool merge_row(struct csv_rows *rows, struct csv_reader *reader,
                      const struct record_roles *roles, const struct record_index *index,
                      size_t *replaced, struct error *error)
{
    struct row_identity identity;
    if (!csv_cells_identify(rows->table, roles, reader->cells, reader->cell_count, &identity,
                            error))
        return false;
    if (record_index_replaces(index, &identity)) {
        ++*replaced;
        return true;
    }
    return csv_rows_add_cells(rows, reader->cells, &identity, error);
}

/* An empty file, without even a header, is as good as none. */
static bool merge_old_rows(struct csv_rows *rows, const struct text *old,
                           const struct record_set *set, size_t *replaced, struct error *error)
{
    struct record_roles roles = record_roles_of(set->table);
    struct csv_reader reader;
    struct record_index index;
    bool holds = record_index_init(&index, set, error);
    assert(holds);
    csv_reader_init(&reader, text_string(old), old->size);
    bool end, valid = csv_reader_next(&reader, &end, error);
    if (valid && !end)
        valid = csv_header_check(set->table, reader.cells, reader.cell_count, error);
    while (valid && !end) {
        valid = csv_reader_next(&reader, &end, error);
        if (valid && !end && !merge_row(rows, &reader, &roles, &index, replaced, error))
            valid = error_context(error, "line %zu", reader.line);
    }
    record_index_release(&index);
    csv_reader_release(&reader);
    return valid;
}

/* The new content on its way into the file. As long as it is the old one, nothing is written. */
struct change {
    const char *path;
    const struct text *old;
    size_t same; /* bytes, until the replacement has begun */
    bool begun;
    bool failed; /* to be written */
    struct file_replacement replacement;
};

static void abandon(struct change *change)
{
    if (change->begun)
        file_replacement_abandon(&change->replacement);
    change->begun = false;
}

static bool begin_replacement(struct change *change, struct error *error)
{
    file_sweep(change->path);
    change->begun = file_replacement_begin(&change->replacement, change->path, error);
    if (change->begun && file_replacement_append(&change->replacement, text_string(change->old),
                                                 change->same, error))
        return true;
    abandon(change);
    return false;
}

static bool take_text(void *context, const char *bytes, size_t size, struct error *error)
{
    struct change *change = context;
    const struct text *old = change->old;
    if (!change->begun && size <= old->size - change->same &&
        memcmp(old->bytes + change->same, bytes, size) == 0) {
        change->same += size;
        return true;
    }
    change->failed = (!change->begun && !begin_replacement(change, error)) ||
                     !file_replacement_append(&change->replacement, bytes, size, error);
    return !change->failed;
}

/* Where nothing has changed, a process may have been killed right behind its rename. */
static bool finish(struct change *change, struct error *error)
{
    if (!change->begun && change->same == change->old->size)
        return file_flush_folder_of(change->path, error);
    return (change->begun || begin_replacement(change, error)) &&
           file_replacement_commit(&change->replacement, error);
}

/* What the file is to hold, from what it holds. */
static bool merge(struct change *change, const struct record_set *set, size_t *replaced,
                  struct error *error)
{
    struct csv_rows rows;
    const struct csv_target target = { take_text, change };
    csv_rows_init(&rows, set->table);
    bool merged =
        change->old->size == 0 || merge_old_rows(&rows, change->old, set, replaced, error);
    csv_rows_add_set(&rows, set);
    merged = merged && csv_rows_print(&rows, &target, error);
    csv_rows_release(&rows);
    if (!merged && !change->failed)
        error_context(error, "%s is left as it is", change->path);
    return merged;
}

static bool write_locked(const char *path, const struct record_set *set, size_t *replaced,
                         struct error *error)
{
    struct text old = { 0 };
    struct change change = { .path = path, .old = &old };
    bool exists;
    bool written = file_read(path, CSV_FILE_SIZE_MAX, &old, &exists, error) &&
                   merge(&change, set, replaced, error);
    if (!written) {
        error->kind = ERROR_WRITER;
        abandon(&change);
    }
    written = written && finish(&change, error);
    text_release(&old);
    return written;
}

/* Nothing is made where no folder is named: here, or the root. */
static bool make_folder_of(const char *path, struct error *error)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return true;
    char *folder = memory_copy_text(path);
    folder[slash - path] = '\0';
    bool made = file_make_folder(folder, error) || error_context(error, "%s", path);
    free(folder);
    return made;
}

static bool csv_writer_write(struct writer *writer, const struct record_set *set,
                             struct write_report *ret_report, struct error *error)
{
    struct csv_writer *self = csv_writer_of(writer);
    const char *path = path_find(self, set->table->name);
    if (path == NULL)
        return error_set(error, ERROR_INTERNAL, "the table %s has no file to go to",
                         set->table->name);
    struct file_lock lock;
    if (!make_folder_of(path, error) || !file_lock(path, self->lock_timeout_ms, &lock, error))
        return false;
    size_t replaced = 0;
    bool written = write_locked(path, set, &replaced, error);
    file_unlock(&lock);
    if (written)
        *ret_report = (struct write_report) {
            .location = path,
            .rows = set->count,
            .rows_replaced = replaced,
        };
    return written;
}

const struct writer_type csv_writer_type = {
    .name = "csv",
    .summary = "files on this machine, for a spreadsheet or a data frame",
    .open = csv_writer_open,
    .write = csv_writer_write,
    .close = csv_writer_close,
};
