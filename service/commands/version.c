/* playbook version: what was built, from what. */
#include "service/commands/commands.h"
#include "service/version.h"

#include <json-c/json_c_version.h>
#include <stdio.h>

static int run(const struct arguments *arguments, struct settings *settings)
{
    (void)arguments;
    (void)settings;
    printf("playbook %s (%s, json-c %s)\n", PLAYBOOK_VERSION, __VERSION__, json_c_version());
    return 0;
}

const struct command version_command = {
    .name = "version",
    .summary = "what was built, and with what",
    .run = run,
};
