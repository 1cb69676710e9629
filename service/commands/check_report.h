/* What a check of several things says: a line each, and how many of them were well. Secrets of the
 * settings are kept out of it wherever they may have come from: an url, a provider's reply. */
#ifndef PLAYBOOK_COMMANDS_CHECK_REPORT_H
#define PLAYBOOK_COMMANDS_CHECK_REPORT_H

#include "service/base/error.h"
#include "service/base/text.h"
#include "service/settings.h"

#include <stdbool.h>
#include <stddef.h>

enum check_status { CHECK_OK, CHECK_WARNING, CHECK_FAILED, CHECK_STATUS_COUNT };

/* Start with the first two members and the rest zeroed. */
struct check_report {
    const struct settings *settings; /* borrowed */
    bool is_json;                    /* one document at the end instead of lines */
    struct text checks;              /* for the document */
    size_t counts[CHECK_STATUS_COUNT];
    enum error_kind first_failure; /* none so far: ERROR_NONE */
};

/* The name is two or three words of ours; the rest may hold what comes from outside. */
void check_report_add(struct check_report *report, enum check_status status, const char *name,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));
void check_report_fail(struct check_report *report, const char *name, const struct error *error);

/* Sums up, releases the report and returns the exit code: that of the first failure. */
int check_report_end(struct check_report *report);

#endif
