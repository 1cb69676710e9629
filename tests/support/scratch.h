/* A folder of a test's own, under $TMPDIR or /tmp, and files in it. What goes wrong in here fails
 * the test. */
#ifndef PLAYBOOK_TESTS_SUPPORT_SCRATCH_H
#define PLAYBOOK_TESTS_SUPPORT_SCRATCH_H

#include <stddef.h>

struct scratch {
    char folder[256];
    char path[512]; /* of scratch_path */
};

void scratch_init(struct scratch *scratch);
void scratch_release(struct scratch *scratch); /* with everything in it */

/* The path of a name in the folder; valid until the next call. */
const char *scratch_path(struct scratch *scratch, const char *name);

void scratch_write(struct scratch *scratch, const char *name, const char *content);

/* The whole file, NUL-terminated, to free(); NULL when there is none. */
char *scratch_read(struct scratch *scratch, const char *name);

/* How many names in the folder contain `part`. */
size_t scratch_count(struct scratch *scratch, const char *part);

#endif
