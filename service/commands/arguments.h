/* The one idiom for subcommands: a table of flags, from which both the parser and the help come.
 *
 * Flags are `--name value`, `--name=value`, or `--name` for a switch; `--` ends them; a lone `-` is
 * an operand. -h and --help are found anywhere in front of `--`, whatever else is wrong. Every
 * error is of kind usage. The arguments borrow the strings of argv. */
#ifndef PLAYBOOK_COMMANDS_ARGUMENTS_H
#define PLAYBOOK_COMMANDS_ARGUMENTS_H

#include "service/base/error.h"
#include "service/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct flag {
    const char *name;        /* without dashes */
    const char *placeholder; /* "DATE"; NULL: a switch, which takes no value */
    const char *help;
    bool repeatable;
    enum setting setting; /* the setting that its value overrides; SETTING_NONE: none */
};

struct arguments;

/* A command, or a group of commands: that has a name, a summary and `commands` alone, and the names
 * of these begin with its own: "data convert". */
struct command {
    const char *name;
    const char *summary;
    const struct command *const *commands; /* of a group; ended by NULL */
    const char *operands;                  /* as the help shows them, "[NAME]"; NULL: none */
    size_t operands_min, operands_max;
    const struct flag *flags; /* ended by a row without a name; NULL: none */
    /* Returns the exit code; NULL of a group. */
    int (*run)(const struct arguments *arguments, struct settings *settings);
};

struct argument {
    const struct flag *flag;
    const char *value; /* NULL of a switch */
};

struct arguments {
    const struct command *command;
    struct argument *given; /* the flags, in order; owned */
    size_t given_count;
    const char **operands; /* owned */
    size_t operand_count;
    bool help_wanted; /* then nothing else is parsed */
};

/* argv[0] is the last word of the command's name; argv[argc] is NULL, as main's. Release the
 * arguments after success. */
bool arguments_parse(const struct command *command, int argc, char *const argv[],
                     struct arguments *ret_arguments, struct error *error);

/* Overrides the settings of those flags that have one. */
bool arguments_override_settings(const struct arguments *arguments, struct settings *settings,
                                 struct error *error);

/* Asking for a flag that the command's table lacks is a mistake of ours, and asserted. */
bool arguments_has(const struct arguments *arguments, const char *flag);
size_t arguments_count(const struct arguments *arguments, const char *flag);
const char *arguments_value(const struct arguments *arguments, const char *flag); /* NULL: absent */

/* Of a repeatable flag, in the order given; NULL from arguments_count on. */
const char *arguments_value_at(const struct arguments *arguments, const char *flag, size_t index);

/* NULL: there are not that many. */
const char *arguments_operand(const struct arguments *arguments, size_t index);

void arguments_print_help(const struct command *command, FILE *stream);

void arguments_release(struct arguments *arguments); /* accepts zeroed ones */

#endif
