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
void text_append_character(struct text *text, char character);
void text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text as a string, "" while empty. Borrowed until the next append. */
const char *text_string(const struct text *text);

void text_clear(struct text *text);   /* keeps the memory */
void text_release(struct text *text); /* accepts a zeroed text */

/* Of the names in a NULL-terminated list, the one nearest to `wrong` by edit distance, or NULL
 * when none is near enough to be meant. */
const char *text_nearest(const char *wrong, const char *const *names);

#endif
