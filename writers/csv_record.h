/* A record as a line of CSV text, and a line that was read as cells again.
 *
 * A text that a spreadsheet program would execute (it begins with = + - @, a tab or a carriage
 * return) gets an apostrophe in front, which is taken off when the row is read again. So does one
 * that has such a character behind apostrophes of its own, and nothing is lost. Numbers are never
 * touched: losses begin with a minus. */
#ifndef PLAYBOOK_WRITERS_CSV_RECORD_H
#define PLAYBOOK_WRITERS_CSV_RECORD_H

#include "service/base/csv.h"
#include "writers/record.h"

/* Each appends one line: the table's header, a record, a row that was read. */
void csv_append_header(struct text *text, const struct table *table);
void csv_append_record(struct text *text, const struct table *table, const struct cell *cells);
void csv_append_cells(struct text *text, const struct table *table, const struct csv_cell *cells);

/* That the cells are the table's header, exactly. The error names the first that differs. */
bool csv_header_check(const struct table *table, const struct csv_cell *cells, size_t count,
                      struct error *error);

/* Takes the apostrophes off a row that was read, in place, and finds what the row is about. An
 * error (kind writer) says what is wrong with it. */
bool csv_cells_identify(const struct table *table, const struct record_roles *roles,
                        struct csv_cell *cells, size_t count, struct row_identity *ret_identity,
                        struct error *error);

#endif
