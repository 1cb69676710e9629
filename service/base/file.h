/* Files that are whole or not there. A replacement is written beside its target, flushed to the
 * disk and renamed over it, so that a reader, and whoever comes after a crash, sees the old
 * content or the new, never a mix. Every failing call is an error that names the path. */
#ifndef PLAYBOOK_BASE_FILE_H
#define PLAYBOOK_BASE_FILE_H

#include "service/base/error.h"
#include "service/base/text.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

enum { FILE_PATH_MAX = 4096 };

/* Reads a whole regular file; over size_max is an error of kind limit, any other of kind data. That
 * it does not exist is an error too, unless ret_exists is given: then the answer is true, an empty
 * text and *ret_exists false. */
bool file_read(const char *path, size_t size_max, struct text *ret_text, bool *ret_exists,
               struct error *error);

/* Atomic: a temporary file ".<name>.<pid>.<number>.tmp" in the same folder, full write, fsync,
 * close, rename, fsync of the folder. A target that is a symbolic link, folder or device is
 * refused. An existing target keeps its permission bits; a new one gets 0666 less the umask.
 *
 * Errors are of kind writer. On failure the target is as before and the temporary file removed;
 * only when the last step fails, the fsync of the folder, the new content is in place but may not
 * survive a power cut: outcome unknown. A process that is killed half-way leaves its temporary
 * file; nobody reads or reuses it, and file_sweep.h removes it. */
bool file_replace(const char *path, const void *bytes, size_t size, struct error *error);

/* The same in pieces, for content that is made while it is written. Behind a beginning that went
 * well comes one end, also when an append failed: commit, or abandon, which leaves the target as it
 * is. The path is borrowed until then. */
struct file_replacement {
    const char *path, *name; /* the latter in its folder */
    int folder, descriptor;
    char temporary[NAME_MAX + 1];
};
bool file_replacement_begin(struct file_replacement *replacement, const char *path,
                            struct error *error);
bool file_replacement_append(struct file_replacement *replacement, const void *bytes, size_t size,
                             struct error *error);
bool file_replacement_commit(struct file_replacement *replacement, struct error *error);
void file_replacement_abandon(struct file_replacement *replacement);

/* Flushes the folder that `path` is in: the last step of a replacement, for whoever finds the
 * wanted content in place and cannot know whether the process that put it there lived to do it. */
bool file_flush_folder_of(const char *path, struct error *error);

/* Creates the folder and its missing parents, flushed to the disk. Kind writer. */
bool file_make_folder(const char *path, struct error *error);

/* Advisory lock of `path`, by locking "<path>.lock" beside it; that file is created and never
 * removed, because removing it would let two holders in. Blocks up to timeout_ms, then kind claimed
 * with outcome retry; other errors are of kind writer. Released by file_unlock and by the process's
 * death. */
struct file_lock {
    int descriptor;
};
bool file_lock(const char *path, int timeout_ms, struct file_lock *ret_lock, struct error *error);
void file_unlock(struct file_lock *lock);

/* A read-only view of a whole regular file, mapped; an empty file gives a valid empty view. Errors
 * are of kind data. Only for files that are replaced whole: cutting one short under a view kills
 * the reader (SIGBUS). */
struct file_view {
    const char *bytes;
    size_t size;
};
bool file_view_open(const char *path, struct file_view *ret_view, struct error *error);
void file_view_close(struct file_view *view);

#endif
