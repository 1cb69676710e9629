/* A destination for records. It replaces what a set covers, all or nothing as far as the
 * destination allows, so that repeating a write changes nothing. One writer, one thread. */
#ifndef PLAYBOOK_WRITERS_WRITER_H
#define PLAYBOOK_WRITERS_WRITER_H

#include "service/base/error.h"
#include "writers/record.h"

struct writer;

struct writer_location {
    const char *table; /* the table's name */
    const char *path;  /* where its rows go */
};

struct writer_options {
    const struct writer_location *locations; /* one per table that will be written; copied */
    size_t location_count;
    int lock_timeout_ms; /* how long to wait for another process that is writing the same file */
};

struct write_report {
    const char *location; /* borrowed from the writer */
    size_t rows;          /* rows of this set that are there now */
    size_t rows_replaced; /* rows that were there for what it covers, and are gone or renewed */
};

/* Open checks the options and touches nothing yet. Write may block on the disk or the network. */
struct writer_type {
    const char *name;
    const char *summary;
    struct writer *(*open)(const struct writer_options *options, struct error *error);
    bool (*write)(struct writer *writer, const struct record_set *set,
                  struct write_report *ret_report, struct error *error);
    void (*close)(struct writer *writer); /* accepts NULL */
};

/* Every implementation's first member, so that the callers below find its table. */
struct writer {
    const struct writer_type *type;
};

/* The table, ended by NULL. */
extern const struct writer_type *const writer_types[];
const struct writer_type *writer_find(const char *name); /* NULL: unknown */

/* A set that does not hold (record_set_check) is of kind internal; *ret_report is written only on
 * success. */
bool writer_write(struct writer *writer, const struct record_set *set,
                  struct write_report *ret_report, struct error *error);
void writer_close(struct writer *writer); /* accepts NULL */

#endif
