#include "writers/csv_writer.h"

#include "service/base/file.h"
#include "service/base/memory.h"
#include "writers/csv_record.h"
#include "writers/csv_rows.h"
#include "writers/record_index.h"

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
    csv_reader_init(&reader, text_string(old), old->size);
    record_index_init(&index, set);
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

/* What the file is to hold, from what it holds. */
static bool merge(const struct text *old, const struct record_set *set, struct text *new,
                  size_t *replaced, struct error *error)
{
    struct csv_rows rows;
    csv_rows_init(&rows, set->table);
    bool merged = old->size == 0 || merge_old_rows(&rows, old, set, replaced, error);
    csv_rows_add_set(&rows, set);
    merged = merged && csv_rows_print(&rows, new, error);
    csv_rows_release(&rows);
    return merged;
}

/* Where nothing changes, a process may have been killed right behind its rename. */
static bool write_changes(const char *path, const struct text *old, const struct text *new,
                          struct error *error)
{
    if (old->size == new->size && memcmp(old->bytes, new->bytes, new->size) == 0)
        return file_flush_folder_of(path, error);
    return file_replace(path, new->bytes, new->size, error);
}

static bool write_locked(const char *path, const struct record_set *set, size_t *replaced,
                         struct error *error)
{
    struct text old = { 0 }, new = { 0 };
    bool exists;
    bool written = file_read(path, CSV_FILE_SIZE_MAX, &old, &exists, error);
    if (written && !merge(&old, set, &new, replaced, error))
        written = error_context(error, "%s is left as it is", path);
    if (!written)
        error->kind = ERROR_WRITER;
    written = written && write_changes(path, &old, &new, error);
    text_release(&old);
    text_release(&new);
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
