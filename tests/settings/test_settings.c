/* Every test runs in an empty folder of its own, with an empty environment. */
#include "service/settings.h"

#include "service/base/log.h"
#include "writers/writer.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DOTENV "settings.env"
#define MOUNTED "mounted"

static int root;
static char temporary[4096];
static char folder[4096 + 32];
static struct settings settings;
static struct error error;

static int enter_folder(void **state)
{
    (void)state;
    clearenv();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    snprintf(folder, sizeof folder, "%s/settings-XXXXXX", temporary);
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave_folder(void **state)
{
    (void)state;
    settings_release(&settings);
    error = (struct error) { 0 };
    unlink(DOTENV);
    unlink(SETTINGS_DOTENV_PATH);
    unlink(MOUNTED);
    return fchdir(root) != 0 || rmdir(folder) != 0;
}

static void write_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static bool load(const char *dotenv)
{
    write_bytes(DOTENV, dotenv, strlen(dotenv));
    settings_release(&settings);
    return settings_load(&settings, DOTENV, &error);
}

static void assert_loads(const char *dotenv)
{
    if (!load(dotenv))
        fail_msg("%s", error.message);
}

static void assert_refused(const char *dotenv, const char *message)
{
    assert_false(load(dotenv));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_string_equal(error.message, message);
}

static void assert_setting(enum setting setting, const char *value, enum setting_source source)
{
    assert_string_equal(settings_get(&settings, setting), value);
    assert_int_equal(settings_source(&settings, setting), source);
}

static void without_any_source_the_defaults_hold(void **state)
{
    (void)state;
    assert_true(settings_load(&settings, SETTINGS_DOTENV_PATH, &error));
    assert_setting(SETTING_OUTPUT_DIR, "output", SOURCE_DEFAULT);
    assert_setting(SETTING_WRITER_TYPE, "csv", SOURCE_DEFAULT);
    assert_setting(SETTING_PLAYBOOKS_FILE, "playbooks.json", SOURCE_DEFAULT);
    assert_setting(SETTING_LOG_LEVEL, "info", SOURCE_DEFAULT);
    assert_setting(SETTING_LOG_FORMAT, "auto", SOURCE_DEFAULT);
}

static void the_default_dotenv_is_read_when_there_is_one(void **state)
{
    (void)state;
    write_bytes(SETTINGS_DOTENV_PATH, "OUTPUT_DIR=here", 15);
    assert_true(settings_load(&settings, SETTINGS_DOTENV_PATH, &error));
    assert_setting(SETTING_OUTPUT_DIR, "here", SOURCE_DOTENV);
}

static void a_dotenv_asked_for_must_exist(void **state)
{
    (void)state;
    assert_false(settings_load(&settings, "other.env", &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.message, "other.env"));
}

static void a_flag_beats_the_environment_which_beats_dotenv(void **state)
{
    (void)state;
    setenv("OUTPUT_DIR", "of environment", 1);
    setenv("LOG_LEVEL", "warn", 1);
    assert_loads("OUTPUT_DIR=of dotenv\nLOG_LEVEL=debug\nLOG_FORMAT=json\n");
    assert_true(settings_override(&settings, SETTING_OUTPUT_DIR, "of flag", &error));
    assert_setting(SETTING_OUTPUT_DIR, "of flag", SOURCE_FLAG);
    assert_setting(SETTING_LOG_LEVEL, "warn", SOURCE_ENVIRONMENT);
    assert_setting(SETTING_LOG_FORMAT, "json", SOURCE_DOTENV);
}

static void an_empty_value_counts_as_not_given(void **state)
{
    (void)state;
    setenv("LOG_LEVEL", "", 1);
    assert_loads("OUTPUT_DIR=\nLOG_LEVEL=debug\nOUTPUT_DIR_FILE=\nLOG_FORMAT='' # none\n");
    assert_setting(SETTING_OUTPUT_DIR, "output", SOURCE_DEFAULT);
    assert_setting(SETTING_LOG_LEVEL, "debug", SOURCE_DOTENV);
    assert_setting(SETTING_LOG_FORMAT, "auto", SOURCE_DEFAULT);
    assert_false(settings_override(&settings, SETTING_OUTPUT_DIR, "", &error));
    assert_string_equal(error.message, "OUTPUT_DIR: the value is empty");
}

static void a_dotenv_line_yields_its_value(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *value;
    } cases[] = {
        { "OUTPUT_DIR=plain", "plain" },
        { "  export \t OUTPUT_DIR=exported", "exported" },
        { "OUTPUT_DIR= \t two words \t ", "two words" },
        { "OUTPUT_DIR=before # a comment", "before" },
        { "OUTPUT_DIR=before\t# a comment", "before" },
        { "OUTPUT_DIR=with#hash", "with#hash" },
        { "OUTPUT_DIR=#hash", "#hash" },
        { "OUTPUT_DIR= # a comment", "output" },
        { "OUTPUT_DIR=a=b", "a=b" },
        { "OUTPUT_DIR=$HOME/\\n", "$HOME/\\n" },
        { "OUTPUT_DIR=it's \"so\"", "it's \"so\"" },
        { "OUTPUT_DIR=' \\n \"#\" ' # a comment", " \\n \"#\" " },
        { "OUTPUT_DIR=\"a\\tb\\nc\\\"d\\\\e # f\"", "a\tb\nc\"d\\e # f" },
        { "OUTPUT_DIR=\"quoted\" \t", "quoted" },
        { "OUTPUT_DIR=returned\r", "returned" },
        { "# OUTPUT_DIR=no\n\n \t \r\n   # no\nOUTPUT_DIR=last\n", "last" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_loads(cases[i].line);
        assert_string_equal(settings_get(&settings, SETTING_OUTPUT_DIR), cases[i].value);
    }
}

static void a_malformed_dotenv_line_is_refused_by_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *message;
    } cases[] = {
        { "OUTPUT_DIR", "expected NAME=value or a # comment" },
        { "OUTPUT_DIR =x", "expected NAME=value or a # comment" },
        { "=x", "expected NAME=value or a # comment" },
        { "export", "expected NAME=value or a # comment" },
        { "OUTPUT_DIR='x", "expected a closing '" },
        { "OUTPUT_DIR=\"x", "expected a closing \"" },
        { "OUTPUT_DIR=\"x\\", "expected n, t, \" or \\ behind a backslash" },
        { "OUTPUT_DIR=\"\\x\"", "expected n, t, \" or \\ behind a backslash" },
        { "OUTPUT_DIR='x'y", "expected nothing behind the closing quote" },
        { "OUTPUT_DIR='x'#y", "expected nothing behind the closing quote" },
        { "WRITER_TYP=csv", "unknown setting WRITER_TYP (did you mean WRITER_TYPE?)" },
        { "exportLOG_LEVEL=info", "unknown setting exportLOG_LEVEL (did you mean LOG_LEVEL?)" },
        { "writer=csv", "unknown setting writer" },
        { "LOG_FORMAT=xml", "LOG_FORMAT: \"xml\" is not one of auto, text, json" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char dotenv[256], message[256];
        snprintf(dotenv, sizeof dotenv, "# first\n%s\nLOG_LEVEL=info\n", cases[i].line);
        snprintf(message, sizeof message, DOTENV ": line 2: %s", cases[i].message);
        assert_refused(dotenv, message);
    }
}

