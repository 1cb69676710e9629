/* playbook check: is everything in place? Settings, playbooks file, folders, New York's clock. */
#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/base/file.h"
#include "service/base/text.h"
#include "service/base/zonefile.h"
#include "service/commands/commands.h"
#include "service/commands/table_print.h"
#include "service/jobs/playbooks.h"
#include "service/market/newyork.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZONE_PATH "/usr/share/zoneinfo/America/New_York"
enum { ZONE_SIZE_MAX = 1 << 16, ZONE_HOURS = 2 * 366 * 24 };

/* One thing looked at: prints its line. */
static void line(bool good, const char *what, const char *detail)
{
    printf("%-6s %-16s %s\n", good ? "ok" : "failed", what, detail);
}

static void print_settings(const struct settings *settings)
{
    static const char *const sources[] = {
        [SOURCE_DEFAULT] = "default",
        [SOURCE_DOTENV] = ".env",
        [SOURCE_ENVIRONMENT] = "environment",
        [SOURCE_FLAG] = "flag",
    };
    for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++) {
        struct text text = { 0 };
        settings_describe(settings, setting, &text);
        text_format(&text, " (%s)", sources[settings_source(settings, setting)]);
        line(true, setting_types[setting].name, text_string(&text));
        text_release(&text);
    }
}

static bool check_playbooks(const struct settings *settings, struct error *error)
{
    const char *path = settings_get(settings, SETTING_PLAYBOOKS_FILE);
    struct text text = { 0 };
    struct playbooks playbooks = { 0 };
    bool good = true;
    if (access(path, F_OK) != 0) {
        text_format(&text, "%s is not there: nothing is configured", path);
    } else if (playbooks_load(path, &playbooks, error)) {
        text_format(&text, "%zu in %s", playbooks.count, path);
    } else {
        text_append(&text, error->message);
        good = false;
    }
    line(good, "playbooks", text_string(&text));
    playbooks_release(&playbooks);
    text_release(&text);
    return good;
}

/* The folder, or the nearest parent that exists, must let us write. */
static bool check_folder(const char *path, struct error *error)
{
    char parent[FILE_PATH_MAX];
    snprintf(parent, sizeof parent, "%s", path);
    while (access(parent, F_OK) != 0) {
        char *slash = strrchr(parent, '/');
        if (slash == NULL || slash == parent)
            snprintf(parent, sizeof parent, "%s", slash ? "/" : ".");
        else
            *slash = '\0';
    }
    struct stat status;
    bool is_folder = stat(parent, &status) == 0 && S_ISDIR(status.st_mode);
    bool good = is_folder && access(parent, W_OK | X_OK) == 0;
    if (!good)
        error_set(error, ERROR_WRITER, "%s: %s", parent,
                  is_folder ? strerror(errno) : "it is not a folder");
    line(good, "output folder", good ? path : error->message);
    return good;
}

static bool compare_zone(const struct zonefile *zone, struct text *detail)
{
    int64_t start_us = clock_wall_us() / HOUR_US * HOUR_US;
    for (int64_t hour = 0; hour < ZONE_HOURS; hour++) {
        int64_t time_us = start_us + hour * HOUR_US;
        int64_t offset_us;
        if (zonefile_offset_us(zone, time_us, &offset_us) &&
            offset_us == newyork_offset_us(time_us))
            continue;
        char text[TIMESTAMP_TEXT_SIZE];
        text_format(detail, "the built-in rule and " ZONE_PATH " differ from %s on",
                    timestamp_format(time_us, text));
        return false;
    }
    text_append(detail, "the built-in rule agrees with " ZONE_PATH " for two years");
    return true;
}

static bool check_zone(struct error *error)
{
    struct text bytes = { 0 }, detail = { 0 };
    struct zonefile zone;
    bool exists = false;
    bool good = file_read(ZONE_PATH, ZONE_SIZE_MAX, &bytes, &exists, error);
    if (good && !exists)
        text_append(&detail, ZONE_PATH " is not there: the built-in rule stands alone");
    else if (good)
        good = zonefile_parse(text_string(&bytes), bytes.size, &zone, error) &&
               compare_zone(&zone, &detail);
    line(good, "New York", detail.size ? text_string(&detail) : error->message);
    text_release(&bytes);
    text_release(&detail);
    return good;
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    (void)arguments;
    struct error error = { 0 };
    print_settings(settings);
    bool playbooks = check_playbooks(settings, &error);
    bool folder = check_folder(settings_get(settings, SETTING_OUTPUT_DIR), &error);
    bool zone = check_zone(&error);
    if (playbooks && folder && zone)
        return 0;
    return error_exit_code(error.kind ? error.kind : ERROR_INTERNAL);
}

const struct command check_command = {
    .name = "check",
    .summary = "settings, playbooks file, folders and New York's clock: is all in place?",
    .run = run,
};
