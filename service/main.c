/* Playbook: the table of commands, and what all of them have in common. */
#include "service/base/log.h"
#include "service/base/memory.h"
#include "service/base/unknown.h"
#include "service/commands/commands.h"
#include "service/settings.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { COMMANDS_MAX = 16, EXIT_USAGE = 2 };

static const struct command *const commands[] = {
    &backtest_command, &run_command,  &strategies_command, &data_command,
    &check_command,    &demo_command, &version_command,    NULL,
};
static const struct command program = { .name = "", .commands = commands };

/* The last word of a command's name is what it is called by in its group. */
static const char *word_of(const struct command *command)
{
    const char *blank = strrchr(command->name, ' ');
    return blank ? blank + 1 : command->name;
}

static void print_usage(const struct command *group, FILE *stream)
{
    const char *blank = group->name[0] ? " " : "";
    fprintf(stream, "Usage: playbook %s%sCOMMAND [flags]\n\n", group->name, blank);
    for (size_t i = 0; group->commands[i]; i++)
        fprintf(stream, "  %-12s %s\n", word_of(group->commands[i]), group->commands[i]->summary);
    fprintf(stream, "\n`playbook %s%sCOMMAND --help` says more about each.\n", group->name, blank);
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

static const struct command *find_command(const struct command *group, const char *word,
                                          struct error *error)
{
    const char *words[COMMANDS_MAX + 1] = { 0 };
    if (group == &program && strcmp(word, "--version") == 0)
        word = "version";
    for (size_t i = 0; group->commands[i]; i++) {
        assert(i < COMMANDS_MAX);
        words[i] = word_of(group->commands[i]);
        if (strcmp(words[i], word) == 0)
            return group->commands[i];
    }
    unknown_name(error, "command", word, words);
    return NULL;
}

/* Follows the words to the command they name, and moves behind them. A group: the words end there,
 * or ask for its help. */
static const struct command *choose_command(char ***words, struct error *error)
{
    const struct command *command = &program;
    while (command && !command->run && **words && !asks_for_help(**words))
        command = find_command(command, *(*words)++, error);
    return command;
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
static int execute(const struct command *command, int argc, char *argv[], struct settings *settings,
                   bool loaded, struct error *error)
{
    struct arguments arguments = { 0 };
    struct error usage = { 0 };
    if (!arguments_parse(command, argc, argv, &arguments, &usage))
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
    /* Beyond a limit on file sizes a write then fails, with an error that names the file. */
    signal(SIGXFSZ, SIG_IGN);
    memory_keep_freed();
    log_open(stderr, LOG_INFO, LOG_FORMAT_AUTO);
    struct error usage = { 0 };
    char **rest = argv + (argc > 0);
    const struct command *command = choose_command(&rest, &usage);
    if (command && !command->run) {
        bool asked = *rest != NULL;
        print_usage(command, asked ? stdout : stderr);
        return asked ? flush_output(0) : EXIT_USAGE;
    }
    struct settings settings = { 0 };
    struct error error = { 0 };
    bool loaded = settings_load(&settings, SETTINGS_DOTENV_PATH, &error);
    if (loaded)
        open_log(&settings);
    int named = (int)(rest - argv) - 1;
    int code = command ? execute(command, argc - named, argv + named, &settings, loaded, &error)
                       : command_fail(&usage);
    settings_release(&settings);
    return flush_output(code);
}
