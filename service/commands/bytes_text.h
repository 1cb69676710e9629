/* Sizes of files for people: "17 bytes", "4.2 kB", "1.3 GB", in powers of a thousand. */
#ifndef PLAYBOOK_COMMANDS_BYTES_TEXT_H
#define PLAYBOOK_COMMANDS_BYTES_TEXT_H

#include <stddef.h>

enum { BYTES_TEXT_SIZE = 32 };

const char *bytes_text(size_t bytes, char buffer[static BYTES_TEXT_SIZE]);

#endif
