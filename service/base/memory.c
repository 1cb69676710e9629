#include "service/base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_abort(void *memory)
{
    if (memory == NULL) {
        fputs("playbook: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *memory_new(size_t count, size_t size)
{
    return or_abort(calloc(count ? count : 1, size));
}

void *memory_resize(void *old, size_t count, size_t size)
{
    return or_abort(reallocarray(old, count ? count : 1, size));
}

void *memory_grow(void *old, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return old;
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void *grown = memory_resize(old, wanted, size);
    *capacity = wanted;
    return grown;
}

char *memory_copy_text(const char *text)
{
    return or_abort(strdup(text));
}
