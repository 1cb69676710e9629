/* The one table of settings, and where each value comes from.
 *
 * Precedence: a flag, the environment, the .env file, the default. NAME_FILE in the environment or
 * in .env reads the value of NAME from a file, such as a mounted secret; one newline at its end is
 * removed. An empty value counts as not given. Only here may the environment be read.
 *
 * Every error is of kind usage and says where the value came from. The value of a secret is never
 * part of a message. */
#ifndef PLAYBOOK_SETTINGS_H
#define PLAYBOOK_SETTINGS_H

#include "service/base/error.h"
#include "service/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum setting {
    SETTING_NONE, /* zero, so that a flag without a setting need not say so */
    SETTING_OUTPUT_DIR,
    SETTING_WRITER_TYPE,
    SETTING_PLAYBOOKS_FILE,
    SETTING_ALPACA_API_KEY,
    SETTING_ALPACA_SECRET_KEY,
    SETTING_ALPACA_FEED,
    SETTING_ALPACA_DATA_URL,
    SETTING_CACHE_ENABLED,
    SETTING_DATA_CACHE_DIR,
    SETTING_STATE_LOCATION,
    SETTING_LOG_LEVEL,
    SETTING_LOG_FORMAT,
    SETTING_COUNT
};

enum setting_kind {
    SETTING_KIND_TEXT,
    SETTING_KIND_CHOICE, /* one of the choices, in any case */
    SETTING_KIND_LIST,   /* one or more of the choices, between commas */
};

enum setting_source { SOURCE_DEFAULT, SOURCE_DOTENV, SOURCE_ENVIRONMENT, SOURCE_FLAG };

struct setting_type {
    const char *name;
    const char *help;           /* a sentence */
    const char *default_value;  /* NULL: none */
    const char *required_when;  /* ends the sentence "Required when ..."; NULL: never */
    const char *const *choices; /* ended by NULL; NULL for a text */
    enum setting_kind kind;
    bool secret;
};

/* By enum setting; the row of SETTING_NONE is empty. */
extern const struct setting_type setting_types[SETTING_COUNT];

/* The default place of the .env file, in the working folder. Only there may it be absent. */
#define SETTINGS_DOTENV_PATH ".env"

/* Caps: a .env file and a value from a file (bytes). */
enum { SETTINGS_FILE_SIZE_MAX = 64 * 1024 };

struct settings {
    struct {
        char *value; /* owned; NULL: the default holds */
        enum setting_source source;
    } values[SETTING_COUNT];
};

/* Reads .env, then the environment over it. On failure *settings is untouched. Release it after.
 *
 * A line of .env is empty, a # comment, or NAME=value, with `export ` in front of it if you like.
 * 'Single quotes' hold a literal value; "double quotes" know \n \t \" \\; a value without quotes
 * ends at a # behind a blank, and loses its blanks at both ends. Nothing is interpolated. */
bool settings_load(struct settings *settings, const char *dotenv_path, struct error *error);

/* Sets a value as a flag does, over all other sources. */
bool settings_override(struct settings *settings, enum setting setting, const char *value,
                       struct error *error);

/* Logs one warning for every variable of the environment that looks like a misspelt setting.
 * Apart from settings_load so that it can follow log_open, which needs the settings. */
void settings_warn_misspelt(void);

/* Borrowed until the setting is overridden or released; NULL: not given and without a default.
 * Choices and lists come as the table spells them, without blanks ("csv,gcs"). */
const char *settings_get(const struct settings *settings, enum setting setting);
enum setting_source settings_source(const struct settings *settings, enum setting setting);

/* Appends what may be shown of a value: "set" or "missing" for a secret, else the value itself. */
void settings_describe(const struct settings *settings, enum setting setting, struct text *text);

/* Appends the text of .env.example: every setting with its help and default. */
void settings_append_example(struct text *text);

void settings_release(struct settings *settings); /* accepts a zeroed one */

/* The same for one type by itself. Parse returns the value as the table spells it, to be freed, or
 * NULL with an error: it is empty, or a choice that there is not. */
char *setting_type_parse(const struct setting_type *type, const char *value, struct error *error);
void setting_type_describe(const struct setting_type *type, const char *value, struct text *text);
void setting_type_append_example(const struct setting_type *type, struct text *text);

/* Whether to colour what is written to the stream: it is a terminal and NO_COLOR is not set. */
bool settings_colour_wanted(FILE *stream);

#endif
