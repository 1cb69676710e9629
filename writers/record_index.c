#include "writers/record_index.h"

#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "writers/record_list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Records that a thread looks at, at a time. */
enum { BLOCK_RECORDS = 4096 };

struct reading {
    struct record_index *index;
    struct record_list *records; /* of each thread */
    struct error *errors;        /* of each block */
};

static bool read_record(struct record_index *index, size_t record, struct record_list *list,
                        struct error *error)
{
    const struct record_set *set = index->set;
    struct row_identity identity;
    record_list_clear(list);
    if (!record_identify(&index->roles, record_row(set, record, list), &identity))
        return error_set(error, ERROR_INTERNAL, "%s: record %zu lacks its %s", set->table->name,
                         record + 1, "session, playbook, symbol or key");
    if (!record_index_covers(index, &identity))
        return error_set(error, ERROR_INTERNAL, "%s: record %zu lies outside what its set covers",
                         set->table->name, record + 1);
    if (identity.key)
        index->hashes[record] = text_hash(identity.key);
    return true;
}

static bool read_block(void *context, size_t thread, size_t block)
{
    struct reading *reading = context;
    struct record_index *index = reading->index;
    size_t begin = block * BLOCK_RECORDS;
    size_t end = begin + BLOCK_RECORDS;
    for (size_t i = begin; i < end && i < index->set->count; i++)
        if (!read_record(index, i, &reading->records[thread], &reading->errors[block]))
            return false;
    return true;
}

static bool read_records(struct record_index *index, struct error *error)
{
    size_t threads = parallel_threads();
    size_t blocks = (index->set->count + BLOCK_RECORDS - 1) / BLOCK_RECORDS;
    struct reading reading = {
        .index = index,
        .records = memory_new(threads, sizeof *reading.records),
        .errors = memory_new(blocks, sizeof *reading.errors),
    };
    for (size_t i = 0; i < threads; i++)
        reading.records[i].table = index->set->table;
    parallel_for(blocks, threads, read_block, &reading);
    size_t wrong = 0;
    while (wrong < blocks && reading.errors[wrong].kind == ERROR_NONE)
        wrong++;
    if (wrong < blocks)
        *error = reading.errors[wrong];
    for (size_t i = 0; i < threads; i++)
        record_list_release(&reading.records[i]);
    free(reading.records);
    free(reading.errors);
    return wrong == blocks;
}

/* The key that a record has, as a copy to free(). */
static char *copy_key(const struct record_index *index, size_t record)
{
    struct record_list list = { .table = index->set->table };
    char *key = memory_copy_text(record_row(index->set, record, &list)[index->roles.key].text);
    record_list_release(&list);
    return key;
}

static bool has_key(const struct record_index *index, size_t record, const char *key)
{
    char *own = copy_key(index, record);
    bool same = strcmp(own, key) == 0;
    free(own);
    return same;
}

/* The first record of that hash at that place or behind it. */
static bool find_hash(const struct record_index *index, uint64_t hash, size_t *place)
{
    for (; index->slots[*place] != 0; *place = (*place + 1) & index->slot_mask)
        if (index->hashes[index->slots[*place] - 1] == hash)
            return true;
    return false;
}

static bool add_key(struct record_index *index, size_t record, struct error *error)
{
    uint64_t hash = index->hashes[record];
    size_t place = hash & index->slot_mask;
    for (; find_hash(index, hash, &place); place = (place + 1) & index->slot_mask) {
        char *key = copy_key(index, record);
        bool repeated = has_key(index, index->slots[place] - 1, key);
        if (repeated)
            error_set(error, ERROR_INTERNAL, "%s: two records have the key '%s'",
                      index->set->table->name, key);
        free(key);
        if (repeated)
            return false;
    }
    index->slots[place] = (uint32_t)record + 1;
    return true;
}

static bool add_keys(struct record_index *index, struct error *error)
{
    size_t count = index->set->count, slots = 4;
    assert(count < UINT32_MAX);
    while (slots < count + count / 2)
        slots *= 2;
    index->slots = memory_new(slots, sizeof *index->slots);
    index->slot_mask = slots - 1;
    for (size_t i = 0; i < count; i++)
        if (!add_key(index, i, error))
            return false;
    return true;
}

bool record_index_init(struct record_index *index, const struct record_set *set,
                       struct error *error)
{
    const struct coverage *coverage = &set->coverage;
    *index = (struct record_index) { .set = set, .roles = record_roles_of(set->table) };
    bool has_keys = index->roles.key >= 0;
    text_set_init(&index->symbols, coverage->symbol_count);
    for (size_t i = 0; i < coverage->symbol_count; i++)
        text_set_add(&index->symbols, coverage->symbols[i]);
    if (has_keys)
        index->hashes = memory_resize(NULL, set->count, sizeof *index->hashes);
    if (read_records(index, error) && (!has_keys || add_keys(index, error)))
        return true;
    record_index_release(index);
    return false;
}

void record_index_release(struct record_index *index)
{
    text_set_release(&index->symbols);
    free(index->hashes);
    free(index->slots);
    *index = (struct record_index) { 0 };
}

bool record_index_covers(const struct record_index *index, const struct row_identity *identity)
{
    const struct coverage *coverage = &index->set->coverage;
    return identity->session >= coverage->first_session &&
           identity->session <= coverage->last_session &&
           strcmp(identity->playbook, coverage->playbook) == 0 &&
           (identity->symbol == NULL || text_set_has(&index->symbols, identity->symbol));
}

static bool has_record(const struct record_index *index, const char *key)
{
    uint64_t hash = text_hash(key);
    size_t place = hash & index->slot_mask;
    for (; find_hash(index, hash, &place); place = (place + 1) & index->slot_mask)
        if (has_key(index, index->slots[place] - 1, key))
            return true;
    return false;
}

bool record_index_replaces(const struct record_index *index, const struct row_identity *identity)
{
    return record_index_covers(index, identity) ||
           (identity->key && index->slots && has_record(index, identity->key));
}