static void a_name_may_stand_in_dotenv_only_once(void **state)
{
    (void)state;
    assert_refused("LOG_LEVEL=\n\nLOG_LEVEL=info\n",
                   DOTENV ": line 3: LOG_LEVEL a second time; it is on line 1 already");
}

static void a_dotenv_with_a_nul_byte_or_over_the_cap_is_refused(void **state)
{
    (void)state;
    write_bytes(DOTENV, "OUTPUT_DIR=a\0b", 14);
    assert_false(settings_load(&settings, DOTENV, &error));
    assert_string_equal(error.message, DOTENV ": holds a NUL byte; expected text");
    static char large[SETTINGS_FILE_SIZE_MAX + 1];
    memset(large, '\n', sizeof large);
    write_bytes(DOTENV, large, sizeof large);
    assert_false(settings_load(&settings, DOTENV, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    write_bytes(DOTENV, large, sizeof large - 1);
    assert_true(settings_load(&settings, DOTENV, &error));
}

static void a_value_comes_from_the_file_that_name_file_points_to(void **state)
{
    (void)state;
    write_bytes(MOUNTED, " kept \n\n", 8);
    setenv("OUTPUT_DIR_FILE", MOUNTED, 1);
    assert_loads("OUTPUT_DIR=dotenv\n");
    assert_setting(SETTING_OUTPUT_DIR, " kept \n", SOURCE_ENVIRONMENT);
    unsetenv("OUTPUT_DIR_FILE");
    write_bytes(MOUNTED, "Debug\r\n", 7);
    assert_loads("LOG_LEVEL_FILE=" MOUNTED "\n");
    assert_setting(SETTING_LOG_LEVEL, "debug", SOURCE_DOTENV);
    write_bytes(MOUNTED, "list.json", 9);
    assert_loads("PLAYBOOKS_FILE_FILE=" MOUNTED "\n");
    assert_setting(SETTING_PLAYBOOKS_FILE, "list.json", SOURCE_DOTENV);
}

static void a_mounted_value_that_is_empty_binary_large_or_absent_is_refused(void **state)
{
    (void)state;
    setenv("OUTPUT_DIR_FILE", MOUNTED, 1);
    assert_false(load(""));
    assert_int_equal(error.kind, ERROR_USAGE);
    const char *context = "environment: OUTPUT_DIR_FILE: " MOUNTED ": ";
    assert_memory_equal(error.message, context, strlen(context));
    write_bytes(MOUNTED, "\n", 1);
    assert_refused("", "environment: OUTPUT_DIR_FILE: OUTPUT_DIR: the value is empty");
    write_bytes(MOUNTED, "a\0b", 3);
    assert_refused("",
                   "environment: OUTPUT_DIR_FILE: " MOUNTED ": holds a NUL byte; expected text");
    static char large[SETTINGS_FILE_SIZE_MAX + 1];
    memset(large, 'a', sizeof large);
    write_bytes(MOUNTED, large, sizeof large);
    assert_false(load(""));
    assert_int_equal(error.kind, ERROR_USAGE);
    write_bytes(MOUNTED, large, sizeof large - 1);
    assert_loads("");
    assert_int_equal(strlen(settings_get(&settings, SETTING_OUTPUT_DIR)), SETTINGS_FILE_SIZE_MAX);
}

static void a_value_and_a_file_from_one_source_are_refused(void **state)
{
    (void)state;
    write_bytes(MOUNTED, "mounted", 7);
    assert_refused("OUTPUT_DIR_FILE=" MOUNTED "\nOUTPUT_DIR=x\n", DOTENV
                   ": line 2: OUTPUT_DIR and OUTPUT_DIR_FILE are both set; expected one of them");
    setenv("OUTPUT_DIR", "x", 1);
    setenv("OUTPUT_DIR_FILE", MOUNTED, 1);
    assert_refused("", "environment: OUTPUT_DIR and OUTPUT_DIR_FILE are both set; expected one of "
                       "them");
    setenv("OUTPUT_DIR", "", 1);
    assert_loads("OUTPUT_DIR=x\n");
    assert_setting(SETTING_OUTPUT_DIR, "mounted", SOURCE_ENVIRONMENT);
}

static void a_wrong_choice_is_refused_with_its_source_and_the_nearest(void **state)
{
    (void)state;
    setenv("LOG_LEVEL", "wran", 1);
    assert_refused("", "environment: LOG_LEVEL: \"wran\" is not one of debug, info, warn, error "
                       "(did you mean warn?)");
    setenv("LOG_LEVEL", "info,warn", 1);
    assert_false(load(""));
    unsetenv("LOG_LEVEL");
    assert_loads("");
    assert_false(settings_override(&settings, SETTING_WRITER_TYPE, "csv, cvs", &error));
    assert_string_equal(error.message,
                        "WRITER_TYPE: \"cvs\" is not one of csv (did you mean csv?)");
    assert_setting(SETTING_WRITER_TYPE, "csv", SOURCE_DEFAULT);
}

static const struct setting_type secret_list = {
    .name = "SECRET_LIST",
    .help = "For this test.",
    .required_when = "WRITER_TYPE has gcs",
    .kind = SETTING_KIND_LIST,
    .choices = (const char *const[]) { "csv", "gcs", "mongodb", NULL },
    .secret = true,
};

static void a_list_is_spelt_as_in_the_table(void **state)
{
    (void)state;
    char *value = setting_type_parse(&secret_list, " GCS ,csv\t", &error);
    assert_string_equal(value, "gcs,csv");
    free(value);
    assert_null(setting_type_parse(&secret_list, "csv,gcs,csv", &error));
    assert_string_equal(error.message, "SECRET_LIST: the same choice is given twice");
    assert_null(setting_type_parse(&secret_list, "csv,", &error));
    assert_null(setting_type_parse(&secret_list, ",", &error));
}

static void a_secret_is_never_shown(void **state)
{
    (void)state;
    assert_null(setting_type_parse(&secret_list, "mongodc,hunter2", &error));
    assert_string_equal(error.message, "SECRET_LIST: the value is not one of csv, gcs, mongodb");
    struct text text = { 0 };
    setting_type_describe(&secret_list, "hunter2", &text);
    text_append(&text, " ");
    setting_type_describe(&secret_list, NULL, &text);
    assert_string_equal(text_string(&text), "set missing");
    text_release(&text);
}

static void what_is_no_secret_is_described_by_its_value(void **state)
{
    (void)state;
    assert_loads("OUTPUT_DIR=here\n");
    struct text text = { 0 };
    settings_describe(&settings, SETTING_OUTPUT_DIR, &text);
    assert_string_equal(text_string(&text), "here");
    text_release(&text);
}

static void a_failed_load_leaves_the_settings_as_they_were(void **state)
{
    (void)state;
    assert_loads("OUTPUT_DIR=before\n");
    write_bytes(DOTENV, "OUTPUT_DIR=after\nwrong", 22);
    assert_false(settings_load(&settings, DOTENV, &error));
    assert_setting(SETTING_OUTPUT_DIR, "before", SOURCE_DOTENV);
}

static void a_misspelt_name_in_the_environment_is_warned_of(void **state)
{
    (void)state;
    static const char *const quiet[] = { "LOG_LEVEL", "OUTPUT_DIR_FILE", "LOGLEVELS_", "LANG",
                                         "INPUT_DIR" };
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++)
        setenv(quiet[i], "info", 1);
    setenv("WRITER_TYP", "secret", 1);
    setenv("PLAYBOK_FILE", "secret", 1);
    char logged[1024] = { 0 };
    FILE *stream = tmpfile();
    assert_non_null(stream);
    log_open(stream, LOG_WARN, LOG_FORMAT_TEXT);
    settings_warn_misspelt();
    log_open(stderr, LOG_WARN, LOG_FORMAT_TEXT);
    assert_true(pread(fileno(stream), logged, sizeof logged - 1, 0) > 0);
    fclose(stream);
    assert_non_null(strstr(logged, "WRITER_TYP is no setting (did you mean WRITER_TYPE?)"));
    assert_non_null(strstr(logged, "PLAYBOK_FILE is no setting (did you mean PLAYBOOKS_FILE?)"));
    assert_null(strstr(logged, "secret"));
    size_t lines = 0;
    for (const char *at = logged; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, 2);
}

static void the_committed_example_is_the_generated_one(void **state)
{
    (void)state;
    int file = openat(root, ".env.example", O_RDONLY);
    assert_true(file >= 0);
    static char committed[SETTINGS_FILE_SIZE_MAX];
    ssize_t size = read(file, committed, sizeof committed - 1);
    close(file);
    assert_true(size >= 0);
    struct text example = { 0 };
    settings_append_example(&example);
    assert_string_equal(committed, text_string(&example));
    text_release(&example);
}

static void the_example_loads_as_the_defaults(void **state)
{
    (void)state;
    struct text example = { 0 };
    settings_append_example(&example);
    assert_loads(text_string(&example));
    for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++)
        if (setting_types[setting].default_value != NULL)
            assert_setting(setting, setting_types[setting].default_value, SOURCE_DOTENV);
    text_release(&example);
}

