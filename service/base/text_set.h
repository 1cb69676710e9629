/* A set of texts, borrowed: filled once, then asked often. */
#ifndef PLAYBOOK_BASE_TEXT_SET_H
#define PLAYBOOK_BASE_TEXT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text_set_slot {
    const char *text; /* NULL: free */
    uint64_t hash;
};

/* Open addressing: a text is at the place of its hash or behind it, before the next free one. */
struct text_set {
    struct text_set_slot *slots; /* owned */
    size_t mask;                 /* slots less one; a power of two less one */
    size_t count;
};

/* Room for so many texts; no more may be added. */
void text_set_init(struct text_set *set, size_t count_max);

/* False: it is there already. */
bool text_set_add(struct text_set *set, const char *text);
bool text_set_has(const struct text_set *set, const char *text);

/* The hash that it goes by; another one with every version of this program. */
uint64_t text_hash(const char *text);

void text_set_release(struct text_set *set); /* accepts a zeroed one */

#endif
