/* What can be set about a strategy: a table of parameters, and a set of values for it. */
#ifndef PLAYBOOK_STRATEGIES_PARAMETER_H
#define PLAYBOOK_STRATEGIES_PARAMETER_H

#include "service/base/error.h"
#include "service/base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum parameter_kind {
    PARAMETER_NUMBER,   /* 0.60 */
    PARAMETER_COUNT,    /* a whole number */
    PARAMETER_TIME,     /* minutes since midnight on the exchange's clock, as text "15:55" */
    PARAMETER_QUANTITY, /* a number of shares or coins, up to 9 decimals */
};

/* A table of them ends with a row without a name. */
struct parameter {
    const char *name;
    enum parameter_kind kind;
    double initial; /* the default */
    double least, most;
    const char *help;
};

enum { PARAMETERS_MAX = 8, PARAMETER_TEXT_SIZE = 32 };

/* Values in the order of their table. */
struct parameter_set {
    double values[PARAMETERS_MAX];
};

void parameter_set_init(struct parameter_set *set, const struct parameter *table);

/* NULL when the table has no such name; its position in the table through ret_index. */
const struct parameter *parameter_find(const struct parameter *table, const char *name,
                                       size_t *ret_index);

/* Reads a value and holds it against kind and bounds; an error of kind usage says what was
 * expected. */
bool parameter_parse(const struct parameter *parameter, const char *text, double *ret_value,
                     struct error *error);

/* The shortest text that reads back as the value: "0.6", "20", "15:55". */
const char *parameter_format(const struct parameter *parameter, double value,
                             char buffer[static PARAMETER_TEXT_SIZE]);

#endif
