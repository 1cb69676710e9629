/* The folders that a key of a file store needs, from the store's own down, on the disk to stay.
 *
 * A new folder is an entry of the one above it, which has to be flushed. One that is there already
 * may have been made by a process that has not flushed it yet, or was killed before it could: it is
 * flushed as well, once by every process. For that the way to the folders of the last call is
 * remembered, by all threads together; the next key mostly shares all of it but the last name. Each
 * folder is made if it is missing, whatever is remembered, and one that had to be made is flushed.
 * So only he is misled who removes a folder by hand, while another process makes it again and dies
 * in a power cut before it has flushed it. */
#ifndef PLAYBOOK_STORE_FILE_FOLDERS_H
#define PLAYBOOK_STORE_FILE_FOLDERS_H

#include "service/base/error.h"

#include <stdbool.h>

/* The location is a folder that is there. Errors are of kind writer. */
bool file_folders_make(const char *location, const char *key, struct error *error);

#endif