static void the_example_of_a_secret_is_empty_and_says_when_it_is_required(void **state)
{
    (void)state;
    struct text example = { 0 };
    setting_type_append_example(&secret_list, &example);
    assert_string_equal(text_string(&example), "\n# For this test.\n"
                                               "# A comma list of: csv, gcs, mongodb\n"
                                               "# Required when WRITER_TYPE has gcs.\n"
                                               "# A secret.\n"
                                               "SECRET_LIST=\n");
    text_release(&example);
}

static void no_name_is_another_one_with_the_file_suffix(void **state)
{
    (void)state;
    for (enum setting a = SETTING_NONE + 1; a < SETTING_COUNT; a++) {
        char name[128];
        snprintf(name, sizeof name, "%s_FILE", setting_types[a].name);
        for (enum setting b = SETTING_NONE + 1; b < SETTING_COUNT; b++)
            assert_string_not_equal(name, setting_types[b].name);
    }
}

static void colour_is_for_terminals_without_no_color(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_false(settings_colour_wanted(file));
    fclose(file);
    int controller = posix_openpt(O_RDWR | O_NOCTTY);
    if (controller < 0 || grantpt(controller) != 0 || unlockpt(controller) != 0)
        skip();
    char path[128];
    assert_int_equal(ptsname_r(controller, path, sizeof path), 0);
    int descriptor = open(path, O_RDWR | O_NOCTTY);
    FILE *terminal = fdopen(descriptor, "w");
    assert_non_null(terminal);
    assert_true(settings_colour_wanted(terminal));
    setenv("NO_COLOR", "", 1);
    assert_true(settings_colour_wanted(terminal));
    setenv("NO_COLOR", "1", 1);
    assert_false(settings_colour_wanted(terminal));
    fclose(terminal);
    close(controller);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

static void every_writer_can_be_chosen_and_no_other(void **state)
{
    (void)state;
    const char *const *choices = setting_types[SETTING_WRITER_TYPE].choices;
    size_t count = 0;
    for (; writer_types[count]; count++)
        assert_string_equal(choices[count], writer_types[count]->name);
    assert_null(choices[count]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_any_source_the_defaults_hold),
        TEST(the_default_dotenv_is_read_when_there_is_one),
        TEST(a_dotenv_asked_for_must_exist),
        TEST(a_flag_beats_the_environment_which_beats_dotenv),
        TEST(an_empty_value_counts_as_not_given),
        TEST(a_dotenv_line_yields_its_value),
        TEST(a_malformed_dotenv_line_is_refused_by_file_and_line),
        TEST(a_name_may_stand_in_dotenv_only_once),
        TEST(a_dotenv_with_a_nul_byte_or_over_the_cap_is_refused),
        TEST(a_value_comes_from_the_file_that_name_file_points_to),
        TEST(a_mounted_value_that_is_empty_binary_large_or_absent_is_refused),
        TEST(a_value_and_a_file_from_one_source_are_refused),
        TEST(a_wrong_choice_is_refused_with_its_source_and_the_nearest),
        TEST(a_list_is_spelt_as_in_the_table),
        TEST(a_secret_is_never_shown),
        TEST(what_is_no_secret_is_described_by_its_value),
        TEST(a_failed_load_leaves_the_settings_as_they_were),
        TEST(a_misspelt_name_in_the_environment_is_warned_of),
        TEST(the_committed_example_is_the_generated_one),
        TEST(the_example_loads_as_the_defaults),
        TEST(the_example_of_a_secret_is_empty_and_says_when_it_is_required),
        TEST(every_writer_can_be_chosen_and_no_other),
        TEST(no_name_is_another_one_with_the_file_suffix),
        TEST(colour_is_for_terminals_without_no_color),
    };
    const char *folder_of_temporaries = getenv("TMPDIR");
    snprintf(temporary, sizeof temporary, "%s",
             folder_of_temporaries ? folder_of_temporaries : "/tmp");
    root = open(".", O_RDONLY | O_DIRECTORY);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
