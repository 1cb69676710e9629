/* The strict half of json.h: is this text a JSON document that everybody reads the same way? */
#ifndef PLAYBOOK_BASE_JSON_SCAN_H
#define PLAYBOOK_BASE_JSON_SCAN_H

#include "service/base/error.h"
#include "service/base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* One pass over the text, by RFC 8259 and the further rules in json.h. The error (kind data) says
 * where, what was expected and what is there. */
bool json_scan(const char *bytes, size_t size, struct error *error);

/* Appends what a string of such a document means; `quote` is its opening quote. */
void json_scan_decode(const char *quote, size_t size, struct text *text);

/* The length in bytes (1..4) of the UTF-8 character at the front; 0 if it is not valid there:
 * cut off, overlong, a surrogate, beyond U+10FFFF. */
size_t utf8_length(const char *bytes, size_t size);

#endif
