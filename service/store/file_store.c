#include "service/store/file_store.h"

#include "service/base/file.h"
#include "service/base/file_sweep.h"
#include "service/base/hash.h"
#include "service/base/memory.h"
#include "service/store/file_folders.h"
#include "service/store/file_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_FOLDER ".locks" /* no key, and no name that a listing shows */

/* Leaves room for a key, or a lock, and what file_replace adds to a name. */
enum { LOCATION_SIZE_MAX = FILE_PATH_MAX - STORE_KEY_MAX - 64 };

struct file_store {
    struct store store; /* first, see store.h */
    char *location;
    int timeout_ms;
};

static struct file_store *file_store_of(struct store *store)
{
    return (struct file_store *)store;
}

static bool file_store_is_mine(const char *location)
{
    return strstr(location, "://") == NULL;
}

static bool check_location(const char *location, struct error *error)
{
    struct stat status;
    if (*location == '\0')
        return error_set(error, ERROR_USAGE, "no folder is given for the store");
    if (strlen(location) > LOCATION_SIZE_MAX)
        return error_set(error, ERROR_USAGE, "%.80s...: is too long for a store's folder",
                         location);
    if (stat(location, &status) == 0)
        return S_ISDIR(status.st_mode) ||
               error_set(error, ERROR_USAGE, "%s: is not a folder", location);
    return errno == ENOENT ||
           error_set(error, errno == ENOTDIR ? ERROR_USAGE : ERROR_WRITER,
                     "%s: cannot be a store's folder: %s", location, strerror(errno));
}

static struct store *file_store_open(const struct store_options *options, struct error *error)
{
    if (!check_location(options->location, error))
        return NULL;
    struct file_store *self = memory_new(1, sizeof *self);
    self->store.type = &file_store_type;
    self->location = memory_copy_text(options->location);
    self->timeout_ms = options->timeout_ms;
    for (size_t size = strlen(self->location); size > 1 && self->location[size - 1] == '/'; size--)
        self->location[size - 1] = '\0';
    return &self->store;
}

static void file_store_close(struct store *store)
{
    if (store == NULL)
        return;
    struct file_store *self = file_store_of(store);
    free(self->location);
    free(self);
}

static void path_of(const struct file_store *self, const char *key, char path[static FILE_PATH_MAX])
{
    snprintf(path, FILE_PATH_MAX, "%s/%s", self->location, key);
}

static struct version version_of(const void *value, size_t size)
{
    enum { DIGITS = 16 };
    char hex[SHA256_HEX_SIZE];
    sha256_hex(value, size, hex);
    hex[DIGITS] = '\0';
    uint64_t number = strtoull(hex, NULL, 16);
    return (struct version) { number ? number : 1 };
}

