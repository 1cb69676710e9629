/* What a set covers and holds, ready to be asked about many rows. Of keys, the hashes are kept, and
 * a record is asked for its key only where two hashes are the same. */
#ifndef PLAYBOOK_WRITERS_RECORD_INDEX_H
#define PLAYBOOK_WRITERS_RECORD_INDEX_H

#include "service/base/error.h"
#include "service/base/text_set.h"
#include "writers/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record_index {
    const struct record_set *set;
    struct record_roles roles;
    struct text_set symbols;
    uint64_t *hashes; /* owned; of the records' keys */
    uint32_t *slots;  /* owned; open addressing by hash: the record's number from 1, or 0 */
    size_t slot_mask;
};

/* The set is borrowed. One that does not hold, see record_set_check, is an error of kind internal,
 * which names the first record that is wrong. */
bool record_index_init(struct record_index *index, const struct record_set *set,
                       struct error *error);
void record_index_release(struct record_index *index); /* accepts a zeroed one */

/* Whether the set covers a row. A row without a symbol is about every symbol. */
bool record_index_covers(const struct record_index *index, const struct row_identity *identity);

/* Whether a record takes the row's place: the set covers it, or has a record of the same key. */
bool record_index_replaces(const struct record_index *index, const struct row_identity *identity);

#endif
