#include "service/settings.h"

#include "service/base/file.h"
#include "service/base/log.h"
#include "service/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define BLANKS " \t"
#define FILE_SUFFIX "_FILE"
#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

enum {
    SHOWN_LENGTH_MAX = 64,   /* of a wrong name or value in a message */
    MISSPELT_LENGTH_MIN = 8, /* shorter names are near too many others */
    MISSPELT_EDITS_MAX = 2,
};

const struct setting_type setting_types[SETTING_COUNT] = {
    [SETTING_OUTPUT_DIR] = {
        .name = "OUTPUT_DIR",
        .help = "The folder that results are written to.",
        .default_value = "output",
    },
    [SETTING_WRITER_TYPE] = {
        .name = "WRITER_TYPE",
        .help = "Where the records of a run go.",
        .default_value = "csv",
        .kind = SETTING_KIND_LIST,
        .choices = (const char *const[]) { "csv", NULL },
    },
    [SETTING_PLAYBOOKS_FILE] = {
        .name = "PLAYBOOKS_FILE",
        .help = "The file that says which playbooks there are.",
        .default_value = "playbooks.json",
    },
    [SETTING_ALPACA_API_KEY] = {
        .name = "ALPACA_API_KEY",
        .help = "The key of an Alpaca account, whose bars are fetched.",
        .required_when = "bars of equities are fetched",
        .secret = true,
    },
    [SETTING_ALPACA_SECRET_KEY] = {
        .name = "ALPACA_SECRET_KEY",
        .help = "The secret that belongs to ALPACA_API_KEY.",
        .required_when = "bars of equities are fetched",
        .secret = true,
    },
    [SETTING_ALPACA_FEED] = {
        .name = "ALPACA_FEED",
        .help = "Whose trades bars are of: all exchanges' (sip), one's with a few percent of the "
                "volume (iex), or sip for what is older than 16 minutes and iex after it (auto).",
        .default_value = "auto",
        .kind = SETTING_KIND_CHOICE,
        .choices = (const char *const[]) { "auto", "sip", "iex", NULL },
    },
    [SETTING_ALPACA_DATA_URL] = {
        .name = "ALPACA_DATA_URL",
        .help = "Where Alpaca's market data is; plain http only to the loopback.",
        .default_value = "https://data.alpaca.markets",
    },
    [SETTING_CACHE_ENABLED] = {
        .name = "CACHE_ENABLED",
        .help = "Whether bars that were fetched are kept, and not fetched again.",
        .default_value = "true",
        .kind = SETTING_KIND_CHOICE,
        .choices = (const char *const[]) { "true", "false", NULL },
    },
    [SETTING_DATA_CACHE_DIR] = {
        .name = "DATA_CACHE_DIR",
        .help = "The folder that they are kept in, as Parquet files.",
        .default_value = "data/cache",
    },
    [SETTING_STATE_LOCATION] = {
        .name = "STATE_LOCATION",
        .help = "The folder that keeps what scheduled runs have done.",
        .default_value = "state",
    },
    [SETTING_LOG_LEVEL] = {
        .name = "LOG_LEVEL",
        .help = "The least severe events that are logged.",
        .default_value = "info",
        .kind = SETTING_KIND_CHOICE,
        .choices = (const char *const[]) { "debug", "info", "warn", "error", NULL },
    },
    [SETTING_LOG_FORMAT] = {
        .name = "LOG_FORMAT",
        .help = "How events are logged; auto is text on a terminal and JSON elsewhere.",
        .default_value = "auto",
        .kind = SETTING_KIND_CHOICE,
        .choices = (const char *const[]) { "auto", "text", "json", NULL },
    },
};

/* What a variable's name stands for: a setting, by its value or by a file that holds it. */
struct variable {
    enum setting setting; /* SETTING_NONE: no setting of ours */
    bool is_file;
};

static struct variable variable_find(const char *name)
{
    for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++) {
        const char *ours = setting_types[setting].name;
        size_t length = strlen(ours);
        if (strncmp(name, ours, length) != 0)
            continue;
        if (name[length] == '\0')
            return (struct variable) { .setting = setting };
        if (strcmp(name + length, FILE_SUFFIX) == 0)
            return (struct variable) { .setting = setting, .is_file = true };
    }
    return (struct variable) { .setting = SETTING_NONE };
}

static char *trimmed(char *text)
{
    text += strspn(text, BLANKS);
    size_t size = strlen(text);
    while (size > 0 && strchr(BLANKS, text[size - 1]))
        size--;
    text[size] = '\0';
    return text;
}

