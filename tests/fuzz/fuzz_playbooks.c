/* The playbooks file: playbooks that were loaded have names of their own and are loaded again, with
 * the same identity, from what says it; an error names the file. */
#include "service/base/json.h"
#include "service/jobs/playbooks.h"
#include "service/market/timeframe.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

/* Every "name=value" of the identity but symbols and timeframe, which are no parameters. */
static void append_parameters(struct text *text, const struct playbook *playbook)
{
    struct text identity = { 0 };
    playbook_identity(playbook, &identity);
    char *rest = identity.bytes;
    const char *between = "";
    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0';) {
        char *value = line;
        const char *name = strsep(&value, "=");
        if (strcmp(name, "symbols") == 0 || strcmp(name, "timeframe") == 0)
            continue;
        text_format(text, "%s\"%s\": \"%s\"", between, name, value);
        between = ", ";
    }
    text_release(&identity);
}

static void append_playbook(struct text *text, const struct playbook *playbook)
{
    char timeframe[TIMEFRAME_TEXT_SIZE];
    text_format(text, "{\"name\": \"%s\", \"strategy\": \"%s\", \"symbols\": [", playbook->name,
                playbook->strategy->name);
    for (size_t i = 0; i < playbook->symbol_count; i++)
        text_format(text, "%s\"%s\"", i > 0 ? ", " : "", playbook->symbols[i]);
    text_format(text, "], \"timeframe\": \"%s\", \"enabled\": %s, \"parameters\": {",
                timeframe_format(playbook->timeframe_us, timeframe),
                playbook->enabled ? "true" : "false");
    append_parameters(text, playbook);
    text_append(text, "}}");
}

static void assert_same_playbook(const struct playbook *a, const struct playbook *b)
{
    struct text left = { 0 }, right = { 0 };
    playbook_identity(a, &left);
    playbook_identity(b, &right);
    assert(strcmp(text_string(&left), text_string(&right)) == 0);
    assert(strcmp(a->name, b->name) == 0 && a->strategy == b->strategy);
    assert(a->enabled == b->enabled && a->quantity == b->quantity);
    text_release(&left);
    text_release(&right);
}

static void assert_loaded_again(const struct playbooks *playbooks)
{
    struct text text = { 0 };
    text_append(&text, "{\"playbooks\": [");
    for (size_t i = 0; i < playbooks->count; i++) {
        text_append(&text, i > 0 ? ",\n" : "");
        append_playbook(&text, &playbooks->items[i]);
    }
    text_append(&text, "]}");
    struct playbooks again;
    struct error error = { 0 };
    bool loaded = playbooks_load(file_of(text.bytes, text.size), &again, &error);
    if (!loaded)
        fprintf(stderr, "%s\n%s\n", text.bytes, error.message);
    assert(loaded && again.count == playbooks->count);
    for (size_t i = 0; i < again.count; i++)
        assert_same_playbook(&playbooks->items[i], &again.items[i]);
    playbooks_release(&again);
    text_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct playbooks playbooks;
    struct error error = { 0 };
    memset(&playbooks, UNTOUCHED, sizeof playbooks);
    const char *path = file_of(bytes, size);
    if (!playbooks_load(path, &playbooks, &error)) {
        assert_untouched(&playbooks, sizeof playbooks);
        assert_error(&error, path);
        assert(error.kind == ERROR_USAGE);
        return 0;
    }
    assert_no_error(&error);
    for (size_t i = 0; i < playbooks.count; i++) {
        const struct playbook *playbook = &playbooks.items[i];
        assert(playbook->symbol_count > 0 && playbook->name[0] != '\0');
        assert(playbooks_find(&playbooks, playbook->name, &error) == playbook);
    }
    assert_loaded_again(&playbooks);
    playbooks_release(&playbooks);
    return 0;
}
