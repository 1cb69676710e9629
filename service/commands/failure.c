/* How a command ends when something went wrong: one line in the log, and the exit code. */
#include "service/base/log.h"
#include "service/commands/commands.h"

int command_fail(const struct error *error)
{
    log_event(LOG_ERROR, "%s", error->message);
    return error_exit_code(error->kind);
}