static void append_choices(const struct setting_type *type, struct text *text)
{
    for (size_t i = 0; type->choices[i] != NULL; i++)
        text_format(text, "%s%s", i > 0 ? ", " : "", type->choices[i]);
}

static bool refuse_choice(const struct setting_type *type, const char *value, struct error *error)
{
    struct text message = { 0 };
    if (type->secret)
        text_append(&message, "the value is not one of ");
    else
        text_format(&message, "\"%.*s\" is not one of ", SHOWN_LENGTH_MAX, value);
    append_choices(type, &message);
    const char *nearest = text_nearest(value, type->choices);
    if (nearest != NULL && !type->secret)
        text_format(&message, " (did you mean %s?)", nearest);
    error_set(error, ERROR_USAGE, "%s: %s", type->name, text_string(&message));
    text_release(&message);
    return false;
}

/* Appends the choice that the item names, which no item of the list before it may have named. */
static bool append_choice(const struct setting_type *type, const char *item,
                          unsigned long *choices_seen, struct text *list, struct error *error)
{
    size_t index = 0;
    while (type->choices[index] != NULL && strcasecmp(type->choices[index], item) != 0)
        index++;
    if (type->choices[index] == NULL)
        return refuse_choice(type, item, error);
    unsigned long bit = 1UL << index;
    if (*choices_seen & bit)
        return error_set(error, ERROR_USAGE, "%s: the same choice is given twice", type->name);
    *choices_seen |= bit;
    text_format(list, "%s%s", list->size > 0 ? "," : "", type->choices[index]);
    return true;
}

char *setting_type_parse(const struct setting_type *type, const char *value, struct error *error)
{
    if (value[0] == '\0') {
        error_set(error, ERROR_USAGE, "%s: the value is empty", type->name);
        return NULL;
    }
    if (type->kind == SETTING_KIND_TEXT)
        return memory_copy_text(value);
    char *copy = memory_copy_text(value);
    char *rest = copy;
    const char *separator = type->kind == SETTING_KIND_LIST ? "," : "";
    unsigned long choices_seen = 0;
    struct text list = { 0 };
    bool valid = true;
    while (valid && rest != NULL)
        valid = append_choice(type, trimmed(strsep(&rest, separator)), &choices_seen, &list, error);
    free(copy);
    if (!valid)
        text_release(&list);
    return list.bytes;
}

/* Reads the value that a NAME_FILE points to. */
static bool read_mounted(const char *path, struct text *value, struct error *error)
{
    if (!file_read(path, SETTINGS_FILE_SIZE_MAX, value, NULL, error))
        return false;
    if (strlen(text_string(value)) != value->size)
        return error_set(error, ERROR_USAGE, "%s: holds a NUL byte; expected text", path);
    if (value->size > 0 && value->bytes[value->size - 1] == '\n')
        value->bytes[--value->size] = '\0';
    if (value->size > 0 && value->bytes[value->size - 1] == '\r')
        value->bytes[--value->size] = '\0';
    return true;
}

static void store(struct settings *settings, enum setting setting, char *value,
                  enum setting_source source)
{
    free(settings->values[setting].value);
    settings->values[setting].value = value;
    settings->values[setting].source = source;
}

