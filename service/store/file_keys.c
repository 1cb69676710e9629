#include "service/store/file_keys.h"

#include "service/base/file.h"
#include "service/base/memory.h"
#include "service/store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
    const char *location;
    const char *prefix;
    bool (*visit)(void *context, const char *key);
    void *context;
    bool ended;
    char key[STORE_KEY_MAX + NAME_MAX + 2]; /* of where the walk is; of a folder with '/' behind */
};

/* What a folder holds, the names of folders with '/' behind: in the order of these are the keys. */
struct names {
    char **names;
    size_t count;
    size_t capacity;
};

static void names_add(struct names *names, const char *name, const char *suffix)
{
    size_t size = strlen(name) + strlen(suffix) + 1;
    char *copy = memory_new(size, 1);
    snprintf(copy, size, "%s%s", name, suffix);
    names->names = memory_grow(names->names, names->count, &names->capacity, sizeof *names->names);
    names->names[names->count++] = copy;
}

static void names_release(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->names[i]);
    free(names->names);
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool failed(const struct walk *walk, const char *action, struct error *error)
{
    return error_set(error, ERROR_DATA, "%s/%s: cannot %s: %s", walk->location, walk->key, action,
                     strerror(errno));
}

/* Whether the key begins with the prefix, or is the beginning of keys that do. */
static bool is_on_the_way(const char *key, const char *prefix)
{
    size_t size = strlen(key), prefix_size = strlen(prefix);
    return strncmp(key, prefix, size < prefix_size ? size : prefix_size) == 0;
}

/* The walk is at this name; what it names may be gone by now. */
static bool take_name(const struct walk *walk, const char *name, struct names *names,
                      struct error *error)
{
    struct error no_key;
    if (!is_on_the_way(walk->key, walk->prefix) || !store_key_check(walk->key, &no_key))
        return true;
    char path[FILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", walk->location, walk->key);
    struct stat status;
    if (fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT || failed(walk, "look at it", error);
    if (S_ISDIR(status.st_mode))
        names_add(names, name, "/");
    else if (S_ISREG(status.st_mode) && strlen(walk->key) >= strlen(walk->prefix))
        names_add(names, name, "");
    return true;
}

static bool read_names(struct walk *walk, size_t key_size, DIR *folder, struct names *names,
                       struct error *error)
{
    for (;;) {
        walk->key[key_size] = '\0';
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (entry == NULL)
            return errno == 0 || failed(walk, "read the folder", error);
        snprintf(walk->key + key_size, sizeof walk->key - key_size, "%s", entry->d_name);
        if (!take_name(walk, entry->d_name, names, error))
            return false;
    }
}

static DIR *open_folder(const struct walk *walk)
{
    char path[FILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", walk->location, walk->key);
    int descriptor;
    do
        descriptor = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0)
        return NULL;
    DIR *folder = fdopendir(descriptor);
    if (folder == NULL)
        close(descriptor);
    return folder;
}

static bool visit_names(struct walk *walk, size_t key_size, struct names *names,
                        struct error *error);

static bool visit_folder(struct walk *walk, size_t key_size, struct error *error)
{
    DIR *folder = open_folder(walk);
    if (folder == NULL)
        return errno == ENOENT || failed(walk, "open the folder", error);
    struct names names = { 0 };
    bool visited = read_names(walk, key_size, folder, &names, error);
    closedir(folder);
    visited = visited && visit_names(walk, key_size, &names, error);
    names_release(&names);
    return visited;
}

static bool visit_names(struct walk *walk, size_t key_size, struct names *names,
                        struct error *error)
{
    if (names->count > 0)
        qsort(names->names, names->count, sizeof *names->names, compare_names);
    for (size_t i = 0; i < names->count && !walk->ended; i++) {
        size_t size = strlen(names->names[i]);
        memcpy(walk->key + key_size, names->names[i], size + 1);
        if (names->names[i][size - 1] != '/')
            walk->ended = !walk->visit(walk->context, walk->key);
        else if (!visit_folder(walk, key_size + size, error))
            return false;
    }
    return true;
}

bool file_keys_visit(const char *location, const char *prefix,
                     bool (*visit)(void *context, const char *key), void *context,
                     struct error *error)
{
    struct walk walk = {
        .location = location, .prefix = prefix, .visit = visit, .context = context
    };
    return visit_folder(&walk, 0, error);
}
