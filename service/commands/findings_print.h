/* How findings about bars look to people. `symbols` are the names that the findings' symbols are
 * the indices of; NULL: all are of one symbol, which is not said. */
#ifndef PLAYBOOK_COMMANDS_FINDINGS_PRINT_H
#define PLAYBOOK_COMMANDS_FINDINGS_PRINT_H

#include "service/jobs/findings.h"

#include <stdio.h>

/* "3 findings about the bars: 2 warnings, 1 note", then a line for each kind, the worst first.
 * Nothing without findings. */
void findings_print(const struct findings *findings, char *const *symbols, FILE *stream);

/* A row for each finding. */
void findings_print_all(const struct findings *findings, FILE *stream);

#endif
