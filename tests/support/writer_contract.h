/* What every writer must do, as one suite over all implementations. A new writer's test brings a
 * destination of its own (this struct) and calls writer_contract_run; its other tests are only
 * about what is its own. */
#ifndef PLAYBOOK_TESTS_SUPPORT_WRITER_CONTRACT_H
#define PLAYBOOK_TESTS_SUPPORT_WRITER_CONTRACT_H

#include "service/base/text.h"
#include "writers/writer.h"

struct writer_contract {
    const char *type; /* the name of a row of writer_types */

    /* An empty destination, and its end. */
    void *(*destination_new)(void);
    void (*destination_free)(void *destination);

    /* A writer to it of the one table named. */
    struct writer *(*open)(void *destination, const char *table);

    /* Appends the rows that are there now, in the order of row_identity_compare: a line each, the
     * cells as cell_append_text gives them, '|' between them and '\n' behind. */
    void (*read)(void *destination, struct text *rows);

    /* Appends something that differs after every write that touched the destination. */
    void (*fingerprint)(void *destination, struct text *text);

    /* From now on writes fail somewhere half-way; or do not any more. */
    void (*set_broken)(void *destination, bool broken);
};

/* Runs the suite; returns the number of failed tests. */
int writer_contract_run(const struct writer_contract *contract);

#endif
