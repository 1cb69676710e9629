#include "service/base/text.h"

#include "service/base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_LENGTH_MAX = 64 };

void text_grow(struct text *text, size_t size)
{
    size_t needed = text->size + size + 1;
    size_t capacity = text->capacity ? text->capacity : 64;
    while (capacity < needed)
        capacity *= 2;
    text->bytes = memory_resize(text->bytes, capacity, 1);
    text->capacity = capacity;
}

/* What does not fit below the cap asks for no memory either. */
void text_append_bytes(struct text *text, const void *bytes, size_t size)
{
    size_t size_max = text->size_max ? text->size_max : TEXT_SIZE_MAX;
    if (text->full || size > size_max - text->size) {
        text->full = true;
        return;
    }
    char *end = text_room(text, size);
    if (size > 0)
        memcpy(end, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
}

void text_append(struct text *text, const char *string)
{
    text_append_bytes(text, string, strlen(string));
}

void text_format(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *formatted = NULL;
    int size = vasprintf(&formatted, format, arguments);
    va_end(arguments);
    if (size < 0)
        abort();
    text_append_bytes(text, formatted, (size_t)size);
    free(formatted);
}

const char *text_string(const struct text *text)
{
    return text->bytes ? text->bytes : "";
}

void text_clear(struct text *text)
{
    text->size = 0;
    text->full = false;
    if (text->bytes)
        text->bytes[0] = '\0';
}

void text_release(struct text *text)
{
    free(text->bytes);
    *text = (struct text) { .size_max = text->size_max };
}

/* Levenshtein distance, one row at a time. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[NAME_LENGTH_MAX + 1];
    size_t b_length = strlen(b);
    if (b_length > NAME_LENGTH_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            size_t inserted = row[j - 1] + 1;
            size_t removed = row[j] + 1;
            diagonal = row[j];
            row[j] = replaced < inserted ? replaced : inserted;
            if (removed < row[j])
                row[j] = removed;
        }
    }
    return row[b_length];
}

const char *text_nearest(const char *wrong, const char *const *names)
{
    const char *nearest = NULL;
    size_t best = strlen(wrong) / 3 + 1;
    for (; *names; names++) {
        size_t distance = edit_distance(wrong, *names);
        if (distance <= best && (nearest == NULL || distance < best)) {
            nearest = *names;
            best = distance;
        }
    }
    return nearest;
}
