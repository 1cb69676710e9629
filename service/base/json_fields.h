/* The fields of a JSON object in the making: each appends its comma, if one is due, name and value.
 * The text must hold the object's opening brace. */
#ifndef PLAYBOOK_BASE_JSON_FIELDS_H
#define PLAYBOOK_BASE_JSON_FIELDS_H

#include "service/base/text.h"

#include <stddef.h>
#include <stdint.h>

void json_field_name(struct text *text, const char *name); /* the value is the caller's to append */
void json_field_string(struct text *text, const char *name, const char *value);
void json_field_count(struct text *text, const char *name, size_t value);
void json_field_number(struct text *text, const char *name, double value); /* NaN: null */
void json_field_date(struct text *text, const char *name, int32_t date);   /* DATE_NONE: null */
void json_field_time(struct text *text, const char *name, int64_t time_us);

#endif
