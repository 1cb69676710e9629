/* playbook data: what can be done with bar files by themselves. */
#include "service/commands/commands.h"

static const struct command *const commands[] = {
    &data_convert_command,
    &data_check_command,
    &data_show_command,
    NULL,
};

const struct command data_command = {
    .name = "data",
    .summary = "bar files: convert, check, show",
    .commands = commands,
};
