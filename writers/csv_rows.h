/* The rows of one table as CSV text: collected from records and from existing text in any order,
 * printed sorted. The form is a pure function of the rows: same rows, same bytes. */
#ifndef PLAYBOOK_WRITERS_CSV_ROWS_H
#define PLAYBOOK_WRITERS_CSV_ROWS_H

#include "service/base/csv.h"
#include "service/base/text_pool.h"
#include "writers/record.h"

struct csv_line;

struct csv_rows {
    const struct table *table;
    const struct record_set *set; /* NULL until its records are added */
    struct csv_line *lines;       /* rows that were read */
    size_t line_count, line_capacity;
    struct text_pool texts; /* of these */
    struct text line;       /* of the row being added */
};

/* Where text goes: piece by piece, in its order. The pieces may come from several threads, but
 * never two at a time. */
struct csv_target {
    bool (*take)(void *context, const char *bytes, size_t size, struct error *error);
    void *context;
};

void csv_rows_init(struct csv_rows *rows, const struct table *table);
void csv_rows_release(struct csv_rows *rows);

/* The records of a set, one set in all. It is borrowed until the rows are printed, and must be one
 * that holds. */
void csv_rows_add_set(struct csv_rows *rows, const struct record_set *set);

/* A row that was read. One that could not be read again is an error of kind writer. */
bool csv_rows_add_cells(struct csv_rows *rows, const struct csv_cell *cells,
                        const struct row_identity *identity, struct error *error);

/* The header and the rows, sorted; rows that are about the same stay in the order in which they
 * were added, lines before records. A row longer than what csv_reader takes, or text over
 * TEXT_SIZE_MAX: kind writer; so it may be when the target fails. Behind an error, some of the text
 * has been taken. Many rows are printed on several threads, while others are being taken. */
bool csv_rows_print(const struct csv_rows *rows, const struct csv_target *target,
                    struct error *error);

#endif
