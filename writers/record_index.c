#include "writers/record_index.h"

#include <string.h>

void record_index_init(struct record_index *index, const struct record_set *set)
{
    const struct coverage *coverage = &set->coverage;
    int key = table_role_column(set->table, ROLE_KEY);
    *index = (struct record_index) { .coverage = coverage };
    text_set_init(&index->symbols, coverage->symbol_count);
    for (size_t i = 0; i < coverage->symbol_count; i++)
        text_set_add(&index->symbols, coverage->symbols[i]);
    text_set_init(&index->keys, key < 0 ? 0 : set->count);
    for (size_t i = 0; key >= 0 && i < set->count; i++) {
        const struct cell *cell = record_cell(set, i, (size_t)key);
        if (cell->present && !text_set_add(&index->keys, cell->text))
            index->repeated_key = cell->text;
    }
}

void record_index_release(struct record_index *index)
{
    text_set_release(&index->symbols);
    text_set_release(&index->keys);
}

bool record_index_covers(const struct record_index *index, const struct row_identity *identity)
{
    const struct coverage *coverage = index->coverage;
    return identity->session >= coverage->first_session &&
           identity->session <= coverage->last_session &&
           strcmp(identity->playbook, coverage->playbook) == 0 &&
           (identity->symbol == NULL || text_set_has(&index->symbols, identity->symbol));
}

bool record_index_replaces(const struct record_index *index, const struct row_identity *identity)
{
    return record_index_covers(index, identity) ||
           (identity->key && text_set_has(&index->keys, identity->key));
}
