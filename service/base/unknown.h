/* A name that is not known, told as a person would: with the nearest right one. */
#ifndef PLAYBOOK_BASE_UNKNOWN_H
#define PLAYBOOK_BASE_UNKNOWN_H

#include "service/base/error.h"

#include <stdbool.h>

/* Sets `unknown <what> "<name>" (did you mean <nearest>?)`, kind usage; the known names end with
 * NULL. Always returns false. */
bool unknown_name(struct error *error, const char *what, const char *name,
                  const char *const *known);

#endif
