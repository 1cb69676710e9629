#include "service/base/file_sweep.h"

#include "service/base/file.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ".<name>.<pid>.<number>.tmp" */
static bool is_temporary_of(const char *name, const char *entry)
{
    size_t size = strlen(name);
    if (entry[0] != '.' || strncmp(entry + 1, name, size) != 0)
        return false;
    const char *at = entry + 1 + size;
    for (int part = 0; part < 2; part++) {
        size_t digits = *at == '.' ? strspn(at + 1, "0123456789") : 0;
        if (digits == 0)
            return false;
        at += 1 + digits;
    }
    return strcmp(at, ".tmp") == 0;
}

void file_sweep(const char *path)
{
    char folder[FILE_PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (slash)
        snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    DIR *entries = *name ? opendir(folder) : NULL;
    if (entries == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(entries));) {
        if (is_temporary_of(name, entry->d_name))
            unlinkat(dirfd(entries), entry->d_name, 0);
    }
    closedir(entries);
}
