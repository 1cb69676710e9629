#include "service/base/json_scan.h"

#include "service/base/decimal.h"
#include "service/base/json.h"
#include "service/base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INTEGER_SAFE_LENGTH = 18, /* so long, sign and all, they are below 2^63 */
    KEYS_UNSORTED_MAX = 16,   /* up to here comparing each with each is faster than sorting */
    KEY_SHOWN_MAX = 60,
    PROBLEM_SIZE = 256,
};

/* A key of an object that is still open; two keys are the same if they mean the same: "a" and
 * "\u0061". What they mean is in `names`. */
struct key {
    size_t name_begin, name_size;
    const char *source; /* as it is in the text, quotes and all */
    size_t source_size;
};

struct scan {
    const char *begin, *next, *end;
    int depth;
    struct key *keys; /* of all open objects, the innermost one's last */
    size_t key_count, key_capacity;
    struct text names;
    struct error *error;
};

size_t utf8_length(const char *bytes, size_t size)
{
    const unsigned char *byte = (const unsigned char *)bytes;
    if (size == 0)
        return 0;
    if (byte[0] < 0x80)
        return 1;
    size_t length = byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;
    if (byte[0] < 0xC2 || byte[0] > 0xF4 || size < length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
    /* The second byte tells overlong forms, surrogates and what is beyond U+10FFFF. */
    bool valid = !(byte[0] == 0xE0 && byte[1] < 0xA0) && !(byte[0] == 0xED && byte[1] >= 0xA0) &&
                 !(byte[0] == 0xF0 && byte[1] < 0x90) && !(byte[0] == 0xF4 && byte[1] >= 0x90);
    return valid ? length : 0;
}

static bool fail_at(struct scan *scan, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail_at(struct scan *scan, const char *at, const char *format, ...)
{
    size_t line = 1, column = 1;
    for (const char *byte = scan->begin; byte < at; byte++) {
        if (*byte == '\n') {
            line++;
            column = 1;
        } else {
            column += ((unsigned char)*byte & 0xC0) != 0x80;
        }
    }
    char problem[PROBLEM_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem, sizeof problem, format, arguments);
    va_end(arguments);
    return error_set(scan->error, ERROR_DATA, "line %zu, column %zu: %s", line, column, problem);
}

static bool expected(struct scan *scan, const char *what)
{
    if (scan->next == scan->end)
        return fail_at(scan, scan->next, "expected %s, but the text ends", what);
    unsigned char found = (unsigned char)*scan->next;
    if (found > ' ' && found < 0x7F)
        return fail_at(scan, scan->next, "expected %s, found %c", what, found);
    return fail_at(scan, scan->next, "expected %s, found the byte 0x%02x", what, found);
}

static void skip_space(struct scan *scan)
{
    while (scan->next < scan->end && (*scan->next == ' ' || *scan->next == '\n' ||
                                      *scan->next == '\r' || *scan->next == '\t'))
        scan->next++;
}

static bool at(const struct scan *scan, char character)
{
    return scan->next < scan->end && *scan->next == character;
}

/* Skips white space, and the character if it is next. */
static bool take(struct scan *scan, char character)
{
    skip_space(scan);
    if (!at(scan, character))
        return false;
    scan->next++;
    return true;
}

static bool at_digit(const struct scan *scan)
{
    return scan->next < scan->end && *scan->next >= '0' && *scan->next <= '9';
}

static bool scan_digits(struct scan *scan, const char *where)
{
    if (!at_digit(scan))
        return expected(scan, where);
    while (at_digit(scan))
        scan->next++;
    return true;
}

/* Without an exponent, a number of the length allowed is far from overflowing. */
static bool check_number(struct scan *scan, const char *number, bool integer, bool exponent)
{
    size_t length = (size_t)(scan->next - number);
    if (length > JSON_NUMBER_LENGTH_MAX)
        return fail_at(scan, number, "a number of %zu characters; at most %d are read", length,
                       JSON_NUMBER_LENGTH_MAX);
    if (integer && length > INTEGER_SAFE_LENGTH) {
        int64_t value;
        if (!decimal_parse(number, length, 0, &value))
            return fail_at(scan, number, "an integer beyond 64 bits");
    } else if (exponent) {
        double value;
        if (!double_parse(number, length, &value) || !isfinite(value))
            return fail_at(scan, number, "a number too large for a double");
    }
    return true;
}

static bool scan_number(struct scan *scan)
{
    const char *number = scan->next;
    bool integer = true, exponent = false;
    if (at(scan, '-'))
        scan->next++;
    const char *first = scan->next;
    if (!scan_digits(scan, "a digit behind the minus sign"))
        return false;
    if (*first == '0' && scan->next - first > 1)
        return fail_at(scan, first, "a number with a zero in front");
    if (at(scan, '.')) {
        integer = false;
        scan->next++;
        if (!scan_digits(scan, "a digit behind the decimal point"))
            return false;
    }
    if (at(scan, 'e') || at(scan, 'E')) {
        integer = false;
        exponent = true;
        scan->next++;
        if (at(scan, '+') || at(scan, '-'))
            scan->next++;
        if (!scan_digits(scan, "a digit in the exponent"))
            return false;
    }
    return check_number(scan, number, integer, exponent);
}

static int hexadecimal_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* The four digits behind "\u". */
static bool scan_code_unit(struct scan *scan, uint32_t *ret_unit)
{
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++, scan->next++) {
        int value = scan->next < scan->end ? hexadecimal_value(*scan->next) : -1;
        if (value < 0)
            return expected(scan, "four hexadecimal digits behind \\u");
        unit = unit * 16 + (uint32_t)value;
    }
    *ret_unit = unit;
    return true;
}

static void append_character(struct text *text, uint32_t code)
{
    if (code < 0x80) {
        text_append_character(text, (char)code);
        return;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    uint32_t lead = more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0;
    text_append_character(text, (char)(lead | code >> 6 * more));
    while (more-- > 0)
        text_append_character(text, (char)(0x80 | (code >> 6 * more & 0x3F)));
}

/* Behind "\u". A character beyond U+FFFF is a pair of surrogates, each escaped. */
static bool scan_unicode_escape(struct scan *scan, const char *escape, struct text *decoded)
{
    uint32_t code, low;
    if (!scan_code_unit(scan, &code))
        return false;
    if (code == 0)
        return fail_at(scan, escape, "the character \\u0000 is not allowed");
    if (code >= 0xDC00 && code <= 0xDFFF)
        return fail_at(scan, escape, "a low surrogate without a high one in front");
    if (code >= 0xD800 && code <= 0xDBFF) {
        if (scan->end - scan->next < 2 || memcmp(scan->next, "\\u", 2) != 0)
            return fail_at(scan, escape, "a high surrogate without a low one behind");
        scan->next += 2;
        if (!scan_code_unit(scan, &low))
            return false;
        if (low < 0xDC00 || low > 0xDFFF)
            return fail_at(scan, escape, "a high surrogate without a low one behind");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    if (decoded)
        append_character(decoded, code);
    return true;
}

static bool scan_escape(struct scan *scan, struct text *decoded)
{
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *escape = scan->next++;
    if (at(scan, 'u')) {
        scan->next++;
        return scan_unicode_escape(scan, escape, decoded);
    }
    bool named = scan->next < scan->end && *scan->next != '\0';
    const char *name = named ? strchr(names, *scan->next) : NULL;
    if (name == NULL)
        return expected(scan, "one of \" \\ / b f n r t u behind a backslash");
    scan->next++;
    if (decoded)
        text_append_character(decoded, meanings[name - names]);
    return true;
}

/* Skips what stands for itself. */
static void skip_plain(struct scan *scan)
{
    const char *next = scan->next;
    while (next < scan->end) {
        unsigned char byte = (unsigned char)*next;
        if (byte < ' ' || byte == '"' || byte == '\\')
            break;
        size_t length = byte < 0x80 ? 1 : utf8_length(next, (size_t)(scan->end - next));
        if (length == 0)
            break;
        next += length;
    }
    scan->next = next;
}

/* At the opening quote. What the string means is appended to `decoded` unless that is NULL. */
static bool scan_string(struct scan *scan, struct text *decoded)
{
    const char *string = scan->next++;
    for (;;) {
        const char *plain = scan->next;
        skip_plain(scan);
        if (decoded)
            text_append_bytes(decoded, plain, (size_t)(scan->next - plain));
        if (scan->next == scan->end)
            return fail_at(scan, string, "a string without its closing quote");
        if (at(scan, '"')) {
            scan->next++;
            return true;
        }
        unsigned char byte = (unsigned char)*scan->next;
        if (byte < ' ')
            return fail_at(scan, scan->next,
                           "the control character 0x%02x in a string; "
                           "it must be escaped",
                           byte);
        if (byte != '\\')
            return fail_at(scan, scan->next, "the byte 0x%02x is not valid UTF-8 here", byte);
        if (!scan_escape(scan, decoded))
            return false;
    }
}

static int compare_keys(const void *a, const void *b, void *names)
{
    const struct key *left = a, *right = b;
    if (left->name_size != right->name_size)
        return left->name_size < right->name_size ? -1 : 1;
    const char *bytes = text_string(names);
    return memcmp(bytes + left->name_begin, bytes + right->name_begin, left->name_size);
}

/* The keys from `first` on belong to an object that ends here. */
static bool check_keys(struct scan *scan, size_t first)
{
    struct key *keys = scan->keys + first;
    size_t count = scan->key_count - first;
    size_t window = count; /* how far behind a key its like may be */
    if (count > KEYS_UNSORTED_MAX) {
        qsort_r(keys, count, sizeof *keys, compare_keys, &scan->names);
        window = 1;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count && j <= i + window; j++) {
            if (compare_keys(&keys[i], &keys[j], &scan->names) != 0)
                continue;
            const struct key *later = keys[i].source > keys[j].source ? &keys[i] : &keys[j];
            bool long_key = later->source_size > KEY_SHOWN_MAX;
            return fail_at(scan, later->source, "the key %.*s%s is in this object twice",
                           long_key ? KEY_SHOWN_MAX : (int)later->source_size, later->source,
                           long_key ? "..." : "");
        }
    }
    return true;
}

static bool scan_value(struct scan *scan);

static bool scan_member(struct scan *scan)
{
    skip_space(scan);
    if (!at(scan, '"'))
        return expected(scan, "a key in double quotes");
    struct key key = { .name_begin = scan->names.size, .source = scan->next };
    if (!scan_string(scan, &scan->names))
        return false;
    key.name_size = scan->names.size - key.name_begin;
    key.source_size = (size_t)(scan->next - key.source);
    scan->keys = memory_grow(scan->keys, scan->key_count, &scan->key_capacity, sizeof key);
    scan->keys[scan->key_count++] = key;
    if (!take(scan, ':'))
        return expected(scan, "a colon behind the key");
    return scan_value(scan);
}

static bool scan_object(struct scan *scan)
{
    size_t first_key = scan->key_count, names_size = scan->names.size;
    scan->next++;
    if (take(scan, '}'))
        return true;
    do {
        if (!scan_member(scan))
            return false;
    } while (take(scan, ','));
    if (!take(scan, '}'))
        return expected(scan, "a comma or } behind the value");
    if (!check_keys(scan, first_key))
        return false;
    scan->key_count = first_key;
    scan->names.size = names_size;
    return true;
}

static bool scan_array(struct scan *scan)
{
    scan->next++;
    if (take(scan, ']'))
        return true;
    do {
        if (!scan_value(scan))
            return false;
    } while (take(scan, ','));
    return take(scan, ']') || expected(scan, "a comma or ] behind the value");
}

static bool scan_nested(struct scan *scan)
{
    if (scan->depth == JSON_DEPTH_MAX)
        return fail_at(scan, scan->next, "nested more than %d deep", JSON_DEPTH_MAX);
    scan->depth++;
    bool good = at(scan, '{') ? scan_object(scan) : scan_array(scan);
    scan->depth--;
    return good;
}

static bool take_word(struct scan *scan, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(scan->end - scan->next) < length || memcmp(scan->next, word, length) != 0)
        return false;
    scan->next += length;
    return true;
}

static bool scan_value(struct scan *scan)
{
    skip_space(scan);
    if (at(scan, '{') || at(scan, '['))
        return scan_nested(scan);
    if (at(scan, '"'))
        return scan_string(scan, NULL);
    if (at(scan, '-') || at_digit(scan))
        return scan_number(scan);
    return take_word(scan, "true") || take_word(scan, "false") || take_word(scan, "null") ||
           expected(scan, "a value");
}

bool json_scan(const char *bytes, size_t size, struct error *error)
{
    struct scan scan = { .begin = bytes, .next = bytes, .end = bytes + size, .error = error };
    bool good = scan_value(&scan);
    skip_space(&scan);
    if (good && scan.next < scan.end)
        good = expected(&scan, "nothing behind the document");
    free(scan.keys);
    text_release(&scan.names);
    return good;
}

void json_scan_decode(const char *quote, size_t size, struct text *text)
{
    struct error error = { 0 };
    struct scan scan = { .begin = quote, .next = quote, .end = quote + size, .error = &error };
    bool good = scan_string(&scan, text);
    assert(good);
}
