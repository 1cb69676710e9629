#include "writers/writer.h"

#include "writers/csv_writer.h"

#include <string.h>

const struct writer_type *const writer_types[] = {
    &csv_writer_type,
    NULL,
};

const struct writer_type *writer_find(const char *name)
{
    for (const struct writer_type *const *type = writer_types; *type; type++)
        if (strcmp((*type)->name, name) == 0)
            return *type;
    return NULL;
}

bool writer_write(struct writer *writer, const struct record_set *set,
                  struct write_report *ret_report, struct error *error)
{
    return record_set_check(set, error) && writer->type->write(writer, set, ret_report, error);
}

void writer_close(struct writer *writer)
{
    if (writer)
        writer->type->close(writer);
}
