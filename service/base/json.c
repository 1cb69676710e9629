#include "service/base/json.h"

#include "service/base/decimal.h"
#include "service/base/json_scan.h"

#include <json-c/json_tokener.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The scan has accepted the text, so whatever json-c refuses now is a mistake of ours (or a lack
 * of memory). */
static struct json_object *parse_scanned(const char *bytes, size_t size, struct error *error)
{
    /* What is inside the innermost array counts as one more level there. */
    struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
    if (tokener == NULL) {
        error_set(error, ERROR_INTERNAL, "no memory for a JSON parser");
        return NULL;
    }
    /* Its own checks stay off: the scan is stricter, and json-c 0.18 takes UTF-8 in a string for
     * control characters. */
    struct json_object *document = json_tokener_parse_ex(tokener, bytes, (int)size);
    enum json_tokener_error problem = json_tokener_get_error(tokener);
    if (problem == json_tokener_continue) {
        /* A number may go on; a NUL ends it. */
        document = json_tokener_parse_ex(tokener, "", 1);
        problem = json_tokener_get_error(tokener);
    }
    json_tokener_free(tokener);
    if (problem != json_tokener_success) {
        error_set(error, ERROR_INTERNAL, "json-c refuses what the scan accepts: %s",
                  json_tokener_error_desc(problem));
        return NULL;
    }
    if (document == NULL)
        error_set(error, ERROR_DATA, "line 1, column 1: the document is null");
    return document;
}

struct json_object *json_parse(const char *bytes, size_t size, struct error *error)
{
    if (size > JSON_SIZE_MAX) {
        error_set(error, ERROR_LIMIT, "a JSON text of %zu bytes; at most %d are read", size,
                  JSON_SIZE_MAX);
        return NULL;
    }
    if (size == 0)
        bytes = ""; /* an empty text may have no bytes at all */
    if (!json_scan(bytes, size, error))
        return NULL;
    return parse_scanned(bytes, size, error);
}

/* What stands for the character of `length` bytes in a string, NULL if it stands for itself. */
static const char *escape_of(const char *character, size_t length, char buffer[static 8])
{
    switch (*character) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        break;
    }
    if (length == 0)
        return "\uFFFD";
    if (length == 1 && (unsigned char)*character < ' ') {
        snprintf(buffer, 8, "\\u%04x", (unsigned)*character);
        return buffer;
    }
    if (length == 3 && memcmp(character, "\u2028", 3) == 0)
        return "\\u2028";
    if (length == 3 && memcmp(character, "\u2029", 3) == 0)
        return "\\u2029";
    return NULL;
}

void json_append_string(struct text *text, const char *string)
{
    const char *end = string + strlen(string);
    const char *plain = string; /* what stands for itself and is not appended yet */
    char buffer[8];
    text_append_character(text, '"');
    while (string < end) {
        size_t length = utf8_length(string, (size_t)(end - string));
        const char *escape = escape_of(string, length, buffer);
        const char *next = string + (length > 0 ? length : 1);
        if (escape != NULL) {
            text_append_bytes(text, plain, (size_t)(string - plain));
            text_append(text, escape);
            plain = next;
        }
        string = next;
    }
    text_append_bytes(text, plain, (size_t)(end - plain));
    text_append_character(text, '"');
}

void json_append_double(struct text *text, double value)
{
    char buffer[DECIMAL_TEXT_SIZE];
    text_append(text, isfinite(value) ? double_format(value, buffer) : "null");
}

void json_append_decimal(struct text *text, int64_t value, int decimals, int decimals_min)
{
    char buffer[DECIMAL_TEXT_SIZE];
    text_append(text, decimal_format(value, decimals, decimals_min, buffer));
}
