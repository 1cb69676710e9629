#include "service/store/file_folders.h"

#include "service/base/file.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The folder that was made last: it and those above it are on the disk, up to its store's, which
 * has the first `begin` bytes of its path. */
static struct {
    pthread_mutex_t lock;
    char path[FILE_PATH_MAX];
    size_t begin;
} flushed = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* How much of the path is the way to the folder that was made last, or to one above it. */
static size_t flushed_part(const char *path, size_t begin)
{
    size_t part = 0;
    for (size_t i = 0; begin >= flushed.begin; i++) {
        bool is_end = flushed.path[i] == '\0';
        if (is_end || flushed.path[i] == '/')
            part = i;
        if (is_end || path[i] != flushed.path[i])
            break;
    }
    return part;
}

/* Makes the folders of a path that are missing, below the first `begin` bytes of it. What is below
 * one that had to be made is not flushed either. */
static bool make_all(const char *path, size_t begin, size_t *flushed_size, struct error *error)
{
    char folder[FILE_PATH_MAX];
    for (const char *slash = path + begin; (slash = strchr(slash + 1, '/'));) {
        size_t size = (size_t)(slash - path);
        snprintf(folder, sizeof folder, "%.*s", (int)size, path);
        if (mkdir(folder, 0777) != 0) {
            if (errno != EEXIST)
                return error_set(error, ERROR_WRITER, "%s: cannot make the folder: %s", folder,
                                 strerror(errno));
        } else if (*flushed_size >= size) {
            *flushed_size = begin;
        }
    }
    return true;
}

static bool flush_all(const char *path, size_t begin, size_t flushed_size, struct error *error)
{
    char folder[FILE_PATH_MAX];
    for (const char *slash = path + begin; (slash = strchr(slash + 1, '/'));) {
        size_t size = (size_t)(slash - path);
        snprintf(folder, sizeof folder, "%.*s", (int)size, path);
        if (size > flushed_size && !file_flush_folder_of(folder, error))
            return false;
    }
    return true;
}

/* All are made before the first is flushed: most file systems flush them together then. */
static bool make_locked(const char *path, size_t begin, struct error *error)
{
    size_t flushed_size = flushed_part(path, begin);
    flushed.path[0] = '\0';
    if (!make_all(path, begin, &flushed_size, error) ||
        !flush_all(path, begin, flushed_size, error))
        return false;
    snprintf(flushed.path, sizeof flushed.path, "%.*s", (int)(strrchr(path, '/') - path), path);
    flushed.begin = begin;
    return true;
}

bool file_folders_make(const char *location, const char *key, struct error *error)
{
    char path[FILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", location, key);
    pthread_mutex_lock(&flushed.lock);
    bool is_made = make_locked(path, strlen(location), error);
    pthread_mutex_unlock(&flushed.lock);
    return is_made;
}
