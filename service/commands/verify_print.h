/* How `playbook data verify` shows what has come of a comparison. */
#ifndef PLAYBOOK_COMMANDS_VERIFY_PRINT_H
#define PLAYBOOK_COMMANDS_VERIFY_PRINT_H

#include "service/base/text.h"
#include "service/commands/data_range.h"
#include "service/jobs/kept_bars.h"
#include "service/jobs/verify.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of one symbol. */
struct verified {
    const char *symbol;           /* borrowed, as are adjustment, error and part */
    const char *adjustment;       /* "split" */
    const struct error *error;    /* of kind ERROR_NONE: it was compared, and the rest holds */
    const struct data_part *part; /* whose range it is */
    struct verify verify;
    int32_t as_of;      /* of adjusted bars that are kept; or DATE_NONE */
    struct error wrong; /* with a file that could not be compared; ERROR_NONE: all could */
};

/* Whether anything is not as the provider has it now. */
bool verified_differs(const struct verified *verified);

/* A table, the first differences of each symbol, and what can be done about them; on stdout. */
void verify_print_table(const struct verified *verified, size_t count);

/* An array with an object for each symbol. */
void verify_append_json(const struct verified *verified, size_t count, struct text *json);

#endif
