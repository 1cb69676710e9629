/* The only place where the program asks what time it is. Not used by the core. */
#ifndef PLAYBOOK_BASE_CLOCK_H
#define PLAYBOOK_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_us(void);      /* UTC, since 1970; may jump */
int64_t clock_monotonic_us(void); /* for durations; never goes back */

#endif
