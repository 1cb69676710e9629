/* The commands: one file each, wiring only. */
#ifndef PLAYBOOK_COMMANDS_COMMANDS_H
#define PLAYBOOK_COMMANDS_COMMANDS_H

#include "service/commands/arguments.h"

extern const struct command backtest_command;
extern const struct command run_command;
extern const struct command strategies_command;
extern const struct command data_command; /* a group: */
extern const struct command data_convert_command;
extern const struct command data_check_command;
extern const struct command data_show_command;
extern const struct command data_fetch_command;
extern const struct command data_list_command;
extern const struct command data_verify_command;
extern const struct command data_clear_command;
extern const struct command check_command;
extern const struct command demo_command;
extern const struct command version_command;

/* Says on stderr what went wrong and returns the exit code for it. */
int command_fail(const struct error *error);

#endif
