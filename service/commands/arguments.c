#include "service/commands/arguments.h"

#include "service/base/memory.h"
#include "service/base/text.h"
#include "service/commands/table_print.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct flag *flag_find(const struct command *command, const char *name)
{
    for (const struct flag *flag = command->flags; flag != NULL && flag->name != NULL; flag++)
        if (strcmp(flag->name, name) == 0)
            return flag;
    return NULL;
}

/* The flag that was meant: the only one that begins so, else the nearest; NULL: none. */
static const char *flag_name_meant(const struct command *command, const char *wrong)
{
    size_t count = 0;
    while (command->flags != NULL && command->flags[count].name != NULL)
        count++;
    const char **names = memory_new(count + 2, sizeof *names);
    const char *beginning = NULL;
    size_t beginning_count = 0;
    for (size_t i = 0; i <= count; i++) {
        names[i] = i < count ? command->flags[i].name : "help";
        if (strncmp(names[i], wrong, strlen(wrong)) == 0) {
            beginning = names[i];
            beginning_count++;
        }
    }
    const char *meant = beginning_count == 1 ? beginning : text_nearest(wrong, names);
    free(names);
    return meant;
}

static bool refuse_unknown(const struct command *command, const char *dashes, const char *name,
                           struct error *error)
{
    const char *meant = flag_name_meant(command, name);
    if (meant != NULL)
        return error_set(error, ERROR_USAGE, "unknown flag %s%s (did you mean --%s?)", dashes, name,
                         meant);
    return error_set(error, ERROR_USAGE, "unknown flag %s%s; playbook %s --help lists the flags",
                     dashes, name, command->name);
}

/* `value` is what follows the equals sign, or NULL; `next` the argument after this one, or NULL. */
static bool add_flag(struct arguments *arguments, const struct flag *flag, const char *value,
                     const char *next, bool *ret_next_used, struct error *error)
{
    if (!flag->repeatable && arguments_has(arguments, flag->name))
        return error_set(error, ERROR_USAGE, "--%s is given twice", flag->name);
    if (flag->placeholder == NULL && value != NULL)
        return error_set(error, ERROR_USAGE, "--%s takes no value", flag->name);
    if (flag->placeholder != NULL && value == NULL) {
        /* The next flag is not taken for a value; one that begins so is written with `=`. */
        bool next_is_value = next != NULL && strncmp(next, "--", 2) != 0;
        value = next_is_value ? next : "";
        *ret_next_used = next_is_value;
    }
    if (flag->placeholder != NULL && value[0] == '\0')
        return error_set(error, ERROR_USAGE, "--%s needs a value: --%s %s", flag->name, flag->name,
                         flag->placeholder);
    arguments->given[arguments->given_count++] = (struct argument) { flag, value };
    return true;
}

static bool parse_flag(struct arguments *arguments, const char *argument, const char *next,
                       bool *ret_next_used, struct error *error)
{
    const char *dashes = argument[1] == '-' ? "--" : "-";
    const char *equals = strchr(argument, '=');
    char *name = memory_copy_text(argument + strlen(dashes));
    name[strcspn(name, "=")] = '\0';
    const char *value = equals != NULL ? equals + 1 : NULL;
    const struct flag *flag = argument[1] == '-' ? flag_find(arguments->command, name) : NULL;
    bool done = flag != NULL ? add_flag(arguments, flag, value, next, ret_next_used, error)
                             : refuse_unknown(arguments->command, dashes, name, error);
    free(name);
    return done;
}

static bool add_operand(struct arguments *arguments, const char *operand, struct error *error)
{
    const struct command *command = arguments->command;
    if (arguments->operand_count == command->operands_max)
        return error_set(error, ERROR_USAGE, "unexpected argument \"%s\"; expected %s", operand,
                         command->operands ? command->operands : "flags only");
    arguments->operands[arguments->operand_count++] = operand;
    return true;
}

static bool parse_all(struct arguments *arguments, int argc, char *const argv[],
                      struct error *error)
{
    bool flags_ended = false;
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        bool next_used = false;
        bool done = true;
        if (flags_ended || argument[0] != '-' || argument[1] == '\0')
            done = add_operand(arguments, argument, error);
        else if (strcmp(argument, "--") == 0)
            flags_ended = true;
        else
            done = parse_flag(arguments, argument, argv[i + 1], &next_used, error);
        if (!done)
            return false;
        i += next_used;
    }
    return true;
}

