/* Texts that are JSON and texts that are not. */
#ifndef PLAYBOOK_TESTS_SUPPORT_JSON_CASES_H
#define PLAYBOOK_TESTS_SUPPORT_JSON_CASES_H

#include <stddef.h>

struct document {
    const char *text;
    size_t size; /* some hold a NUL */
};

extern const struct document json_good[], json_bad[];
extern const size_t json_good_count, json_bad_count;

#endif
