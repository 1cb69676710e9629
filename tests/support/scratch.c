#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

void scratch_init(struct scratch *scratch)
{
    const char *root = getenv("TMPDIR");
    int length = snprintf(scratch->folder, sizeof scratch->folder, "%s/playbook-test-XXXXXX",
                          root && *root ? root : "/tmp");
    assert_in_range(length, 1, sizeof scratch->folder - 1);
    assert_non_null(mkdtemp(scratch->folder));
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

void scratch_release(struct scratch *scratch)
{
    enum { DESCRIPTORS = 8 };
    assert_int_equal(nftw(scratch->folder, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS), 0);
}

const char *scratch_path(struct scratch *scratch, const char *name)
{
    int length = snprintf(scratch->path, sizeof scratch->path, "%s/%s", scratch->folder, name);
    assert_in_range(length, 1, sizeof scratch->path - 1);
    return scratch->path;
}

void scratch_write(struct scratch *scratch, const char *name, const char *content)
{
    FILE *file = fopen(scratch_path(scratch, name), "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

char *scratch_read(struct scratch *scratch, const char *name)
{
    FILE *file = fopen(scratch_path(scratch, name), "r");
    if (file == NULL)
        return NULL;
    char *content = NULL;
    size_t capacity = 0;
    ssize_t size = getdelim(&content, &capacity, '\0', file);
    assert_int_equal(ferror(file), 0);
    fclose(file);
    if (size < 0)
        *content = '\0';
    return content;
}

size_t scratch_count(struct scratch *scratch, const char *part)
{
    DIR *folder = opendir(scratch->folder);
    assert_non_null(folder);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        count += strstr(entry->d_name, part) != NULL;
    closedir(folder);
    return count;
}
