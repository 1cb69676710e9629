/* The command line, one argument a line, with the real commands' tables: what was parsed is parsed
 * again from its plainest form, and an error is one of usage. */
#include "service/base/memory.h"
#include "service/base/text.h"
#include "service/commands/commands.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static const struct command *command_named(const char *name)
{
    static const struct command *const commands[] = {
        &backtest_command, &strategies_command,   &check_command,      &demo_command,
        &version_command,  &data_convert_command, &data_check_command, &data_show_command,
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return &backtest_command;
}

/* Splits the text at its newlines into argv, to be freed. */
static char **split(char *text, int *ret_count)
{
    size_t capacity = 0, count = 0;
    char **arguments = NULL;
    for (char *rest = text; rest != NULL;) {
        arguments = memory_grow(arguments, count, &capacity, sizeof *arguments);
        arguments[count++] = strsep(&rest, "\n");
    }
    arguments = memory_grow(arguments, count, &capacity, sizeof *arguments);
    arguments[count] = NULL;
    *ret_count = (int)count;
    return arguments;
}

static void assert_facts(const struct arguments *arguments)
{
    const struct command *command = arguments->command;
    size_t given_count = 0;
    for (const struct flag *flag = command->flags; flag && flag->name; flag++) {
        size_t count = arguments_count(arguments, flag->name);
        assert(count <= 1 || flag->repeatable);
        assert(arguments_has(arguments, flag->name) == (count > 0));
        given_count += count;
        for (size_t i = 0; flag->placeholder && i <= count; i++) {
            const char *value = arguments_value_at(arguments, flag->name, i);
            assert(i < count ? *value != '\0' : value == NULL);
        }
    }
    assert(given_count == arguments->given_count);
    assert(arguments->operand_count >= command->operands_min);
    assert(arguments->operand_count <= command->operands_max);
    assert(arguments_operand(arguments, arguments->operand_count) == NULL);
}

/* "--name=value" for every flag, then all operands behind "--". */
static void assert_parsed_again(const struct arguments *arguments)
{
    struct text text = { 0 };
    text_append(&text, arguments->command->name);
    for (size_t i = 0; i < arguments->given_count; i++) {
        const struct argument *given = &arguments->given[i];
        text_format(&text, "\n--%s%s%s", given->flag->name, given->value ? "=" : "",
                    given->value ? given->value : "");
    }
    text_append(&text, "\n--");
    for (size_t i = 0; i < arguments->operand_count; i++)
        text_format(&text, "\n%s", arguments_operand(arguments, i));
    int count;
    char **argv = split(text.bytes, &count);
    struct arguments again;
    struct error error = { 0 };
    bool parsed = arguments_parse(arguments->command, count, argv, &again, &error);
    assert(parsed && !again.help_wanted);
    assert(again.given_count == arguments->given_count);
    for (size_t i = 0; i < again.given_count; i++) {
        const struct argument *a = &arguments->given[i], *b = &again.given[i];
        assert(a->flag == b->flag && (a->value == NULL) == (b->value == NULL));
        assert(a->value == NULL || strcmp(a->value, b->value) == 0);
    }
    assert(again.operand_count == arguments->operand_count);
    for (size_t i = 0; i < again.operand_count; i++)
        assert(strcmp(arguments_operand(arguments, i), arguments_operand(&again, i)) == 0);
    arguments_release(&again);
    free(argv);
    text_release(&text);
}

static void assert_overrides(const struct arguments *arguments)
{
    struct settings settings = { 0 };
    struct error error = { 0 };
    if (arguments_override_settings(arguments, &settings, &error)) {
        for (size_t i = 0; i < arguments->given_count; i++) {
            enum setting setting = arguments->given[i].flag->setting;
            assert(setting == SETTING_NONE || settings_source(&settings, setting) == SOURCE_FLAG);
        }
    } else {
        assert_error(&error, "--");
    }
    settings_release(&settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = strndup((const char *)bytes, size);
    int count;
    char **argv = split(text, &count);
    struct arguments arguments;
    struct error error = { 0 };
    memset(&arguments, UNTOUCHED, sizeof arguments);
    if (arguments_parse(command_named(argv[0]), count, argv, &arguments, &error)) {
        assert_no_error(&error);
        if (!arguments.help_wanted) {
            assert_facts(&arguments);
            assert_parsed_again(&arguments);
            assert_overrides(&arguments);
        }
        arguments_release(&arguments);
    } else {
        assert_untouched(&arguments, sizeof arguments);
        assert_error(&error, "");
        assert(error.kind == ERROR_USAGE);
    }
    free(argv);
    free(text);
    return 0;
}
