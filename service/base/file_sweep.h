/* Removes what processes that were killed while they replaced a file (base/file.h) left beside it.
 * For whoever holds the lock without which nobody replaces that file: then none of it is still in
 * use. What cannot be removed stays, and does no harm. */
#ifndef PLAYBOOK_BASE_FILE_SWEEP_H
#define PLAYBOOK_BASE_FILE_SWEEP_H

void file_sweep(const char *path);

#endif
