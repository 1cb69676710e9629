/* The keys of the values in a folder: the part of file_store that walks. */
#ifndef PLAYBOOK_STORE_FILE_KEYS_H
#define PLAYBOOK_STORE_FILE_KEYS_H

#include "service/base/error.h"

#include <stdbool.h>

/* Visits the regular files below the location whose paths are keys (store_key_check) and begin with
 * the prefix, in the order of the bytes of the whole keys, until visit says false. Folders are read
 * as they are reached, whole; a missing one is empty. Errors are of kind data. */
bool file_keys_visit(const char *location, const char *prefix,
                     bool (*visit)(void *context, const char *key), void *context,
                     struct error *error);

#endif
