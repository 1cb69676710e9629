/* What a set covers and holds, ready to be asked about many rows. */
#ifndef PLAYBOOK_WRITERS_RECORD_INDEX_H
#define PLAYBOOK_WRITERS_RECORD_INDEX_H

#include "service/base/text_set.h"
#include "writers/record.h"

#include <stdbool.h>

struct record_index {
    const struct coverage *coverage;
    struct text_set symbols;
    struct text_set keys;     /* stays empty for a table without keys */
    const char *repeated_key; /* one that two records have, or NULL */
};

/* The set is borrowed. */
void record_index_init(struct record_index *index, const struct record_set *set);
void record_index_release(struct record_index *index);

/* Whether the set covers a row. A row without a symbol is about every symbol. */
bool record_index_covers(const struct record_index *index, const struct row_identity *identity);

/* Whether a record takes the row's place: the set covers it, or has a record of the same key. */
bool record_index_replaces(const struct record_index *index, const struct row_identity *identity);

#endif
