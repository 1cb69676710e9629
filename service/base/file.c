#include "service/base/file.h"

#include "service/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    CHUNK_SIZE = 1 << 16,
    PIECE_SIZE_LARGE = 1 << 16,
    LOCK_PAUSE_NS = 2000000,
    TEMPORARY_TRIES_MAX = 1000,
};

/* "<path>: cannot <action>: <errno's text>". */
static bool failed(struct error *error, enum error_kind kind, const char *path, const char *action)
{
    return error_set(error, kind, "%s: cannot %s: %s", path, action, strerror(errno));
}

static bool too_long(const char *path, struct error *error)
{
    return error_set(error, ERROR_WRITER, "a path of %zu characters is too long: %.80s...",
                     strlen(path), path);
}

static int open_at(int folder, const char *name, int flags, mode_t mode)
{
    int descriptor;
    do
        descriptor = openat(folder, name, flags | O_CLOEXEC, mode);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

/* O_NONBLOCK, so that a pipe is refused by check_regular instead of waited for. */
static int open_for_reading(const char *path)
{
    return open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
}

static bool check_regular(int descriptor, const char *path, size_t *ret_size, struct error *error)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return failed(error, ERROR_DATA, path, "look at it");
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_DATA, "%s: is not a regular file", path);
    *ret_size = (size_t)status.st_size;
    return true;
}

/* To the end, wherever it is by then: a file may grow while it is read. */
static bool read_all(int descriptor, const char *path, size_t size_max, struct text *text,
                     struct error *error)
{
    size_t size;
    if (!check_regular(descriptor, path, &size, error))
        return false;
    char chunk[CHUNK_SIZE];
    ssize_t got = 0;
    while (size <= size_max) {
        got = TEMP_FAILURE_RETRY(read(descriptor, chunk, sizeof chunk));
        if (got < 0)
            return failed(error, ERROR_DATA, path, "read");
        if (got == 0)
            return true;
        size = text->size + (size_t)got;
        if (size <= size_max)
            text_append_bytes(text, chunk, (size_t)got);
    }
    return error_set(error, ERROR_LIMIT, "%s: is larger than %zu bytes", path, size_max);
}

bool file_read(const char *path, size_t size_max, struct text *ret_text, bool *ret_exists,
               struct error *error)
{
    int descriptor = open_for_reading(path);
    bool missing = descriptor < 0 && errno == ENOENT && ret_exists != NULL;
    if (descriptor < 0 && !missing)
        return failed(error, ERROR_DATA, path, "open");
    struct text text = { .size_max = size_max };
    if (descriptor >= 0) {
        bool read_whole = read_all(descriptor, path, size_max, &text, error);
        close(descriptor);
        if (!read_whole) {
            text_release(&text);
            return false;
        }
    }
    *ret_text = text;
    if (ret_exists)
        *ret_exists = !missing;
    return true;
}

bool file_view_open(const char *path, struct file_view *ret_view, struct error *error)
{
    int descriptor = open_for_reading(path);
    if (descriptor < 0)
        return failed(error, ERROR_DATA, path, "open");
    struct file_view view = { .bytes = "" };
    bool opened = check_regular(descriptor, path, &view.size, error);
    if (opened && view.size > 0) {
        void *mapped = mmap(NULL, view.size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        opened = mapped != MAP_FAILED || failed(error, ERROR_DATA, path, "map");
        view.bytes = mapped;
    }
    close(descriptor);
    if (opened)
        *ret_view = view;
    return opened;
}

void file_view_close(struct file_view *view)
{
    if (view->size > 0)
        munmap((void *)(uintptr_t)view->bytes, view->size);
    *view = (struct file_view) { 0 };
}

/* The folder that `path` is in, opened, or -1; *ret_name is the name in it. */
static int open_folder_of(const char *path, const char **ret_name, struct error *error)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char folder[FILE_PATH_MAX] = ".";
    if ((size_t)(name - path) >= sizeof folder) {
        too_long(path, error);
        return -1;
    }
    if (*name == '\0') {
        error_set(error, ERROR_WRITER, "%s: is not the path of a file", path);
        return -1;
    }
    if (slash)
        snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    int descriptor = open_at(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY, 0);
    if (descriptor < 0)
        failed(error, ERROR_WRITER, path, "open its folder");
    *ret_name = name;
    return descriptor;
}

