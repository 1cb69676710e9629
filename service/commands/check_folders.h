/* The folders that a run writes to: what it puts there must be possible to put there. */
#ifndef PLAYBOOK_COMMANDS_CHECK_FOLDERS_H
#define PLAYBOOK_COMMANDS_CHECK_FOLDERS_H

#include "service/commands/check_report.h"

/* Those of results, of fetched bars unless they are not kept, and of the state. */
void check_folders(struct check_report *report);

#endif
