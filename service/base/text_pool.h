/* Copies of texts that live and go together, many to a block of memory. They never move. */
#ifndef PLAYBOOK_BASE_TEXT_POOL_H
#define PLAYBOOK_BASE_TEXT_POOL_H

#include <stddef.h>

struct text_pool {
    char **blocks; /* owned; the last one is being filled */
    size_t block_count, block_capacity;
    size_t used, size; /* bytes of the last block */
};

/* A copy of `size` bytes with a NUL behind it. */
const char *text_pool_keep(struct text_pool *pool, const char *bytes, size_t size);

/* Moves the texts of another pool here; they stay where they are. */
void text_pool_take(struct text_pool *pool, struct text_pool *source);

void text_pool_clear(struct text_pool *pool);   /* keeps the last block */
void text_pool_release(struct text_pool *pool); /* accepts a zeroed one */

#endif
