#include "service/store/store.h"

#include "service/store/file_store.h"

#include <string.h>

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.=@+"

const struct store_type *const store_types[] = {
    &file_store_type,
    NULL,
};

struct store *store_open(const struct store_options *options, struct error *error)
{
    for (const struct store_type *const *type = store_types; *type; type++)
        if ((*type)->is_mine(options->location))
            return (*type)->open(options, error);
    error_set(error, ERROR_USAGE, "%s: is not a location that a store can have, such as a folder",
              options->location);
    return NULL;
}

void store_close(struct store *store)
{
    if (store)
        store->type->close(store);
}

static bool check_name(const char *key, const char *name, size_t size, struct error *error)
{
    if (size == 0)
        return error_set(error, ERROR_USAGE, "the key '%s': a name in it is empty", key);
    if (size > STORE_NAME_MAX)
        return error_set(error, ERROR_USAGE, "the key '%s': a name has %zu bytes, over %d", key,
                         size, STORE_NAME_MAX);
    if (name[0] == '.' || strspn(name, NAME_CHARACTERS) < size)
        return error_set(error, ERROR_USAGE,
                         "the key '%s': a name has letters, digits and any of -_.=@+, and does not "
                         "begin with a dot; '%.*s' does not",
                         key, (int)size, name);
    return true;
}

bool store_key_check(const char *key, struct error *error)
{
    size_t size = strlen(key);
    if (size > STORE_KEY_MAX)
        return error_set(error, ERROR_USAGE, "the key '%.80s...': has %zu bytes, over %d", key,
                         size, STORE_KEY_MAX);
    const char *name = key, *end;
    do {
        end = strchrnul(name, '/');
        if (!check_name(key, name, (size_t)(end - name), error))
            return false;
        name = end + 1;
    } while (*end != '\0');
    return true;
}

bool store_get(struct store *store, const char *key, struct text *ret_value,
               struct version *ret_version, struct error *error)
{
    return store_key_check(key, error) &&
           store->type->get(store, key, ret_value, ret_version, error);
}

bool store_put(struct store *store, const char *key, const void *value, size_t size,
               struct version expected, struct version *ret_version, struct error *error)
{
    if (!store_key_check(key, error))
        return false;
    if (size > STORE_VALUE_MAX)
        return error_set(error, ERROR_LIMIT, "%s: a value of %zu bytes is larger than %zu", key,
                         size, STORE_VALUE_MAX);
    return store->type->put(store, key, value, size, expected, ret_version, error);
}

bool store_list(struct store *store, const char *prefix,
                bool (*visit)(void *context, const char *key), void *context, struct error *error)
{
    return store->type->list(store, prefix, visit, context, error);
}

bool store_remove(struct store *store, const char *key, struct version expected,
                  struct error *error)
{
    return store_key_check(key, error) && store->type->remove(store, key, expected, error);
}
