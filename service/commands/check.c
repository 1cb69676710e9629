/* playbook check: is everything in place for a run? Settings, playbooks file, folders, New York's
 * clock, and the provider of bars. */
#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/base/file.h"
#include "service/base/text.h"
#include "service/base/zonefile.h"
#include "service/commands/check_folders.h"
#include "service/commands/check_provider.h"
#include "service/commands/check_report.h"
#include "service/commands/commands.h"
#include "service/jobs/playbooks.h"
#include "service/market/newyork.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define ZONE_PATH "/usr/share/zoneinfo/America/New_York"
enum { ZONE_SIZE_MAX = 1 << 16, ZONE_HOURS = 2 * 366 * 24 };

static const struct flag flags[] = {
    { .name = "json", .help = "print the result as JSON" },
    { 0 },
};

/* A name and a password in an url are nobody's business, whether it is a good one or not. */
static void describe(const struct settings *settings, enum setting setting, struct text *text)
{
    struct text value = { 0 };
    settings_describe(settings, setting, &value);
    const char *begin = text_string(&value), *scheme = strstr(begin, "://");
    const char *host = scheme ? scheme + strlen("://") : begin;
    const char *at = memrchr(host, '@', strcspn(host, "/?#"));
    if (scheme && at)
        text_format(text, "%.*s(hidden)%s", (int)(host - begin), begin, at);
    else
        text_append(text, begin);
    text_release(&value);
}

static void check_settings(struct check_report *report)
{
    static const char *const sources[] = {
        [SOURCE_DEFAULT] = "default",
        [SOURCE_DOTENV] = ".env",
        [SOURCE_ENVIRONMENT] = "environment",
        [SOURCE_FLAG] = "flag",
    };
    const struct settings *settings = report->settings;
    for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++) {
        struct text text = { 0 };
        describe(settings, setting, &text);
        if (settings_get(settings, setting) != NULL)
            text_format(&text, " (%s)", sources[settings_source(settings, setting)]);
        check_report_add(report, CHECK_OK, setting_types[setting].name, "%s", text_string(&text));
        text_release(&text);
    }
}

/* None when the file is not there or wrong. */
static void check_playbooks(struct check_report *report, struct playbooks *ret_playbooks)
{
    const char *path = settings_get(report->settings, SETTING_PLAYBOOKS_FILE);
    struct error error = { 0 };
    if (access(path, F_OK) != 0 && errno == ENOENT)
        check_report_add(report, CHECK_OK, "playbooks", "%s is not there: `run` takes dp20 on QQQ",
                         path);
    else if (playbooks_load(path, ret_playbooks, &error))
        check_report_add(report, CHECK_OK, "playbooks", "%zu in %s", ret_playbooks->count, path);
    else
        check_report_fail(report, "playbooks", &error);
}

static bool compare_zone(const struct zonefile *zone, struct error *error)
{
    int64_t start_us = clock_wall_us() / HOUR_US * HOUR_US;
    for (int64_t hour = 0; hour < ZONE_HOURS; hour++) {
        int64_t time_us = start_us + hour * HOUR_US;
        int64_t offset_us;
        if (zonefile_offset_us(zone, time_us, &offset_us) &&
            offset_us == newyork_offset_us(time_us))
            continue;
        char text[TIMESTAMP_TEXT_SIZE];
        return error_set(error, ERROR_INTERNAL,
                         "the built-in rule and " ZONE_PATH " differ from %s on",
                         timestamp_format(time_us, text));
    }
    return true;
}

static void check_zone(struct check_report *report)
{
    struct text bytes = { 0 };
    struct zonefile zone;
    struct error error = { 0 };
    bool exists = false;
    bool good = file_read(ZONE_PATH, ZONE_SIZE_MAX, &bytes, &exists, &error);
    if (good && exists)
        good = zonefile_parse(text_string(&bytes), bytes.size, &zone, &error) &&
               compare_zone(&zone, &error);
    if (!good)
        check_report_fail(report, "New York", &error);
    else if (exists)
        check_report_add(report, CHECK_OK, "New York",
                         "the built-in rule agrees with " ZONE_PATH " for two years");
    else
        check_report_add(report, CHECK_OK, "New York",
                         ZONE_PATH " is not there: the built-in rule stands alone");
    text_release(&bytes);
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    struct check_report report = {
        .settings = settings,
        .is_json = arguments_has(arguments, "json"),
    };
    struct playbooks playbooks = { 0 };
    check_settings(&report);
    check_playbooks(&report, &playbooks);
    check_folders(&report);
    check_zone(&report);
    check_provider(&report, &playbooks);
    playbooks_release(&playbooks);
    return check_report_end(&report);
}

const struct command check_command = {
    .name = "check",
    .summary = "is all in place: settings, playbooks, folders, clock, and the provider of bars?",
    .flags = flags,
    .run = run,
};
