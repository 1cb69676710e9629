#include "service/base/json_fields.h"

#include "service/base/date.h"
#include "service/base/json.h"

void json_field_name(struct text *text, const char *name)
{
    text_append(text, text->bytes[text->size - 1] == '{' ? "" : ",");
    json_append_string(text, name);
    text_append(text, ":");
}

void json_field_string(struct text *text, const char *name, const char *value)
{
    json_field_name(text, name);
    json_append_string(text, value);
}

void json_field_count(struct text *text, const char *name, size_t value)
{
    json_field_name(text, name);
    text_format(text, "%zu", value);
}

void json_field_number(struct text *text, const char *name, double value)
{
    json_field_name(text, name);
    json_append_double(text, value);
}

void json_field_date(struct text *text, const char *name, int32_t date)
{
    char buffer[DATE_TEXT_SIZE];
    json_field_name(text, name);
    if (date == DATE_NONE)
        text_append(text, "null");
    else
        json_append_string(text, date_format(date, buffer));
}

void json_field_time(struct text *text, const char *name, int64_t time_us)
{
    char buffer[TIMESTAMP_TEXT_SIZE];
    json_field_name(text, name);
    json_append_string(text, timestamp_format(time_us, buffer));
}