/* Takes over what a source says of a variable. */
static bool assign(struct settings *settings, struct variable variable, const char *value,
                   enum setting_source source, struct error *error)
{
    const struct setting_type *type = &setting_types[variable.setting];
    if (value[0] == '\0')
        return true;
    if (settings->values[variable.setting].source == source)
        return error_set(error, ERROR_USAGE,
                         "%s and %s" FILE_SUFFIX " are both set; expected one of them", type->name,
                         type->name);
    struct text mounted = { 0 };
    char *parsed = NULL;
    if (!variable.is_file) {
        parsed = setting_type_parse(type, value, error);
    } else {
        if (read_mounted(value, &mounted, error))
            parsed = setting_type_parse(type, text_string(&mounted), error);
        if (parsed == NULL)
            error_context(error, "%s" FILE_SUFFIX, type->name);
    }
    text_release(&mounted);
    if (parsed != NULL)
        store(settings, variable.setting, parsed, source);
    else
        error->kind = ERROR_USAGE;
    return parsed != NULL;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

/* Appends what stands between the quotes and returns what stands behind them. */
static const char *read_quoted(const char *quoted, struct text *value, struct error *error)
{
    static const char escapes[] = "nt\"\\";
    char quote = *quoted++;
    for (; *quoted != quote; quoted++) {
        if (*quoted == '\0') {
            error_set(error, ERROR_USAGE, "expected a closing %c", quote);
            return NULL;
        }
        char character = *quoted;
        if (quote == '"' && character == '\\') {
            quoted++;
            const char *escape = *quoted ? strchr(escapes, *quoted) : NULL;
            if (escape == NULL) {
                error_set(error, ERROR_USAGE, "expected n, t, \" or \\ behind a backslash");
                return NULL;
            }
            character = "\n\t\"\\"[escape - escapes];
        }
        text_append_character(value, character);
    }
    return quoted + 1;
}

/* Appends the value of a line of .env; `equals` is its equals sign. */
static bool read_value(const char *equals, struct text *value, struct error *error)
{
    const char *begin = equals + 1 + strspn(equals + 1, BLANKS);
    const char *end = begin;
    if (*begin == '\'' || *begin == '"') {
        end = read_quoted(begin, value, error);
        if (end == NULL)
            return false;
        const char *rest = end + strspn(end, BLANKS);
        if (*rest != '\0' && (*rest != '#' || rest == end))
            return error_set(error, ERROR_USAGE, "expected nothing behind the closing quote");
        return true;
    }
    for (const char *at = begin; *at != '\0' && !(*at == '#' && is_blank(at[-1])); at++)
        if (!is_blank(*at))
            end = at + 1;
    text_append_bytes(value, begin, (size_t)(end - begin));
    return true;
}

/* Where .env is being read, and on which line each NAME and each NAME_FILE stood. */
struct dotenv {
    const char *path;
    size_t line;
    size_t lines_seen[SETTING_COUNT][2];
};

static bool find_in_dotenv(struct dotenv *dotenv, const char *name, struct variable *ret_variable,
                           struct error *error)
{
    struct variable variable = variable_find(name);
    if (variable.setting == SETTING_NONE) {
        const char *names[SETTING_COUNT] = { 0 };
        for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++)
            names[setting - 1] = setting_types[setting].name;
        const char *nearest = text_nearest(name, names);
        return error_set(error, ERROR_USAGE, "unknown setting %.*s%s%s%s", SHOWN_LENGTH_MAX, name,
                         nearest ? " (did you mean " : "", nearest ? nearest : "",
                         nearest ? "?)" : "");
    }
    size_t *line_seen = &dotenv->lines_seen[variable.setting][variable.is_file];
    if (*line_seen > 0)
        return error_set(error, ERROR_USAGE, "%s a second time; it is on line %zu already", name,
                         *line_seen);
    *line_seen = dotenv->line;
    *ret_variable = variable;
    return true;
}

static bool load_line(struct settings *settings, struct dotenv *dotenv, char *line,
                      struct error *error)
{
    line += strspn(line, BLANKS);
    if (*line == '\0' || *line == '#')
        return true;
    if (strncmp(line, "export", 6) == 0 && is_blank(line[6]))
        line += 6 + strspn(line + 6, BLANKS);
    char *equals = line + strspn(line, NAME_CHARACTERS);
    if (equals == line || *equals != '=')
        return error_set(error, ERROR_USAGE, "expected NAME=value or a # comment");
    *equals = '\0';
    struct variable variable = { 0 };
    if (!find_in_dotenv(dotenv, line, &variable, error))
        return false;
    struct text value = { 0 };
    bool done = read_value(equals, &value, error) &&
                assign(settings, variable, text_string(&value), SOURCE_DOTENV, error);
    text_release(&value);
    return done;
}

static bool load_dotenv(struct settings *settings, const char *path, struct error *error)
{
    struct text content = { 0 };
    bool exists = true;
    bool may_be_absent = strcmp(path, SETTINGS_DOTENV_PATH) == 0;
    bool done =
        file_read(path, SETTINGS_FILE_SIZE_MAX, &content, may_be_absent ? &exists : NULL, error);
    if (!done)
        error->kind = ERROR_USAGE;
    else if (strlen(text_string(&content)) != content.size)
        done = error_set(error, ERROR_USAGE, "%s: holds a NUL byte; expected text", path);
    struct dotenv dotenv = { .path = path };
    char *rest = content.bytes;
    while (done && rest != NULL) {
        char *line = strsep(&rest, "\n");
        size_t size = strlen(line);
        if (size > 0 && line[size - 1] == '\r')
            line[size - 1] = '\0';
        dotenv.line++;
        done = load_line(settings, &dotenv, line, error) ||
               error_context(error, "%s: line %zu", path, dotenv.line);
    }
    text_release(&content);
    return done;
}

