#include "service/jobs/playbooks.h"

#include "service/base/file.h"
#include "service/base/json.h"
#include "service/base/memory.h"
#include "service/base/text.h"
#include "service/base/unknown.h"
#include "service/market/timeframe.h"

#include <json-c/json.h>
#include <stdio.h>

#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 64 };

/* An object of the file and where it stands: "playbooks[2].parameters", "" for the whole. */
struct place {
    struct json_object *object;
    char path[PATH_SIZE];
};

/* Puts the path of what is wrong in front of the message. */
static bool wrong_place(const struct place *place, struct error *error)
{
    return *place->path ? error_context(error, "%s", place->path) : false;
}

static bool wrong_member(const struct place *place, const char *name, struct error *error)
{
    return error_context(error, "%s%s%.60s", place->path, *place->path ? "." : "", name);
}

static bool check_members(const struct place *place, const char *const *known, struct error *error)
{
    if (json_object_get_type(place->object) != json_type_object) {
        error_set(error, ERROR_USAGE, "a JSON object was expected");
        return wrong_place(place, error);
    }
    json_object_object_foreach(place->object, name, value)
    {
        (void)value;
        size_t i = 0;
        while (known[i] && strcmp(known[i], name) != 0)
            i++;
        if (!known[i]) {
            unknown_name(error, "member", name, known);
            return wrong_place(place, error);
        }
    }
    return true;
}

/* A member that may be absent (*ret_value NULL) but not of another type. */
static bool get_member(const struct place *place, const char *name, enum json_type type,
                       struct json_object **ret_value, struct error *error)
{
    *ret_value = NULL;
    if (!json_object_object_get_ex(place->object, name, ret_value) ||
        json_object_get_type(*ret_value) == type)
        return true;
    error_set(error, ERROR_USAGE, "a JSON %s was expected", json_type_to_name(type));
    return wrong_member(place, name, error);
}

static bool read_strategy(const struct place *place, struct playbook *playbook, struct error *error)
{
    struct json_object *name;
    if (!get_member(place, "strategy", json_type_string, &name, error))
        return false;
    if (!name) {
        error_set(error, ERROR_USAGE, "it is missing");
        return wrong_member(place, "strategy", error);
    }
    const struct strategy_type *strategy = strategy_named(json_object_get_string(name), error);
    if (!strategy)
        return wrong_member(place, "strategy", error);
    playbook_init(playbook, strategy);
    return true;
}

static bool add_symbol(struct playbook *playbook, struct json_object *symbol, struct error *error)
{
    if (json_object_get_type(symbol) != json_type_string)
        return error_set(error, ERROR_USAGE, "a JSON string was expected");
    return playbook_add_symbol(playbook, json_object_get_string(symbol), error);
}

static bool read_symbols(const struct place *place, struct playbook *playbook, struct error *error)
{
    struct json_object *symbols;
    if (!get_member(place, "symbols", json_type_array, &symbols, error))
        return false;
    size_t count = symbols ? json_object_array_length(symbols) : 0;
    if (symbols && count == 0) {
        error_set(error, ERROR_USAGE, "at least one was expected");
        return wrong_member(place, "symbols", error);
    }
    for (size_t i = 0; i < count; i++) {
        char name[PATH_SIZE];
        snprintf(name, sizeof name, "symbols[%zu]", i);
        if (!add_symbol(playbook, json_object_array_get_idx(symbols, i), error))
            return wrong_member(place, name, error);
    }
    return true;
}

static bool read_timeframe(const struct place *place, struct playbook *playbook,
                           struct error *error)
{
    struct json_object *timeframe;
    if (!get_member(place, "timeframe", json_type_string, &timeframe, error))
        return false;
    if (timeframe &&
        !timeframe_parse(json_object_get_string(timeframe), &playbook->timeframe_us, error))
        return wrong_member(place, "timeframe", error);
    return true;
}

static bool set_parameter(struct playbook *playbook, const char *name, struct json_object *value,
                          struct error *error)
{
    enum json_type type = json_object_get_type(value);
    if (type != json_type_string && type != json_type_int && type != json_type_double)
        return error_set(error, ERROR_USAGE, "a JSON number or string was expected");
    return playbook_set(playbook, name, json_object_get_string(value), error);
}

