/* JSON: what the scan accepts json-c parses, and what is written of it is the same document; what
 * the scan refuses though json-c would take it is on the list in json.h. What json_append_* write,
 * json_parse reads. */
#include "service/base/decimal.h"
#include "service/base/json.h"
#include "service/base/json_scan.h"
#include "tests/fuzz/fuzz.h"

#include <json-c/json.h>
#include <stdlib.h>

/* Why the scan refuses more than json-c does, as its messages say it; json-c takes NaN and
 * Infinity, "-.1", "1." and "00", and overlong UTF-8. */
static const char *const stricter[] = {
    "an integer beyond 64 bits",
    "a number too large",
    "a number of ",
    "a number with a zero in front",
    "a digit behind the minus sign",
    "a digit behind the decimal point",
    "expected a value, found N",
    "expected a value, found I",
    "nested more than",
    "in this object twice",
    "surrogate",
    "character \\u0000",
    "the control character",
    "is not valid UTF-8 here",
};

static bool is_stricter(const char *message)
{
    for (size_t i = 0; i < sizeof stricter / sizeof *stricter; i++)
        if (strstr(message, stricter[i]) != NULL)
            return true;
    return false;
}

/* What json-c alone says, as strict as it can be. */
static bool accepted_by_json_c(const char *bytes, size_t size)
{
    struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *document = json_tokener_parse_ex(tokener, bytes, (int)size);
    bool whole = json_tokener_get_parse_end(tokener) == size;
    if (json_tokener_get_error(tokener) == json_tokener_continue)
        document = json_tokener_parse_ex(tokener, "", 1);
    bool accepted = whole && json_tokener_get_error(tokener) == json_tokener_success;
    json_object_put(document);
    json_tokener_free(tokener);
    return accepted;
}

static struct json_object *parse(const char *bytes, size_t size)
{
    struct error error = { 0 };
    struct json_object *document = json_parse(bytes, size, &error);
    if (document == NULL)
        fprintf(stderr, "%.*s: %s\n", (int)size, bytes, error.message);
    assert(document != NULL);
    return document;
}

static void assert_document(const char *bytes, size_t size)
{
    struct error scan_error = { 0 }, error = { 0 };
    bool scanned = json_scan(bytes, size, &scan_error);
    struct json_object *document = json_parse(bytes, size, &error);
    if (document != NULL) {
        assert(scanned);
        assert_no_error(&scan_error);
        assert_no_error(&error);
        const char *written = json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN);
        struct json_object *again = parse(written, strlen(written));
        assert(json_object_equal(document, again));
        json_object_put(again);
        json_object_put(document);
        return;
    }
    assert_error(&error, "line ");
    if (scanned) {
        assert(strstr(error.message, "the document is null") != NULL);
    } else {
        assert(strcmp(scan_error.message, error.message) == 0);
        if (accepted_by_json_c(bytes, size) && !is_stricter(error.message)) {
            fprintf(stderr, "json-c takes it, the scan says: %s\n", error.message);
            abort();
        }
    }
}

/* Valid UTF-8 comes back as it was. */
static void assert_string(const char *bytes, size_t size)
{
    char *string = strndup(bytes, size);
    bool valid = true;
    for (size_t i = 0, length; valid && string[i] != '\0'; i += length) {
        length = utf8_length(string + i, strlen(string + i));
        valid = length > 0;
    }
    struct text text = { 0 };
    json_append_string(&text, string);
    struct json_object *document = parse(text.bytes, text.size);
    assert(!valid || strcmp(json_object_get_string(document), string) == 0);
    json_object_put(document);
    text_release(&text);
    free(string);
}

static void assert_number(const char *bytes, size_t size)
{
    double value;
    if (size < sizeof value)
        return;
    memcpy(&value, bytes, sizeof value);
    struct text text = { 0 };
    text_append(&text, "[");
    json_append_double(&text, value);
    text_append(&text, "]");
    struct json_object *document = parse(text.bytes, text.size);
    struct json_object *number = json_object_array_get_idx(document, 0);
    if (isfinite(value))
        assert(json_object_get_double(number) == value);
    else
        assert(number == NULL);
    json_object_put(document);
    text_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    assert_document((const char *)bytes, size);
    assert_string((const char *)bytes, size);
    assert_number((const char *)bytes, size);
    return 0;
}