static bool load_environment(struct settings *settings, struct error *error)
{
    for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++) {
        for (int is_file = 0; is_file < 2; is_file++) {
            char name[SHOWN_LENGTH_MAX];
            snprintf(name, sizeof name, "%s%s", setting_types[setting].name,
                     is_file ? FILE_SUFFIX : "");
            const char *value = getenv(name);
            struct variable variable = { .setting = setting, .is_file = is_file };
            if (value && !assign(settings, variable, value, SOURCE_ENVIRONMENT, error))
                return error_context(error, "environment");
        }
    }
    return true;
}

bool settings_load(struct settings *settings, const char *dotenv_path, struct error *error)
{
    struct settings loaded = { 0 };
    if (!load_dotenv(&loaded, dotenv_path, error) || !load_environment(&loaded, error)) {
        settings_release(&loaded);
        return false;
    }
    *settings = loaded;
    return true;
}

bool settings_override(struct settings *settings, enum setting setting, const char *value,
                       struct error *error)
{
    assert(setting > SETTING_NONE && setting < SETTING_COUNT);
    char *parsed = setting_type_parse(&setting_types[setting], value, error);
    if (parsed != NULL)
        store(settings, setting, parsed, SOURCE_FLAG);
    return parsed != NULL;
}

/* Whether `edits` insertions, removals and replacements at most make one name the other. */
static bool within_edits(const char *a, const char *b, int edits)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    if (*a == *b)
        return true;
    if (edits == 0)
        return false;
    return (*a && *b && within_edits(a + 1, b + 1, edits - 1)) ||
           (*a && within_edits(a + 1, b, edits - 1)) || (*b && within_edits(a, b + 1, edits - 1));
}

/* Warns of a variable of the environment when its name is nearly one of ours. */
static void warn_if_misspelt(const char *name)
{
    if (variable_find(name).setting != SETTING_NONE)
        return;
    for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++) {
        const char *ours = setting_types[setting].name;
        if (strlen(ours) < MISSPELT_LENGTH_MIN || !within_edits(name, ours, MISSPELT_EDITS_MAX))
            continue;
        log_event(LOG_WARN, "environment: %s is no setting (did you mean %s?)", name, ours);
        return;
    }
}

void settings_warn_misspelt(void)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        char *name = memory_copy_text(*entry);
        name[strcspn(name, "=")] = '\0';
        warn_if_misspelt(name);
        free(name);
    }
}

const char *settings_get(const struct settings *settings, enum setting setting)
{
    assert(setting > SETTING_NONE && setting < SETTING_COUNT);
    const char *value = settings->values[setting].value;
    return value != NULL ? value : setting_types[setting].default_value;
}

enum setting_source settings_source(const struct settings *settings, enum setting setting)
{
    assert(setting > SETTING_NONE && setting < SETTING_COUNT);
    return settings->values[setting].source;
}

void setting_type_describe(const struct setting_type *type, const char *value, struct text *text)
{
    if (value == NULL)
        text_append(text, "missing");
    else
        text_append(text, type->secret ? "set" : value);
}

void settings_describe(const struct settings *settings, enum setting setting, struct text *text)
{
    setting_type_describe(&setting_types[setting], settings_get(settings, setting), text);
}

void setting_type_append_example(const struct setting_type *type, struct text *text)
{
    text_format(text, "\n# %s\n", type->help);
    if (type->choices != NULL) {
        text_append(text, type->kind == SETTING_KIND_LIST ? "# A comma list of: " : "# One of: ");
        append_choices(type, text);
        text_append(text, "\n");
    }
    if (type->required_when != NULL)
        text_format(text, "# Required when %s.\n", type->required_when);
    if (type->secret)
        text_append(text, "# A secret.\n");
    text_format(text, "%s=%s\n", type->name, type->default_value ? type->default_value : "");
}

void settings_append_example(struct text *text)
{
    text_append(text,
                "# The settings, with their defaults. Copy this file to .env and change what\n"
                "# you need. A flag and the environment win over it; an empty value counts as\n"
                "# not given. NAME_FILE=path reads the value of NAME from a file.\n");
    for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++)
        setting_type_append_example(&setting_types[setting], text);
}

void settings_release(struct settings *settings)
{
    for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++)
        free(settings->values[setting].value);
    *settings = (struct settings) { 0 };
}

bool settings_colour_wanted(FILE *stream)
{
    const char *no_colour = getenv("NO_COLOR");
    return isatty(fileno(stream)) && (no_colour == NULL || no_colour[0] == '\0');
}
