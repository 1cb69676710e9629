/* The version of the program; CHANGELOG.md says what changed in each. */
#ifndef PLAYBOOK_VERSION_H
#define PLAYBOOK_VERSION_H

#define PLAYBOOK_VERSION "0.1.0"

#endif