static bool check_operands(const struct arguments *arguments, struct error *error)
{
    const struct command *command = arguments->command;
    if (arguments->operand_count >= command->operands_min)
        return true;
    return error_set(error, ERROR_USAGE, "playbook %s needs %s (--help says more)", command->name,
                     command->operands);
}

static bool help_is_wanted(int argc, char *const argv[])
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

bool arguments_parse(const struct command *command, int argc, char *const argv[],
                     struct arguments *ret_arguments, struct error *error)
{
    assert(argc > 0);
    struct arguments arguments = {
        .command = command,
        .given = memory_new((size_t)argc, sizeof *arguments.given),
        .operands = memory_new((size_t)argc, sizeof *arguments.operands),
        .help_wanted = help_is_wanted(argc, argv),
    };
    if (!arguments.help_wanted &&
        !(parse_all(&arguments, argc, argv, error) && check_operands(&arguments, error))) {
        arguments_release(&arguments);
        return false;
    }
    *ret_arguments = arguments;
    return true;
}

bool arguments_override_settings(const struct arguments *arguments, struct settings *settings,
                                 struct error *error)
{
    for (size_t i = 0; i < arguments->given_count; i++) {
        const struct argument *given = &arguments->given[i];
        if (given->flag->setting == SETTING_NONE)
            continue;
        assert(given->flag->placeholder != NULL && !given->flag->repeatable);
        if (!settings_override(settings, given->flag->setting, given->value, error))
            return error_context(error, "--%s", given->flag->name);
    }
    return true;
}

bool arguments_has(const struct arguments *arguments, const char *flag)
{
    return arguments_count(arguments, flag) > 0;
}

size_t arguments_count(const struct arguments *arguments, const char *flag)
{
    const struct flag *wanted = flag_find(arguments->command, flag);
    assert(wanted != NULL);
    size_t count = 0;
    for (size_t i = 0; i < arguments->given_count; i++)
        count += arguments->given[i].flag == wanted;
    return count;
}

const char *arguments_value(const struct arguments *arguments, const char *flag)
{
    return arguments_value_at(arguments, flag, 0);
}

const char *arguments_value_at(const struct arguments *arguments, const char *flag, size_t index)
{
    const struct flag *wanted = flag_find(arguments->command, flag);
    assert(wanted != NULL && wanted->placeholder != NULL);
    for (size_t i = 0; i < arguments->given_count; i++)
        if (arguments->given[i].flag == wanted && index-- == 0)
            return arguments->given[i].value;
    return NULL;
}

const char *arguments_operand(const struct arguments *arguments, size_t index)
{
    return index < arguments->operand_count ? arguments->operands[index] : NULL;
}

static void append_flag_help(const struct flag *flag, struct table_print *table)
{
    table_print_cell(table, "--%s%s%s", flag->name, flag->placeholder ? " " : "",
                     flag->placeholder ? flag->placeholder : "");
    const struct setting_type *type = &setting_types[flag->setting];
    const char *repeatable = flag->repeatable ? " (repeatable)" : "";
    if (flag->setting == SETTING_NONE)
        table_print_cell(table, "%s%s", flag->help, repeatable);
    else if (type->default_value == NULL)
        table_print_cell(table, "%s (setting %s)", flag->help, type->name);
    else
        table_print_cell(table, "%s (setting %s, default %s)", flag->help, type->name,
                         type->default_value);
}

void arguments_print_help(const struct command *command, FILE *stream)
{
    static const struct table_print_column columns[] = { { 0 }, { 0 } };
    struct table_print table = { .columns = columns, .column_count = 2, .indent = 2 };
    fprintf(stream, "Usage: playbook %s%s%s%s\n\n%s\n\nFlags:\n", command->name,
            command->flags ? " [flags]" : "", command->operands ? " " : "",
            command->operands ? command->operands : "", command->summary);
    for (const struct flag *flag = command->flags; flag != NULL && flag->name != NULL; flag++)
        append_flag_help(flag, &table);
    table_print_cell(&table, "-h, --help");
    table_print_cell(&table, "show this help");
    table_print_write(&table, stream);
    table_print_release(&table);
}

void arguments_release(struct arguments *arguments)
{
    free(arguments->given);
    free(arguments->operands);
    *arguments = (struct arguments) { 0 };
}
