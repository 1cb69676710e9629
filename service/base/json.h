/* JSON from outside, strictly: a scan by RFC 8259 (json_scan.h), then json-c. json-c alone accepts
 * NaN, single quotes, duplicate keys and numbers that overflow, so nothing from outside reaches it
 * unscanned.
 *
 * Refused: anything RFC 8259 does not allow, a byte order mark, invalid UTF-8, duplicate keys in an
 * object, lone surrogates, \u0000, numbers that overflow a double, integers beyond 64 bits, and
 * what is over the caps. */
#ifndef PLAYBOOK_BASE_JSON_H
#define PLAYBOOK_BASE_JSON_H

#include "service/base/error.h"
#include "service/base/text.h"

#include <json-c/json_object.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    JSON_SIZE_MAX = 64 << 20, /* json-c takes about 16 times that in memory */
    JSON_DEPTH_MAX = 32,
    JSON_NUMBER_LENGTH_MAX = 32,
};

/* Scans and parses. The result is freed with json_object_put. An error (kind data; limit for a text
 * over JSON_SIZE_MAX) begins with "line 3, column 14: ", columns counted in characters. NULL with
 * the error untouched never happens: a document that is `null` is an error. */
struct json_object *json_parse(const char *bytes, size_t size, struct error *error);

/* Appends a string in quotes. Escaped: quotes, backslashes, control characters, and U+2028 and
 * U+2029, which end a line in JavaScript. Bytes that are not UTF-8 become U+FFFD, each one. */
void json_append_string(struct text *text, const char *string);

/* In shortest form; NaN and infinity as null. */
void json_append_double(struct text *text, double value);

/* Fixed point, as a number, with at least decimals_min decimals. */
void json_append_decimal(struct text *text, int64_t value, int decimals, int decimals_min);

#endif
