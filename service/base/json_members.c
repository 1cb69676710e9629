#include "service/base/json_members.h"

#include "service/base/date.h"
#include "service/base/decimal.h"

#include <string.h>

static const char *type_noun(enum json_type type)
{
    switch (type) {
    case json_type_null:
        return "null";
    case json_type_boolean:
        return "true or false";
    case json_type_double:
        return "a number";
    case json_type_int:
        return "a whole number";
    case json_type_object:
        return "an object";
    case json_type_array:
        return "an array";
    case json_type_string:
        return "a text";
    }
    return "something else";
}

struct json_object *json_member(struct json_object *object, const char *name, enum json_type type,
                                struct error *error)
{
    struct json_object *value = NULL;
    json_object_object_get_ex(object, name, &value);
    if (value && json_object_get_type(value) == type)
        return value;
    error_set(error, ERROR_DATA, "%s: %s is expected", name, type_noun(type));
    return NULL;
}

const char *json_member_string(struct json_object *object, const char *name, struct error *error)
{
    struct json_object *value = json_member(object, name, json_type_string, error);
    return value ? json_object_get_string(value) : NULL;
}

bool json_member_count(struct json_object *object, const char *name, size_t *ret_count,
                       struct error *error)
{
    struct json_object *value = json_member(object, name, json_type_int, error);
    if (!value)
        return false;
    int64_t count = json_object_get_int64(value);
    if (count < 0)
        return error_set(error, ERROR_DATA, "%s: a count is expected, not below 0", name);
    *ret_count = (size_t)count;
    return true;
}

bool json_member_date(struct json_object *object, const char *name, int32_t *ret_date,
                      struct error *error)
{
    struct json_object *value;
    bool is_null = json_object_object_get_ex(object, name, &value) && value == NULL;
    if (is_null) {
        *ret_date = DATE_NONE;
        return true;
    }
    const char *text = json_member_string(object, name, error);
    if (!text)
        return false;
    return date_parse(text, strlen(text), ret_date) ||
           error_set(error, ERROR_DATA, "%s: a date is expected, such as 2024-06-28", name);
}

bool json_value_decimal(struct json_object *value, int decimals, int64_t *ret_value)
{
    enum json_type type = json_object_get_type(value);
    if (type != json_type_int && type != json_type_double)
        return false;
    /* json-c keeps the text that a number had. */
    const char *text = json_object_get_string(value);
    return decimal_parse(text, strlen(text), decimals, ret_value);
}

bool json_member_decimal(struct json_object *object, const char *name, int decimals,
                         int64_t *ret_value, struct error *error)
{
    struct json_object *value = NULL;
    json_object_object_get_ex(object, name, &value);
    return json_value_decimal(value, decimals, ret_value) ||
           error_set(error, ERROR_DATA, "%s: a number of at most %d decimals is expected", name,
                     decimals);
}
