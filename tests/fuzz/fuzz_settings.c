/* The .env file: settings that were loaded are loaded again from what says them in double quotes;
 * an error names the file and leaves the settings alone. */
#include "service/settings.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void append_quoted(struct text *text, const char *value)
{
    text_append(text, "\"");
    for (; *value != '\0'; value++) {
        const char *escaped = strchr("\n\t\"\\", *value);
        if (escaped != NULL)
            text_format(text, "\\%c", "nt\"\\"[escaped - "\n\t\"\\"]);
        else
            text_append_character(text, *value);
    }
    text_append(text, "\"\n");
}

static void assert_loaded_again(const struct settings *settings)
{
    struct text text = { 0 };
    for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++) {
        bool given = settings->values[setting].value != NULL;
        assert(settings_source(settings, setting) == (given ? SOURCE_DOTENV : SOURCE_DEFAULT));
        if (!given)
            continue;
        assert(settings_get(settings, setting)[0] != '\0');
        text_format(&text, "export %s= ", setting_types[setting].name);
        append_quoted(&text, settings_get(settings, setting));
    }
    struct settings again;
    struct error error = { 0 };
    bool loaded = settings_load(&again, file_of(text_string(&text), text.size), &error);
    assert(loaded);
    for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++)
        assert(settings_get(settings, setting) == settings_get(&again, setting) ||
               strcmp(settings_get(settings, setting), settings_get(&again, setting)) == 0);
    settings_release(&again);
    text_release(&text);
}

static void clear_environment(void)
{
    for (enum setting setting = SETTING_NONE + 1; setting < SETTING_COUNT; setting++) {
        char name[64];
        unsetenv(setting_types[setting].name);
        snprintf(name, sizeof name, "%s_FILE", setting_types[setting].name);
        unsetenv(name);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    /* NAME_FILE reads any file there is; those of this folder at most. */
    if (memmem(bytes, size, "_FILE", 5) != NULL && memchr(bytes, '/', size) != NULL)
        return -1;
    clear_environment();
    struct settings settings;
    struct error error = { 0 };
    memset(&settings, UNTOUCHED, sizeof settings);
    const char *path = file_of(bytes, size);
    if (settings_load(&settings, path, &error)) {
        assert_no_error(&error);
        assert_loaded_again(&settings);
        settings_release(&settings);
    } else {
        assert_untouched(&settings, sizeof settings);
        assert_error(&error, path);
        assert(error.kind == ERROR_USAGE);
    }
    return 0;
}
