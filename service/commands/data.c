/* playbook data: what can be done with bars by themselves, in files and in the cache. */
#include "service/commands/commands.h"

static const struct command *const commands[] = {
    &data_convert_command, &data_check_command,  &data_show_command,  &data_fetch_command,
    &data_list_command,    &data_verify_command, &data_clear_command, NULL,
};

const struct command data_command = {
    .name = "data",
    .summary = "bar files: convert, check, show; the cache: fetch, list, verify, clear",
    .commands = commands,
};