/* EINVAL is a file system's way to say that it has no folders to flush. */
static bool flush_folder(int folder, const char *path, struct error *error)
{
    if (TEMP_FAILURE_RETRY(fsync(folder)) == 0 || errno == EINVAL)
        return true;
    failed(error, ERROR_WRITER, path, "flush its folder to the disk");
    error->outcome = OUTCOME_UNKNOWN;
    return false;
}

bool file_flush_folder_of(const char *path, struct error *error)
{
    const char *name;
    int folder = open_folder_of(path, &name, error);
    if (folder < 0)
        return false;
    bool flushed = flush_folder(folder, path, error);
    close(folder);
    return flushed;
}

/* *ret_mode: the mode to keep, or 0 when there is no file yet. */
static bool check_target(int folder, const char *name, const char *path, mode_t *ret_mode,
                         struct error *error)
{
    struct stat status;
    *ret_mode = 0;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT || failed(error, ERROR_WRITER, path, "look at it");
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_WRITER, "%s: is not a regular file; a %s is not replaced",
                         path, S_ISLNK(status.st_mode) ? "symbolic link" : "folder or device");
    *ret_mode = status.st_mode;
    return true;
}

/* A name that is taken belongs to a process of the same number: one that died, or one that lives
 * in another container. Either way it is passed over. */