static bool read_parameters(const struct place *place, struct playbook *playbook,
                            struct error *error)
{
    struct place inner = { 0 };
    snprintf(inner.path, sizeof inner.path, "%.40s.parameters", place->path);
    if (!get_member(place, "parameters", json_type_object, &inner.object, error))
        return false;
    if (!inner.object)
        return true;
    json_object_object_foreach(inner.object, name, value)
    {
        if (!set_parameter(playbook, name, value, error))
            return wrong_member(&inner, name, error);
    }
    return true;
}

static bool read_name(const struct place *place, struct playbook *playbook, struct error *error)
{
    struct json_object *name;
    if (!get_member(place, "name", json_type_string, &name, error))
        return false;
    if (!playbook_finish(playbook, NULL, error))
        return wrong_place(place, error);
    if (name && !playbook_rename(playbook, json_object_get_string(name), error))
        return wrong_member(place, "name", error);
    return true;
}

static bool read_playbook(const struct place *place, struct playbook *playbook, struct error *error)
{
    static const char *const members[] = { "name",       "strategy", "symbols", "timeframe",
                                           "parameters", "enabled",  NULL };
    struct json_object *enabled;
    if (!check_members(place, members, error) || !read_strategy(place, playbook, error) ||
        !read_symbols(place, playbook, error) || !read_timeframe(place, playbook, error) ||
        !read_parameters(place, playbook, error) ||
        !get_member(place, "enabled", json_type_boolean, &enabled, error) ||
        !read_name(place, playbook, error))
        return false;
    if (enabled)
        playbook->enabled = json_object_get_boolean(enabled);
    return true;
}

static bool is_name_taken(const struct playbooks *playbooks, const char *name)
{
    for (size_t i = 0; i < playbooks->count; i++) {
        if (strcmp(playbooks->items[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool append_playbook(struct playbooks *playbooks, const struct place *place,
                            struct error *error)
{
    struct playbook playbook = { 0 };
    bool read = read_playbook(place, &playbook, error);
    if (read && is_name_taken(playbooks, playbook.name)) {
        error_set(error, ERROR_USAGE, "%s is the name of an earlier one", playbook.name);
        read = wrong_member(place, "name", error);
    }
    if (!read) {
        playbook_release(&playbook);
        return false;
    }
    playbooks->items = memory_grow(playbooks->items, playbooks->count, &playbooks->capacity,
                                   sizeof *playbooks->items);
    playbooks->items[playbooks->count++] = playbook;
    return true;
}

static bool read_playbooks(struct json_object *document, struct playbooks *playbooks,
                           struct error *error)
{
    static const char *const members[] = { "playbooks", NULL };
    const struct place whole = { .object = document };
    struct json_object *array;
    if (!check_members(&whole, members, error) ||
        !get_member(&whole, "playbooks", json_type_array, &array, error))
        return false;
    if (!array)
        return error_set(error, ERROR_USAGE, "playbooks: it is missing");
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        struct place place = { .object = json_object_array_get_idx(array, i) };
        snprintf(place.path, sizeof place.path, "playbooks[%zu]", i);
        if (!append_playbook(playbooks, &place, error))
            return false;
    }
    return true;
}

bool playbooks_load(const char *path, struct playbooks *ret_playbooks, struct error *error)
{
    struct text text = { 0 };
    struct playbooks playbooks = { 0 };
    struct json_object *document = NULL;
    bool loaded = false;
    if (!file_read(path, PLAYBOOKS_FILE_SIZE_MAX, &text, NULL, error))
        goto out;
    document = json_parse(text_string(&text), text.size, error);
    if (!document || !read_playbooks(document, &playbooks, error)) {
        error->kind = ERROR_USAGE;
        error_context(error, "%s", path);
        goto out;
    }
    *ret_playbooks = playbooks;
    loaded = true;
out:
    if (!loaded)
        playbooks_release(&playbooks);
    json_object_put(document);
    text_release(&text);
    return loaded;
}

void playbooks_release(struct playbooks *playbooks)
{
    for (size_t i = 0; i < playbooks->count; i++)
        playbook_release(&playbooks->items[i]);
    free(playbooks->items);
    *playbooks = (struct playbooks) { 0 };
}

const struct playbook *playbooks_find(const struct playbooks *playbooks, const char *name,
                                      struct error *error)
{
    const char **names = memory_new(playbooks->count + 1, sizeof *names);
    const struct playbook *found = NULL;
    for (size_t i = 0; i < playbooks->count; i++) {
        names[i] = playbooks->items[i].name;
        if (strcmp(names[i], name) == 0)
            found = &playbooks->items[i];
    }
    if (!found)
        unknown_name(error, "playbook", name, names);
    free(names);
    return found;
}
