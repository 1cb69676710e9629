/* Records in CSV files, one file per table. A write takes the file's lock, reads what is there,
 * leaves out what the set covers and what has the key of one of its records, adds the set, and puts
 * the sorted whole in the file's place. When that changes no byte, the file is not touched.
 *
 * A file that is not ours is an error and left alone: another header, a row with too few or too
 * many cells, an unreadable session date. The byte order mark and the CRLF that a spreadsheet
 * program saves with are read and not written again. Errors are of kind writer; claimed when
 * another process held the lock for too long. */
#ifndef PLAYBOOK_WRITERS_CSV_WRITER_H
#define PLAYBOOK_WRITERS_CSV_WRITER_H

#include "writers/writer.h"

extern const struct writer_type csv_writer_type;

#endif