static int create_temporary(int folder, const char *name, mode_t mode,
                            char temporary[static NAME_MAX + 1])
{
    static atomic_uint counter;
    for (int tries = 0; tries < TEMPORARY_TRIES_MAX; tries++) {
        int length = snprintf(temporary, NAME_MAX + 1, ".%s.%ld.%u.tmp", name, (long)getpid(),
                              atomic_fetch_add(&counter, 1));
        if (length > NAME_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int descriptor = open_at(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    return -1;
}

static bool write_all(int descriptor, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = TEMP_FAILURE_RETRY(write(descriptor, bytes, size));
        if (written < 0)
            return false;
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

/* Whatever went wrong: the target is as it was. */
static bool discard(const struct file_replacement *replacement)
{
    unlinkat(replacement->folder, replacement->temporary, 0);
    close(replacement->folder);
    return false;
}

bool file_replacement_begin(struct file_replacement *replacement, const char *path,
                            struct error *error)
{
    const char *name;
    mode_t mode;
    int folder = open_folder_of(path, &name, error);
    if (folder < 0)
        return false;
    struct file_replacement begun = { .path = path, .name = name, .folder = folder };
    if (!check_target(folder, name, path, &mode, error)) {
        close(folder);
        return false;
    }
    begun.descriptor = create_temporary(folder, name, mode ? 0600 : 0666, begun.temporary);
    if (begun.descriptor < 0) {
        failed(error, ERROR_WRITER, path, "create a temporary file beside it");
        close(folder);
        return false;
    }
    *replacement = begun;
    if (mode == 0 || fchmod(begun.descriptor, mode & 0777) == 0)
        return true;
    failed(error, ERROR_WRITER, path, "keep its permissions");
    file_replacement_abandon(replacement);
    return false;
}

/* The disk begins with a large piece while the next one is made, so that little is left to flush in
 * the end. That is a hint: only fsync tells whether the bytes are there. */
bool file_replacement_append(struct file_replacement *replacement, const void *bytes, size_t size,
                             struct error *error)
{
    int descriptor = replacement->descriptor;
    if (!write_all(descriptor, bytes, size))
        return failed(error, ERROR_WRITER, replacement->path, "write");
    if (size >= PIECE_SIZE_LARGE)
        sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
    return true;
}

/* A failed fsync is final: the kernel may have dropped the pages, and a second call would say that
 * all is well. A close that was interrupted has closed, behind an fsync that had succeeded. */
static bool flush_and_close(const struct file_replacement *replacement, struct error *error)
{
    const char *path = replacement->path;
    bool flushed = true;
    if (TEMP_FAILURE_RETRY(fsync(replacement->descriptor)) != 0)
        flushed = failed(error, ERROR_WRITER, path, "flush to the disk");
    if (close(replacement->descriptor) != 0 && errno != EINTR && flushed)
        flushed = failed(error, ERROR_WRITER, path, "close");
    return flushed;
}

bool file_replacement_commit(struct file_replacement *replacement, struct error *error)
{
    int folder = replacement->folder;
    if (!flush_and_close(replacement, error))
        return discard(replacement);
    if (renameat(folder, replacement->temporary, folder, replacement->name) != 0) {
        failed(error, ERROR_WRITER, replacement->path, "rename the new file over it");
        return discard(replacement);
    }
    bool replaced = flush_folder(folder, replacement->path, error);
    close(folder);
    return replaced;
}

void file_replacement_abandon(struct file_replacement *replacement)
{
    close(replacement->descriptor);
    discard(replacement);
}

bool file_replace(const char *path, const void *bytes, size_t size, struct error *error)
{
    struct file_replacement replacement;
    if (!file_replacement_begin(&replacement, path, error))
        return false;
    if (file_replacement_append(&replacement, bytes, size, error))
        return file_replacement_commit(&replacement, error);
    file_replacement_abandon(&replacement);
    return false;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool make_one_folder(const char *path, struct error *error)
{
    if (is_folder(path))
        return true;
    if (mkdir(path, 0777) == 0)
        return file_flush_folder_of(path, error);
    return (errno == EEXIST && is_folder(path)) ||
           failed(error, ERROR_WRITER, path, "make the folder");
}

bool file_make_folder(const char *path, struct error *error)
{
    char parent[FILE_PATH_MAX];
    size_t size = strlen(path);
    if (size >= sizeof parent)
        return too_long(path, error);
    for (size_t end = 1; end <= size; end++) {
        bool name_ends = path[end - 1] != '/' && (path[end] == '/' || path[end] == '\0');
        if (!name_ends)
            continue;
        memcpy(parent, path, end);
        parent[end] = '\0';
        if (!make_one_folder(parent, error))
            return false;
    }
    return true;
}

/* flock can wait for ever or not at all, so it is asked again and again. */
static bool wait_for_lock(int descriptor, const char *path, int timeout_ms, struct error *error)
{
    int64_t end_us = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    while (TEMP_FAILURE_RETRY(flock(descriptor, LOCK_EX | LOCK_NB)) != 0) {
        if (errno != EWOULDBLOCK)
            return failed(error, ERROR_WRITER, path, "lock");
        if (clock_monotonic_us() >= end_us) {
            error_set(error, ERROR_CLAIMED, "%s: another process is writing it, for %d ms by now",
                      path, timeout_ms);
            error->outcome = OUTCOME_RETRY;
            return false;
        }
        nanosleep(&(struct timespec) { .tv_nsec = LOCK_PAUSE_NS }, NULL);
    }
    return true;
}

bool file_lock(const char *path, int timeout_ms, struct file_lock *ret_lock, struct error *error)
{
    char name[FILE_PATH_MAX];
    if (snprintf(name, sizeof name, "%s.lock", path) >= (int)sizeof name)
        return too_long(path, error);
    int descriptor = open_at(AT_FDCWD, name, O_RDWR | O_CREAT | O_NOFOLLOW, 0666);
    if (descriptor < 0)
        return failed(error, ERROR_WRITER, name, "open");
    if (!wait_for_lock(descriptor, path, timeout_ms, error)) {
        close(descriptor);
        return false;
    }
    ret_lock->descriptor = descriptor;
    return true;
}

void file_unlock(struct file_lock *lock)
{
    close(lock->descriptor);
    lock->descriptor = -1;
}
