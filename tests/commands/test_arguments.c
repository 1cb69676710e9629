#include "service/commands/arguments.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct flag flags[] = {
    { .name = "strategy", .placeholder = "NAME", .help = "the strategy to run" },
    { .name = "start", .placeholder = "DATE", .help = "the first day" },
    { .name = "set", .placeholder = "NAME=VALUE", .help = "a parameter", .repeatable = true },
    { .name = "quiet", .help = "no table" },
    { .name = "writer",
      .placeholder = "LIST",
      .help = "where records go",
      .setting = SETTING_WRITER_TYPE },
    { 0 },
};
static const struct command command = {
    .name = "backtest",
    .summary = "Runs a strategy over past bars.",
    .operands = "[NAME]",
    .operands_max = 1,
    .flags = flags,
};
static const struct command needy = {
    .name = "data convert", .operands = "IN OUT", .operands_min = 2, .operands_max = 2
};
static const struct command bare = { .name = "version", .summary = "Says which build this is." };

static struct arguments arguments;
static struct error error;

static int release(void **state)
{
    (void)state;
    arguments_release(&arguments);
    error = (struct error) { 0 };
    return 0;
}

/* Takes the words after the command's name. */
static bool parse(const struct command *of, char *const words[])
{
    char *argv[16] = { (char[]) { "command" } };
    int argc = 1;
    for (; words[argc - 1] != NULL; argc++)
        argv[argc] = words[argc - 1];
    arguments_release(&arguments);
    return arguments_parse(of, argc, argv, &arguments, &error);
}

/* String literals as argv wants them: not const. */
#define WORDS(...) ((char *const *)(const void *)(const char *const[]) { __VA_ARGS__, NULL })

static void assert_parses(char *const words[])
{
    if (!parse(&command, words))
        fail_msg("%s", error.message);
}

static void assert_refused(char *const words[], const char *message)
{
    assert_false(parse(&command, words));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_string_equal(error.message, message);
}

static void a_value_follows_its_flag_or_an_equals_sign(void **state)
{
    (void)state;
    assert_parses(WORDS("--start", "2024-01-02", "--strategy=a=b"));
    assert_string_equal(arguments_value(&arguments, "start"), "2024-01-02");
    assert_string_equal(arguments_value(&arguments, "strategy"), "a=b");
    assert_true(arguments_has(&arguments, "start"));
}

static void an_absent_flag_has_no_value(void **state)
{
    (void)state;
    assert_true(parse(&command, (char *const[]) { NULL }));
    assert_null(arguments_value(&arguments, "start"));
    assert_false(arguments_has(&arguments, "quiet"));
    assert_int_equal(arguments_count(&arguments, "set"), 0);
    assert_null(arguments_operand(&arguments, 0));
    assert_null(arguments_operand(&arguments, 99));
}

static void a_value_may_begin_with_one_dash(void **state)
{
    (void)state;
    assert_parses(WORDS("--start", "-5"));
    assert_string_equal(arguments_value(&arguments, "start"), "-5");
    assert_parses(WORDS("--start=--5"));
    assert_string_equal(arguments_value(&arguments, "start"), "--5");
}

static void a_repeatable_flag_keeps_its_values_in_order(void **state)
{
    (void)state;
    assert_parses(WORDS("--set", "a=1", "--start=x", "--set=b=2"));
    assert_int_equal(arguments_count(&arguments, "set"), 2);
    assert_string_equal(arguments_value_at(&arguments, "set", 0), "a=1");
    assert_string_equal(arguments_value_at(&arguments, "set", 1), "b=2");
    assert_null(arguments_value_at(&arguments, "set", 2));
}

static void a_flag_given_twice_is_refused_unless_repeatable(void **state)
{
    (void)state;
    assert_refused(WORDS("--start=x", "--start", "y"), "--start is given twice");
    assert_refused(WORDS("--quiet", "--quiet"), "--quiet is given twice");
}

static void a_switch_takes_no_value(void **state)
{
    (void)state;
    assert_parses(WORDS("--quiet", "name"));
    assert_true(arguments_has(&arguments, "quiet"));
    assert_string_equal(arguments_operand(&arguments, 0), "name");
    assert_refused(WORDS("--quiet=yes"), "--quiet takes no value");
}

static void a_missing_value_is_named(void **state)
{
    (void)state;
    const char *message = "--start needs a value: --start DATE";
    assert_refused(WORDS("--start"), message);
    assert_refused(WORDS("--start="), message);
    assert_refused(WORDS("--start", ""), message);
    assert_refused(WORDS("--start", "--quiet"), message);
    assert_refused(WORDS("--start", "--", "x"), message);
}

static void an_unknown_flag_names_the_one_that_was_meant(void **state)
{
    (void)state;
    assert_refused(WORDS("--strat"), "unknown flag --strat (did you mean --strategy?)");
    assert_refused(WORDS("--strt", "x"), "unknown flag --strt (did you mean --start?)");
    assert_refused(WORDS("--stratgey=secret"),
                   "unknown flag --stratgey (did you mean --strategy?)");
    assert_refused(WORDS("-quiet"), "unknown flag -quiet (did you mean --quiet?)");
    assert_refused(WORDS("--hlp"), "unknown flag --hlp (did you mean --help?)");
    assert_refused(WORDS("--xyzzy"),
                   "unknown flag --xyzzy; playbook backtest --help lists the flags");
    assert_false(parse(&bare, WORDS("--quiet")));
    assert_string_equal(error.message,
                        "unknown flag --quiet; playbook version --help lists the flags");
}

