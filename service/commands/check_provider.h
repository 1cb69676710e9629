/* Whether bars can be had from the provider, and whether its clock agrees with ours. */
#ifndef PLAYBOOK_COMMANDS_CHECK_PROVIDER_H
#define PLAYBOOK_COMMANDS_CHECK_PROVIDER_H

#include "service/commands/check_report.h"
#include "service/jobs/playbooks.h"

/* At most one call for stocks and one for pairs, both at once, for at most five seconds. What is
 * not needed by the playbooks that are enabled is not asked, but for one call in any case. */
void check_provider(struct check_report *report, const struct playbooks *playbooks);

#endif
