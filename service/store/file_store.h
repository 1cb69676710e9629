/* A store that is a folder. The value of "runs/dp20/2024-06-28.json" is the file of that name below
 * the location and nothing but its bytes, so that other tools read it in place: the values of
 * folders with names such as symbol=QQQ open as one data set.
 *
 * Versions are 64 bits of the SHA-256 of the value. There is nothing else to keep, and a copy of
 * the folder, or a value that a person has mended, has the right version.
 *
 * A change is a compare-and-swap under a lock, and file_replace; reading takes no lock. The locks
 * lie in "<location>/.locks" and not beside the values: 256 files that keys share by their hash,
 * and that stay. So do folders that a remove leaves empty, because somebody else may be about to
 * put into them; no listing shows them.
 *
 * Symbolic links below the location are errors, not followed; the location may be one. A listing
 * passes over whatever is not a regular file with the name of a key: what begins with a dot, as
 * temporary files do, links, and what people leave. Only for local file systems, or others on which
 * flock holds between all that use them. */
#ifndef PLAYBOOK_STORE_FILE_STORE_H
#define PLAYBOOK_STORE_FILE_STORE_H

#include "service/store/store.h"

extern const struct store_type file_store_type;

#endif
