/* What went wrong, for a program (kind, outcome) and for a person (message).
 *
 * The caller owns a zeroed struct error and passes it down. A function that fails fills it and
 * returns false or NULL; on success it is left untouched. The way up adds context in front
 * ("trades.csv: line 17: ..."). An error is logged once, where the operation ends. */
#ifndef PLAYBOOK_BASE_ERROR_H
#define PLAYBOOK_BASE_ERROR_H

#include <stdbool.h>

enum error_kind {
    ERROR_NONE,
    ERROR_USAGE,    /* a flag, setting or request is wrong: the person asking can mend it */
    ERROR_DATA,     /* bars are missing or unreadable */
    ERROR_PROVIDER, /* somebody else's service failed */
    ERROR_WRITER,   /* results could not be written */
    ERROR_RISK,     /* a limit forbids it */
    ERROR_CLAIMED,  /* another run holds the claim */
    ERROR_CONFLICT, /* somebody else changed it first */
    ERROR_DENIED,   /* no permission */
    ERROR_LIMIT,    /* larger than a named cap */
    ERROR_DEADLINE, /* the time allowed is over */
    ERROR_INTERNAL, /* our own mistake */
    ERROR_KIND_COUNT
};

/* What the caller may do about it. */
enum error_outcome {
    OUTCOME_FAILED,  /* it did not happen and will not by trying again */
    OUTCOME_RETRY,   /* it did not happen; trying again may help */
    OUTCOME_UNKNOWN, /* it may have happened: look before trying again */
};

enum { ERROR_MESSAGE_SIZE = 1024 };

struct error {
    enum error_kind kind;
    enum error_outcome outcome;
    char message[ERROR_MESSAGE_SIZE]; /* one line, '?' for control characters; cut at the size */
};

/* Fills the error (outcome: failed). Always returns false: `return error_set(error, ...);`. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "<context>: " in front of the message. Always returns false. */
bool error_context(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The one table: a kind's name in logs and JSON, the process's exit code, the HTTP status. */
const char *error_kind_name(enum error_kind kind);
int error_exit_code(enum error_kind kind);
int error_http_status(enum error_kind kind);

#endif
