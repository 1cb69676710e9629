/* Alpaca's replies: whatever comes, a page is read or refused with a sentence, and what is read was
 * asked for. What the scan has passed, the walk over it reads as json-c does. */
#include "service/base/json.h"
#include "service/base/json_pull.h"
#include "service/base/json_scan.h"
#include "service/feeds/alpaca_actions.h"
#include "service/feeds/alpaca_error.h"
#include "service/feeds/alpaca_page.h"
#include "tests/fuzz/fuzz.h"

#include <json-c/json.h>

#define DAY_US_OF(date) ((date)*INT64_C(86400000000))

/* Bars of 2021 and 2022, as in the recorded replies. */
static const int64_t begin_us = DAY_US_OF(18628), end_us = DAY_US_OF(19358);

static void assert_refusal(const struct error *error)
{
    assert_error(error, "");
    assert(error->kind == ERROR_PROVIDER);
}

static void assert_page(const char *bytes, size_t size, const char *symbol, bool is_daily)
{
    const char *const symbols[] = { symbol, "AAPL" };
    struct alpaca_wanted wanted = {
        symbols, 2, is_daily, symbol_calendar(symbol), begin_us, end_us
    };
    struct alpaca_rows rows[2] = { 0 };
    char token[ALPACA_TOKEN_SIZE];
    size_t bar_count = 0;
    struct error error = { 0 };
    if (alpaca_page_read(bytes, size, &wanted, rows, token, &bar_count, &error)) {
        assert_no_error(&error);
        assert(memchr(token, '\0', sizeof token) != NULL);
        assert(rows[0].series.count + rows[0].dropped + rows[1].series.count + rows[1].dropped ==
               bar_count);
    } else {
        assert_refusal(&error);
    }
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < rows[i].series.count; j++) {
            const struct bar *bar = &rows[i].series.bars[j];
            assert(bar->open_time_us >= begin_us && bar->open_time_us < end_us);
            assert(!is_daily || bar->open_time_us % DAY_US_OF(1) == 0);
            assert(isfinite(bar->open) && isfinite(bar->high) && isfinite(bar->low) &&
                   isfinite(bar->close) && isfinite(bar->volume) && bar->trade_count >= -1);
        }
        series_release(&rows[i].series);
    }
}

static void assert_actions(const char *bytes, size_t size)
{
    struct alpaca_actions actions = { 0 };
    char token[ALPACA_TOKEN_SIZE];
    struct error error = { 0 };
    if (!alpaca_actions_read(bytes, size, &actions, token, &error))
        assert_refusal(&error);
    for (size_t i = 0; i < actions.count; i++)
        assert(actions.actions[i].symbol[0] != '\0' && actions.actions[i].new_shares >= 0);
    alpaca_actions_release(&actions);
}

static void assert_refusals(const char *bytes, size_t size)
{
    for (int status = 400; status < 404; status++) {
        struct http_response response = {
            .status = status, .content_type = "", .request_id = "", .body = bytes, .body_size = size
        };
        char symbol[SYMBOL_TEXT_SIZE];
        struct error error = { 0 };
        if (alpaca_error_symbol(&response, symbol))
            assert(status == 400 && symbol[0] != '\0');
        assert(!alpaca_error_set(&response, "here", &error));
        assert_error(&error, "here: ");
    }
}

static void assert_same_value(struct json_pull *pull, struct json_object *expected);

static void assert_same_members(struct json_pull *pull, struct json_object *expected)
{
    struct json_text key;
    int count = 0;
    for (; json_pull_member(pull, &key); count++) {
        struct text name = { 0 };
        struct json_object *value;
        json_text_append(&key, &name);
        assert(json_object_object_get_ex(expected, text_string(&name), &value));
        text_release(&name);
        assert_same_value(pull, value);
    }
    assert(count == json_object_object_length(expected));
}

static void assert_same_value(struct json_pull *pull, struct json_object *expected)
{
    struct json_text text;
    double value;
    switch (json_object_get_type(expected)) {
    case json_type_object:
        assert(json_pull_enter(pull, '{'));
        assert_same_members(pull, expected);
        return;
    case json_type_array:
        assert(json_pull_enter(pull, '['));
        for (size_t i = 0; i < json_object_array_length(expected); i++) {
            assert(json_pull_element(pull));
            assert_same_value(pull, json_object_array_get_idx(expected, i));
        }
        assert(!json_pull_element(pull));
        return;
    case json_type_string:
        assert(json_pull_string(pull, &text));
        assert(json_text_is(&text, json_object_get_string(expected)));
        return;
    case json_type_double:
    case json_type_int:
        assert(json_pull_double(pull, &value));
        assert(value == json_object_get_double(expected));
        return;
    case json_type_boolean:
    case json_type_null:
        assert(json_pull_peek(pull) == json_object_to_json_string(expected)[0]);
        json_pull_skip(pull);
    }
}

static void assert_walk(const char *bytes, size_t size)
{
    struct error error = { 0 };
    struct json_object *expected = json_parse(bytes, size, &error);
    if (expected == NULL)
        return;
    struct json_pull pull = json_pull_begin(bytes, size);
    assert_same_value(&pull, expected);
    assert(json_pull_peek(&pull) == '\0');
    pull = json_pull_begin(bytes, size);
    json_pull_skip(&pull);
    assert(json_pull_peek(&pull) == '\0');
    json_object_put(expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    const char *bytes = (const char *)input;
    assert_walk(bytes, size);
    assert_page(bytes, size, "META", true);
    assert_page(bytes, size, "AMZN", false);
    assert_page(bytes, size, "BCH/USD", false);
    assert_actions(bytes, size);
    assert_refusals(bytes, size);
    return 0;
}
