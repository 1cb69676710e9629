#include "service/base/json_pull.h"

#include "service/base/decimal.h"
#include "service/base/json_scan.h"

#include <string.h>

struct json_pull json_pull_begin(const char *bytes, size_t size)
{
    return (struct json_pull) { bytes, bytes + size };
}

static bool is_space(char character)
{
    return character == ' ' || character == '\n' || character == '\r' || character == '\t';
}

char json_pull_peek(struct json_pull *pull)
{
    while (pull->next < pull->end && is_space(*pull->next))
        pull->next++;
    return pull->next < pull->end ? *pull->next : '\0';
}

static bool take(struct json_pull *pull, char character)
{
    if (json_pull_peek(pull) != character)
        return false;
    pull->next++;
    return true;
}

bool json_pull_enter(struct json_pull *pull, char bracket)
{
    return take(pull, bracket);
}

/* A comma is there between two of them and nowhere else, so that nothing need be remembered. */
bool json_pull_element(struct json_pull *pull)
{
    take(pull, ',');
    return !take(pull, ']');
}

bool json_pull_member(struct json_pull *pull, struct json_text *ret_key)
{
    take(pull, ',');
    return !take(pull, '}') && json_pull_string(pull, ret_key) && take(pull, ':');
}

bool json_pull_string(struct json_pull *pull, struct json_text *ret_text)
{
    if (!take(pull, '"'))
        return false;
    struct json_text text = { .bytes = pull->next };
    for (; *pull->next != '"'; pull->next++) {
        if (*pull->next == '\\') {
            text.is_escaped = true;
            pull->next++;
        }
    }
    text.size = (size_t)(pull->next - text.bytes);
    pull->next++;
    *ret_text = text;
    return true;
}

static bool ends_word(char character)
{
    return character == ',' || character == '}' || character == ']' || is_space(character);
}

/* A number, true, false or null. */
static void skip_word(struct json_pull *pull)
{
    while (pull->next < pull->end && !ends_word(*pull->next))
        pull->next++;
}

bool json_pull_number(struct json_pull *pull, struct json_text *ret_number)
{
    char first = json_pull_peek(pull);
    if (first != '-' && (first < '0' || first > '9'))
        return false;
    const char *begin = pull->next;
    skip_word(pull);
    *ret_number = (struct json_text) { .bytes = begin, .size = (size_t)(pull->next - begin) };
    return true;
}

bool json_pull_double(struct json_pull *pull, double *ret_value)
{
    struct json_text number;
    return json_pull_number(pull, &number) && double_parse(number.bytes, number.size, ret_value);
}

bool json_pull_integer(struct json_pull *pull, int64_t *ret_value)
{
    struct json_pull ahead = *pull;
    struct json_text number;
    if (!json_pull_number(&ahead, &number) || memchr(number.bytes, '.', number.size) != NULL ||
        !decimal_parse(number.bytes, number.size, 0, ret_value))
        return false;
    *pull = ahead;
    return true;
}

bool json_pull_null(struct json_pull *pull)
{
    if (json_pull_peek(pull) != 'n')
        return false;
    skip_word(pull);
    return true;
}

void json_pull_skip(struct json_pull *pull)
{
    size_t depth = 0;
    do {
        struct json_text text;
        char first = json_pull_peek(pull);
        if (json_pull_string(pull, &text))
            continue;
        depth += first == '{' || first == '[';
        depth -= first == '}' || first == ']';
        if (first != '\0' && strchr("{}[],:", first) != NULL)
            pull->next++;
        else
            skip_word(pull);
    } while (depth > 0);
}

bool json_text_is(const struct json_text *text, const char *string)
{
    if (!text->is_escaped)
        return strncmp(string, text->bytes, text->size) == 0 && string[text->size] == '\0';
    struct text meant = { 0 };
    json_text_append(text, &meant);
    bool is_same = strcmp(text_string(&meant), string) == 0;
    text_release(&meant);
    return is_same;
}

void json_text_append(const struct json_text *text, struct text *target)
{
    if (text->is_escaped)
        json_scan_decode(text->bytes - 1, text->size + 2, target);
    else
        text_append_bytes(target, text->bytes, text->size);
}
