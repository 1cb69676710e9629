/* Memory that is always there: when it is not, the program says so and aborts. Nothing here
 * returns NULL, so no caller has a second, untested path. Free with free(). */
#ifndef PLAYBOOK_BASE_MEMORY_H
#define PLAYBOOK_BASE_MEMORY_H

#include <stddef.h>

/* count zeroed elements of size bytes each; count 0 gives a valid pointer too. */
void *memory_new(size_t count, size_t size);

/* Grows or shrinks to count elements of size bytes; what is new is not zeroed. */
void *memory_resize(void *old, size_t count, size_t size);

/* Room for one element more: doubles *capacity when count has reached it. */
void *memory_grow(void *old, size_t count, size_t *capacity, size_t size);

char *memory_copy_text(const char *text);

/* To be called once, before there are threads: from then on memory that was freed is used again,
 * and hardly ever goes back to the system, where each page would be cleared for its next use. */
void memory_keep_freed(void);

#endif
