#include "service/commands/check_folders.h"

#include "service/base/file.h"
#include "service/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Cuts the path to what there is of it: itself, or the nearest folder above it. */
static bool find_existing(char *path)
{
    struct stat status;
    while (lstat(path, &status) != 0) {
        char *slash = strrchr(path, '/');
        if ((errno != ENOENT && errno != ENOTDIR) || strcmp(path, ".") == 0)
            return false;
        if (slash == NULL)
            snprintf(path, sizeof ".", ".");
        else
            slash[slash == path] = '\0';
    }
    return true;
}

/* Where a file cannot be without a name, it has one for a moment. */
static int create_named(const char *folder)
{
    char path[FILE_PATH_MAX + sizeof "/.check.XXXXXX"];
    snprintf(path, sizeof path, "%s/.check.XXXXXX", folder);
    int descriptor = mkostemp(path, O_CLOEXEC);
    if (descriptor < 0 || unlink(path) == 0)
        return descriptor;
    int why = errno;
    close(descriptor);
    errno = why;
    return -1;
}

/* Writes a byte there for good measure: what access() tells is not so for root, and knows neither
 * read-only file systems everywhere nor full disks. The file has no name, and so leaves nothing
 * behind, whatever happens. */
static bool can_write_in(const char *folder)
{
    int descriptor = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
        descriptor = create_named(folder);
    bool good = descriptor >= 0 && write(descriptor, "", 1) == 1;
    int why = errno;
    if (descriptor >= 0)
        close(descriptor);
    errno = why;
    return good;
}

/* A folder that is not there yet is made when it is needed, so it is the one above that counts. */
static bool check_folder(const char *path, struct error *error)
{
    char existing[FILE_PATH_MAX];
    if (strlen(path) >= sizeof existing)
        return error_set(error, ERROR_WRITER, "%.80s...: the path is too long", path);
    snprintf(existing, sizeof existing, "%s", path);
    if (find_existing(existing) && can_write_in(existing))
        return true;
    if (errno == ENOTDIR)
        return error_set(error, ERROR_WRITER, "%s: it is not a folder", existing);
    return error_set(error, ERROR_WRITER, "%s: cannot be written to: %s", existing,
                     strerror(errno));
}

/* Whether a store takes it for its folder; nothing is touched. */
static bool check_location(const char *location, struct error *error)
{
    struct store_options options = { .location = location };
    struct store *store = store_open(&options, error);
    store_close(store);
    return store != NULL;
}

static void check(struct check_report *report, const char *name, enum setting setting,
                  bool is_store)
{
    const char *path = settings_get(report->settings, setting);
    struct error error = { 0 };
    if ((!is_store || check_location(path, &error)) && check_folder(path, &error)) {
        check_report_add(report, CHECK_OK, name, "%s", path);
        return;
    }
    error_context(&error, "%s", setting_types[setting].name);
    check_report_fail(report, name, &error);
}

void check_folders(struct check_report *report)
{
    check(report, "output folder", SETTING_OUTPUT_DIR, false);
    if (strcmp(settings_get(report->settings, SETTING_CACHE_ENABLED), "false") != 0)
        check(report, "cache folder", SETTING_DATA_CACHE_DIR, true);
    check(report, "state folder", SETTING_STATE_LOCATION, true);
}