static void two_dashes_end_the_flags(void **state)
{
    (void)state;
    assert_parses(WORDS("--quiet", "--", "--help"));
    assert_false(arguments.help_wanted);
    assert_int_equal(arguments.operand_count, 1);
    assert_string_equal(arguments_operand(&arguments, 0), "--help");
    assert_parses(WORDS("-"));
    assert_string_equal(arguments_operand(&arguments, 0), "-");
}

static void fewer_operands_than_the_command_needs_are_refused(void **state)
{
    (void)state;
    assert_true(parse(&needy, WORDS("a", "b")));
    assert_false(parse(&needy, WORDS("a")));
    assert_string_equal(error.message, "playbook data convert needs IN OUT (--help says more)");
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_true(parse(&needy, WORDS("--help")));
}

static void more_operands_than_the_command_takes_are_refused(void **state)
{
    (void)state;
    assert_refused(WORDS("one", "two"), "unexpected argument \"two\"; expected [NAME]");
    assert_false(parse(&bare, WORDS("one")));
    assert_string_equal(error.message, "unexpected argument \"one\"; expected flags only");
}

static void help_is_found_anywhere_whatever_else_is_wrong(void **state)
{
    (void)state;
    assert_parses(WORDS("--xyzzy", "one", "two", "-h"));
    assert_true(arguments.help_wanted);
    assert_parses(WORDS("--start", "--help"));
    assert_true(arguments.help_wanted);
}

static void a_flag_overrides_its_setting(void **state)
{
    (void)state;
    struct settings settings = { 0 };
    assert_parses(WORDS("--start", "x", "--writer", "CSV"));
    assert_true(arguments_override_settings(&arguments, &settings, &error));
    assert_string_equal(settings_get(&settings, SETTING_WRITER_TYPE), "csv");
    assert_int_equal(settings_source(&settings, SETTING_WRITER_TYPE), SOURCE_FLAG);
    assert_int_equal(settings_source(&settings, SETTING_OUTPUT_DIR), SOURCE_DEFAULT);
    assert_parses(WORDS("--writer=cvs"));
    assert_false(arguments_override_settings(&arguments, &settings, &error));
    assert_string_equal(error.message, "--writer: WRITER_TYPE: \"cvs\" is not one of csv "
                                       "(did you mean csv?)");
    settings_release(&settings);
}

static void ask_for_an_unknown_flag(void)
{
    arguments_has(&arguments, "strat");
}

static void ask_for_the_value_of_a_switch(void)
{
    arguments_value(&arguments, "quiet");
}

/* In a child, whose message is of no interest. */
static void assert_aborts(void (*ask)(void))
{
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        ask();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void asking_for_what_the_table_lacks_is_a_mistake_of_ours(void **state)
{
    (void)state;
    assert_parses(WORDS("--quiet"));
    assert_aborts(ask_for_an_unknown_flag);
    assert_aborts(ask_for_the_value_of_a_switch);
}

static void assert_help(const struct command *of, const char *expected)
{
    char *help = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&help, &size);
    arguments_print_help(of, stream);
    fclose(stream);
    assert_string_equal(help, expected);
    free(help);
}

static void help_is_generated_from_the_table(void **state)
{
    (void)state;
    assert_help(&command,
                "Usage: playbook backtest [flags] [NAME]\n"
                "\n"
                "Runs a strategy over past bars.\n"
                "\n"
                "Flags:\n"
                "  --strategy NAME   the strategy to run\n"
                "  --start DATE      the first day\n"
                "  --set NAME=VALUE  a parameter (repeatable)\n"
                "  --quiet           no table\n"
                "  --writer LIST     where records go (setting WRITER_TYPE, default csv)\n"
                "  -h, --help        show this help\n");
    assert_help(&bare, "Usage: playbook version\n"
                       "\n"
                       "Says which build this is.\n"
                       "\n"
                       "Flags:\n"
                       "  -h, --help  show this help\n");
}

#define TEST(name) cmocka_unit_test_teardown(name, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_value_follows_its_flag_or_an_equals_sign),
        TEST(an_absent_flag_has_no_value),
        TEST(a_value_may_begin_with_one_dash),
        TEST(a_repeatable_flag_keeps_its_values_in_order),
        TEST(a_flag_given_twice_is_refused_unless_repeatable),
        TEST(a_switch_takes_no_value),
        TEST(a_missing_value_is_named),
        TEST(an_unknown_flag_names_the_one_that_was_meant),
        TEST(two_dashes_end_the_flags),
        TEST(fewer_operands_than_the_command_needs_are_refused),
        TEST(more_operands_than_the_command_takes_are_refused),
        TEST(help_is_found_anywhere_whatever_else_is_wrong),
        TEST(a_flag_overrides_its_setting),
        TEST(asking_for_what_the_table_lacks_is_a_mistake_of_ours),
        TEST(help_is_generated_from_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
