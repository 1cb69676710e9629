#include "service/base/text_set.h"

#include "service/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void text_set_init(struct text_set *set, size_t count_max)
{
    size_t slots = 4;
    while (slots < count_max + count_max / 2)
        slots *= 2;
    *set = (struct text_set) {
        .slots = memory_new(slots, sizeof *set->slots),
        .mask = slots - 1,
    };
}

/* Eight bytes at a time are mixed in by a multiplication; its upper half, which depends on all
 * bits, is folded onto the lower one. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

uint64_t text_hash(const char *text)
{
    size_t left = strlen(text);
    uint64_t hash = left, word;
    for (; left >= sizeof word; left -= sizeof word, text += sizeof word) {
        memcpy(&word, text, sizeof word);
        hash = mix(hash, word);
    }
    word = 0;
    memcpy(&word, text, left);
    return mix(hash, word);
}

/* Where it is, or where it would be put. */
static struct text_set_slot *slot_of(const struct text_set *set, const char *text, uint64_t hash)
{
    size_t i = hash & set->mask;
    while (set->slots[i].text &&
           (set->slots[i].hash != hash || strcmp(set->slots[i].text, text) != 0))
        i = (i + 1) & set->mask;
    return &set->slots[i];
}

bool text_set_add(struct text_set *set, const char *text)
{
    uint64_t hash = text_hash(text);
    struct text_set_slot *slot = slot_of(set, text, hash);
    if (slot->text)
        return false;
    assert(set->count < set->mask);
    set->count++;
    *slot = (struct text_set_slot) { text, hash };
    return true;
}

bool text_set_has(const struct text_set *set, const char *text)
{
    return slot_of(set, text, text_hash(text))->text != NULL;
}

void text_set_release(struct text_set *set)
{
    free(set->slots);
    *set = (struct text_set) { 0 };
}
