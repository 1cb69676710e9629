/* Playbook: the table of subcommands, and what all of them have in common. */
#include "service/base/log.h"
#include "service/base/unknown.h"
#include "service/commands/commands.h"
#include "service/settings.h"

#include <stdio.h>
#include <string.h>

enum { COMMAND_COUNT = 5, EXIT_USAGE = 2 };

static const struct command *const commands[COMMAND_COUNT] = {
    &backtest_command, &strategies_command, &check_command, &demo_command, &version_command,
};

static void print_usage(FILE *stream)
{
    fputs("Usage: playbook COMMAND [flags]\n\n", stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n`playbook COMMAND --help` says more about each.\n", stream);
}

static const struct command *find_command(const char *name, struct error *error)
{
    const char *names[COMMAND_COUNT + 1] = { 0 };
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        names[i] = commands[i]->name;
        if (strcmp(names[i], name) == 0)
            return commands[i];
    }
    unknown_name(error, "command", name, names);
    return NULL;
}

static void open_log(const struct settings *settings)
{
    enum log_level level = LOG_INFO;
    enum log_format format = LOG_FORMAT_AUTO;
    log_level_parse(settings_get(settings, SETTING_LOG_LEVEL), &level);
    log_format_parse(settings_get(settings, SETTING_LOG_FORMAT), &format);
    log_open(stderr, level, format);
}

/* `loaded` says whether the settings could be read; help is given all the same. */
static int run_command(int argc, char *argv[], struct settings *settings, bool loaded,
                       struct error *error)
{
    struct arguments arguments = { 0 };
    const char *name = strcmp(argv[0], "--version") == 0 ? "version" : argv[0];
    struct error usage = { 0 };
    const struct command *command = find_command(name, &usage);
    if (!command || !arguments_parse(command, argc, argv, &arguments, &usage))
        return command_fail(&usage);
    int code = 0;
    if (arguments.help_wanted) {
        arguments_print_help(command, stdout);
    } else if (loaded && arguments_override_settings(&arguments, settings, error)) {
        open_log(settings);
        settings_warn_misspelt();
        code = command->run(&arguments, settings);
    } else {
        code = command_fail(error);
    }
    arguments_release(&arguments);
    return code;
}

/* A full disk behind a redirected stdout must not look like success. */
static int flush_output(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    log_event(LOG_ERROR, "standard output could not be written");
    return code ? code : error_exit_code(ERROR_WRITER);
}

int main(int argc, char *argv[])
{
    log_open(stderr, LOG_INFO, LOG_FORMAT_AUTO);
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return flush_output(0);
    }
    struct settings settings = { 0 };
    struct error error = { 0 };
    bool loaded = settings_load(&settings, SETTINGS_DOTENV_PATH, &error);
    if (loaded)
        open_log(&settings);
    int code = run_command(argc - 1, argv + 1, &settings, loaded, &error);
    settings_release(&settings);
    return flush_output(code);
}