/* The first `size` bytes of a key name something of the right kind, or nothing. */
static bool check_step(const struct file_store *self, const char *key, size_t size,
                       struct error *error)
{
    char path[FILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%.*s", self->location, (int)size, key);
    struct stat status;
    if (fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT || error_set(error, ERROR_DATA, "%s: cannot look for %s there: %s",
                                            path, key, strerror(errno));
    bool whole = key[size] == '\0';
    return (whole ? S_ISREG(status.st_mode) : S_ISDIR(status.st_mode)) ||
           error_set(error, ERROR_DATA, "%s: the key %s needs a %s there, and no link to one", path,
                     key, whole ? "regular file" : "folder");
}

static bool check_way(const struct file_store *self, const char *key, struct error *error)
{
    size_t key_size = strlen(key);
    for (size_t size = 1; size <= key_size; size++)
        if ((key[size] == '/' || key[size] == '\0') && !check_step(self, key, size, error))
            return false;
    return true;
}

static bool file_store_get(struct store *store, const char *key, struct text *ret_value,
                           struct version *ret_version, struct error *error)
{
    const struct file_store *self = file_store_of(store);
    char path[FILE_PATH_MAX];
    path_of(self, key, path);
    bool exists;
    if (!check_way(self, key, error) ||
        !file_read(path, STORE_VALUE_MAX, ret_value, &exists, error))
        return false;
    *ret_version = exists ? version_of(ret_value->bytes, ret_value->size) : (struct version) { 0 };
    return true;
}

/* What fails before the value is touched leaves nothing unknown, not even a flush. */
static bool failed_before(const struct file_store *self, const char *key, struct error *error)
{
    error->outcome = OUTCOME_FAILED;
    return error_context(error, "%s/%s", self->location, key);
}

/* The keys that share a lock wait for each other, and nobody waits for more than one. */
static bool lock_key(const struct file_store *self, const char *key, struct file_lock *ret_lock,
                     struct error *error)
{
    char hex[SHA256_HEX_SIZE], path[FILE_PATH_MAX];
    sha256_hex(key, strlen(key), hex);
    path_of(self, LOCK_FOLDER, path);
    if (!file_make_folder(path, error))
        return failed_before(self, key, error);
    snprintf(path, sizeof path, "%s/" LOCK_FOLDER "/%.2s", self->location, hex);
    return file_lock(path, self->timeout_ms, ret_lock, error) ||
           error_context(error, "%s/%s", self->location, key);
}

static bool make_folders_of(const struct file_store *self, const char *key, struct error *error)
{
    return file_folders_make(self->location, key, error) || failed_before(self, key, error);
}

/* What is so already, but may not survive a power cut. */
static bool make_last(const char *path, struct error *error)
{
    if (file_flush_folder_of(path, error))
        return true;
    error->outcome = OUTCOME_UNKNOWN;
    return false;
}

static bool check_version(const char *path, struct version found, struct version expected,
                          struct error *error)
{
    if (found.number == expected.number)
        return true;
    const char *what = expected.number == 0 ? "a value is there already"
                       : found.number == 0  ? "the value is gone"
                                            : "somebody else has changed the value";
    return error_set(error, ERROR_CONFLICT, "%s: %s", path, what);
}

static bool check_expected(struct store *store, const char *key, struct version expected,
                           struct error *error)
{
    struct text value;
    struct version found;
    if (!file_store_get(store, key, &value, &found, error)) {
        if (error->kind == ERROR_DATA)
            error->kind = ERROR_WRITER;
        return false;
    }
    text_release(&value);
    char path[FILE_PATH_MAX];
    path_of(file_store_of(store), key, path);
    return check_version(path, found, expected, error);
}

/* The value that is there already may have been put by a process that was killed right behind its
 * rename. */
static bool put_locked(struct store *store, const char *key, const void *value, size_t size,
                       struct version expected, struct version version, struct error *error)
{
    const struct file_store *self = file_store_of(store);
    char path[FILE_PATH_MAX];
    path_of(self, key, path);
    if (!check_expected(store, key, expected, error))
        return false;
    if (version.number == expected.number)
        return make_last(path, error);
    if (expected.number == 0 && !make_folders_of(self, key, error))
        return false;
    file_sweep(path);
    return file_replace(path, value, size, error);
}

static bool file_store_put(struct store *store, const char *key, const void *value, size_t size,
                           struct version expected, struct version *ret_version,
                           struct error *error)
{
    struct version version = version_of(value, size);
    struct file_lock lock;
    if (!lock_key(file_store_of(store), key, &lock, error))
        return false;
    bool put = put_locked(store, key, value, size, expected, version, error);
    file_unlock(&lock);
    if (put)
        *ret_version = version;
    return put;
}

static bool remove_locked(struct store *store, const char *key, struct version expected,
                          struct error *error)
{
    char path[FILE_PATH_MAX];
    path_of(file_store_of(store), key, path);
    if (!check_expected(store, key, expected, error))
        return false;
    if (expected.number == 0)
        return true;
    if (unlinkat(AT_FDCWD, path, 0) != 0)
        return error_set(error, ERROR_WRITER, "%s: cannot remove: %s", path, strerror(errno));
    return make_last(path, error);
}

static bool file_store_remove(struct store *store, const char *key, struct version expected,
                              struct error *error)
{
    struct file_lock lock;
    if (!lock_key(file_store_of(store), key, &lock, error))
        return false;
    bool removed = remove_locked(store, key, expected, error);
    file_unlock(&lock);
    return removed;
}

static bool file_store_list(struct store *store, const char *prefix,
                            bool (*visit)(void *context, const char *key), void *context,
                            struct error *error)
{
    return file_keys_visit(file_store_of(store)->location, prefix, visit, context, error);
}

const struct store_type file_store_type = {
    .name = "file",
    .is_mine = file_store_is_mine,
    .open = file_store_open,
    .get = file_store_get,
    .put = file_store_put,
    .list = file_store_list,
    .remove = file_store_remove,
    .close = file_store_close,
};
