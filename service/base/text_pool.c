#include "service/base/text_pool.h"

#include "service/base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Blocks double from the first size to the last: a pool may hold one text, or a million. */
enum { BLOCK_SIZE_FIRST = 256, BLOCK_SIZE_LAST = 1 << 16 };

static void add_block(struct text_pool *pool, size_t size)
{
    pool->blocks =
        memory_grow(pool->blocks, pool->block_count, &pool->block_capacity, sizeof *pool->blocks);
    pool->blocks[pool->block_count++] = memory_resize(NULL, size, 1);
    pool->size = size;
    pool->used = 0;
}

const char *text_pool_keep(struct text_pool *pool, const char *bytes, size_t size)
{
    if (pool->size - pool->used <= size) {
        size_t doubled = pool->size < BLOCK_SIZE_FIRST ? BLOCK_SIZE_FIRST : pool->size * 2;
        size_t next = doubled > BLOCK_SIZE_LAST ? BLOCK_SIZE_LAST : doubled;
        add_block(pool, size < next ? next : size + 1);
    }
    char *copy = pool->blocks[pool->block_count - 1] + pool->used;
    if (size > 0)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    pool->used += size + 1;
    return copy;
}

/* What is free in the pool's last block, and in the source's, stays unused. */
void text_pool_take(struct text_pool *pool, struct text_pool *source)
{
    for (size_t i = 0; i < source->block_count; i++) {
        pool->blocks = memory_grow(pool->blocks, pool->block_count, &pool->block_capacity,
                                   sizeof *pool->blocks);
        pool->blocks[pool->block_count++] = source->blocks[i];
        pool->used = pool->size = 0;
    }
    free(source->blocks);
    *source = (struct text_pool) { 0 };
}

void text_pool_clear(struct text_pool *pool)
{
    if (pool->block_count == 0)
        return;
    for (size_t i = 0; i + 1 < pool->block_count; i++)
        free(pool->blocks[i]);
    pool->blocks[0] = pool->blocks[pool->block_count - 1];
    pool->block_count = 1;
    pool->used = 0;
}

void text_pool_release(struct text_pool *pool)
{
    for (size_t i = 0; i < pool->block_count; i++)
        free(pool->blocks[i]);
    free(pool->blocks);
    *pool = (struct text_pool) { 0 };
}
