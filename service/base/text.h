/* A growing text with a cap. Reaching the cap is an error of the caller's input, never silent:
 * the text stops growing, keeps what it has and remembers it in `full`. Always NUL-terminated. */
#ifndef PLAYBOOK_BASE_TEXT_H
#define PLAYBOOK_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *bytes; /* owned; NULL until the first append */
    size_t size; /* without the terminating NUL */
    size_t capacity;
    size_t size_max; /* 0: TEXT_SIZE_MAX */
    bool full;       /* an append did not fit below the cap */
};

#define TEXT_SIZE_MAX ((size_t)1 << 30)

void text_append(struct text *text, const char *string);
void text_append_bytes(struct text *text, const void *bytes, size_t size);
static inline void text_append_character(struct text *text, char character);
void text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For what is printed in place: room for `size` bytes behind the text, to be filled and then taken
 * up to where it was filled. Room is had at any size; the cap counts when it is taken. */
static inline char *text_room(struct text *text, size_t size);
static inline void text_take(struct text *text, const char *end);

/* The text as a string, "" while empty. Borrowed until the next append. */
const char *text_string(const struct text *text);

void text_clear(struct text *text);   /* keeps the memory */
void text_release(struct text *text); /* accepts a zeroed text */

/* Of the names in a NULL-terminated list, the one nearest to `wrong` by edit distance, or NULL
 * when none is near enough to be meant. */
const char *text_nearest(const char *wrong, const char *const *names);

void text_grow(struct text *text, size_t size); /* for text_room: another `size` bytes of memory */

static inline char *text_room(struct text *text, size_t size)
{
    if (text->capacity - text->size <= size)
        text_grow(text, size);
    return text->bytes + text->size;
}

static inline void text_take(struct text *text, const char *end)
{
    size_t size = (size_t)(end - text->bytes);
    if (size > (text->size_max ? text->size_max : TEXT_SIZE_MAX))
        text->full = true;
    if (!text->full)
        text->size = size;
    text->bytes[text->size] = '\0';
}

static inline void text_append_character(struct text *text, char character)
{
    char *end = text_room(text, 1);
    *end = character;
    text_take(text, end + 1);
}

#endif
