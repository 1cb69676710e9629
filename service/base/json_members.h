/* What a JSON object that was parsed (json.h) says: members that must be there, each of the type
 * that is expected. An error is of kind data and names the member ("rows: an array is expected").
 * What is borrowed lives as long as the object; outputs are written only on success. */
#ifndef PLAYBOOK_BASE_JSON_MEMBERS_H
#define PLAYBOOK_BASE_JSON_MEMBERS_H

#include "service/base/error.h"

#include <json-c/json_object.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The member, borrowed; NULL with the error. What is no object has no members. */
struct json_object *json_member(struct json_object *object, const char *name, enum json_type type,
                                struct error *error);

/* The text, borrowed; NULL with the error. */
const char *json_member_string(struct json_object *object, const char *name, struct error *error);

/* A whole number, not below 0. */
bool json_member_count(struct json_object *object, const char *name, size_t *ret_count,
                       struct error *error);

/* "2024-06-28"; null is DATE_NONE. */
bool json_member_date(struct json_object *object, const char *name, int32_t *ret_date,
                      struct error *error);

/* Fixed point, as the number's text says it, exactly (decimal_parse). */
bool json_member_decimal(struct json_object *object, const char *name, int decimals,
                         int64_t *ret_value, struct error *error);

/* The same of a value that may stand anywhere; false when it is no such number. */
bool json_value_decimal(struct json_object *value, int decimals, int64_t *ret_value);

#endif
