#include "service/feeds/alpaca_actions.h"

#include "service/base/date.h"
#include "service/base/file.h"
#include "tests/support/http_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SPLIT(symbol, ex, process, new_rate, old_rate)                                             \
    "{\"id\":\"x\",\"symbol\":\"" symbol "\",\"ex_date\":\"" ex "\",\"process_date\":\"" process   \
    "\",\"new_rate\":" new_rate ",\"old_rate\":" old_rate "}"
#define REPLY(groups) "{\"corporate_actions\":{" groups "},\"next_page_token\":null}"

static struct alpaca_actions read(const char *body)
{
    struct alpaca_actions actions = { 0 };
    char token[ALPACA_TOKEN_SIZE];
    struct error error = { 0 };
    if (!alpaca_actions_read(body, strlen(body), &actions, token, &error))
        fail_msg("%s: %s", body, error.message);
    return actions;
}

/* "FBL 2024-03-13 2024-03-13 5", a line for each. */
static void assert_actions(struct alpaca_actions *actions, const char *expected)
{
    struct text text = { 0 };
    for (size_t i = 0; i < actions->count; i++) {
        const struct alpaca_action *action = &actions->actions[i];
        char ex[DATE_TEXT_SIZE], process[DATE_TEXT_SIZE];
        text_format(&text, "%s %s %s %g\n", action->symbol, date_format(action->ex_date, ex),
                    date_format(action->process_date, process), action->new_shares);
    }
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
    alpaca_actions_release(actions);
}

static void recorded_splits_are_read_and_name_changes_are_not(void **state)
{
    (void)state;
    struct file_view view;
    struct error error = { 0 };
    struct alpaca_actions actions = { 0 };
    char token[ALPACA_TOKEN_SIZE] = "x";
    assert_true(file_view_open("tests/data/alpaca/corporate_actions.json", &view, &error));
    if (!alpaca_actions_read(view.bytes, view.size, &actions, token, &error))
        fail_msg("%s", error.message);
    file_view_close(&view);
    assert_string_equal(token, "");
    assert_actions(&actions, "FBL 2024-03-13 2024-03-13 5\nNVDL 2024-03-13 2024-03-13 6\n");
}

static void every_kind_that_moves_prices_is_read(void **state)
{
    (void)state;
    struct alpaca_actions actions = read(REPLY("\"reverse_splits\":[" SPLIT(
        "GE", "2021-08-02", "2021-08-03", "1",
        "8") "],"
             "\"stock_dividends\":[{\"symbol\":\"A\",\"rate\":0.05,\"process_date\":\"2024-01-03\","
             "\"ex_date\":\"2024-01-02\"}],"
             "\"cash_dividends\":[{\"symbol\":\"B\",\"rate\":0.24,\"special\":false,"
             "\"process_date\":\"2024-01-03\",\"ex_date\":\"2024-01-02\"}],"
             "\"spin_offs\":[{\"source_symbol\":\"C\",\"new_symbol\":\"D\",\"new_rate\":1,"
             "\"source_rate\":3,\"process_date\":\"2024-01-03\",\"ex_date\":\"2024-01-02\"}]"));
    assert_actions(&actions, "GE 2021-08-02 2021-08-03 0.125\n"
                             "A 2024-01-02 2024-01-03 0\n"
                             "B 2024-01-02 2024-01-03 0\n"
                             "C 2024-01-02 2024-01-03 0\n");
}

static void no_actions_has_many_forms(void **state)
{
    (void)state;
    static const char *const forms[] = {
        REPLY(""),
        "{\"corporate_actions\":null,\"next_page_token\":null}",
        "{\"next_page_token\":null}",
        REPLY("\"forward_splits\":[],\"reverse_splits\":null"),
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct alpaca_actions actions = read(forms[i]);
        assert_actions(&actions, "");
    }
}

static void assert_refused(const char *body, const char *message)
{
    struct alpaca_actions actions = { 0 };
    char token[ALPACA_TOKEN_SIZE];
    struct error error = { 0 };
    assert_false(alpaca_actions_read(body, strlen(body), &actions, token, &error));
    assert_string_equal(error.message, message);
    assert_int_equal(error.kind, ERROR_PROVIDER);
    alpaca_actions_release(&actions);
}

static void what_is_not_whole_is_an_error(void **state)
{
    (void)state;
    static const char split[] = "one of the forward_splits is no object with symbol, ex_date, "
                                "process_date, new_rate and old_rate";
    assert_refused("{\"corporate_actions\":{", "the reply is not JSON: line 1, column 23: expected "
                                               "a key in double quotes, but the text ends");
    assert_refused("{}", "the reply has no \"corporate_actions\"");
    assert_refused("{\"corporate_actions\":[]}",
                   "\"corporate_actions\" is not an object of groups");
    assert_refused(REPLY("\"forward_splits\":{}"), "the forward_splits are not an array");
    assert_refused(REPLY("\"forward_splits\":[1]"), split);
    assert_refused(REPLY("\"forward_splits\":[{}]"), split);
    static const char *const splits[] = {
        REPLY("\"forward_splits\":[" SPLIT("", "2024-01-02", "2024-01-02", "2", "1") "]"),
        REPLY("\"forward_splits\":[" SPLIT("A", "2024-01-32", "2024-01-02", "2", "1") "]"),
        REPLY("\"forward_splits\":[" SPLIT("A", "2024-01-02", "", "2", "1") "]"),
        REPLY("\"forward_splits\":[" SPLIT("A", "2024-01-02", "2024-01-02", "\"2\"", "1") "]"),
        REPLY("\"forward_splits\":[" SPLIT("A", "2024-01-02", "2024-01-02", "0", "1") "]"),
        REPLY("\"forward_splits\":[" SPLIT("A", "2024-01-02", "2024-01-02", "2", "0") "]"),
        REPLY("\"forward_splits\":[{\"symbol\":\"A\",\"ex_date\":\"2024-01-02\"}]"),
    };
    for (size_t i = 0; i < sizeof splits / sizeof *splits; i++)
        assert_refused(splits[i], split);
    assert_refused(REPLY("\"spin_offs\":[{\"symbol\":\"A\",\"ex_date\":\"2024-01-02\","
                         "\"process_date\":\"2024-01-02\"}]"),
                   "one of the spin_offs is no object with source_symbol, ex_date, process_date");
}

static void an_action_since_a_date_counts_by_either_of_its_dates(void **state)
{
    (void)state;
    struct alpaca_actions actions = read(
        REPLY("\"forward_splits\":[" SPLIT("A", "2024-06-10", "2024-06-07", "2", "1") "," SPLIT(
            "B", "2024-06-10", "2024-06-12", "2", "1") "]"));
    assert_true(alpaca_actions_since(&actions, "A", date_from_civil(2024, 6, 9)));
    assert_true(alpaca_actions_since(&actions, "A", date_from_civil(2024, 6, 10)));
    assert_false(alpaca_actions_since(&actions, "A", date_from_civil(2024, 6, 11)));
    assert_true(alpaca_actions_since(&actions, "B", date_from_civil(2024, 6, 12)));
    assert_false(alpaca_actions_since(&actions, "B", date_from_civil(2024, 6, 13)));
    assert_false(alpaca_actions_since(&actions, "C", date_from_civil(2024, 6, 1)));
    alpaca_actions_release(&actions);
}

static void assert_shares(const struct alpaca_actions *actions, const char *symbol, int month,
                          int day, double shares)
{
    int32_t today = date_from_civil(2024, 9, 1);
    assert_true(alpaca_actions_shares_since(actions, symbol, date_from_civil(2024, month, day),
                                            today) == shares);
}

/* On its ex-date a split is in the prices already; one of the future is in nobody's yet. */
static void shares_multiply_by_the_splits_since(void **state)
{
    (void)state;
    struct alpaca_actions actions = read(
        REPLY("\"forward_splits\":[" SPLIT("A", "2024-03-11", "2024-03-14", "2", "1") "," //
              SPLIT("B", "2024-04-01", "2024-04-01", "7", "1") ","                        //
              SPLIT("A", "2024-06-10", "2024-06-07", "10", "1") ","                       //
              SPLIT("A", "2024-09-02", "2024-08-30", "3",
                    "1") "]," //
                         "\"reverse_splits\":[" SPLIT(
                             "A", "2024-09-01", "2024-09-01", "1",
                             "4") "],"
                                  "\"stock_dividends\":[{\"symbol\":\"A\",\"rate\":0.05,"
                                  "\"process_date\":\"2024-07-03\",\"ex_date\":\"2024-07-02\"}]"));
    assert_shares(&actions, "A", 3, 10, 5);
    assert_shares(&actions, "A", 3, 11, 2.5);
    assert_shares(&actions, "A", 6, 9, 2.5);
    assert_shares(&actions, "A", 6, 10, 0.25);
    assert_shares(&actions, "A", 8, 31, 0.25);
    assert_shares(&actions, "A", 9, 1, 1);
    assert_shares(&actions, "B", 1, 2, 7);
    assert_shares(&actions, "C", 1, 2, 1);
    alpaca_actions_release(&actions);
}

static void a_split_that_is_told_twice_counts_once(void **state)
{
    (void)state;
    struct alpaca_actions actions =
        read(REPLY("\"forward_splits\":[" SPLIT("A", "2024-06-10", "2024-06-10", "10", "1") "," //
                   SPLIT("B", "2024-06-10", "2024-06-10", "2", "1") ","                         //
                   SPLIT("A", "2024-06-10", "2024-06-11", "10",
                         "1") "]," //
                              "\"stock_dividends\":[{\"symbol\":\"A\",\"rate\":0.05,"
                              "\"process_date\":\"2024-06-10\",\"ex_date\":\"2024-06-10\"}]"));
    assert_shares(&actions, "A", 6, 9, 10);
    assert_shares(&actions, "B", 6, 9, 2);
    alpaca_actions_release(&actions);
}

/* ...booked a month late, on the second page. */
static void answer_two_pages(void *context, const char *url, struct http_fake_answer *ret_answer)
{
    (void)context;
    ret_answer->status = 200;
    if (http_fake_parameter(url, "page_token")[0] == '\0')
        text_append(&ret_answer->body,
                    "{\"corporate_actions\":{\"forward_splits\":["         //
                    SPLIT("QQQ", "2024-05-31", "2024-05-31", "2", "1") "," //
                    SPLIT("QQQ", "2024-06-01", "2024-06-01", "3", "1")     //
                    "]},\"next_page_token\":\"a/b=\"}");
    else
        text_append(&ret_answer->body,
                    REPLY("\"reverse_splits\":["                                 //
                          SPLIT("SPY", "2024-06-30", "2024-07-30", "1", "4") "," //
                          SPLIT("SPY", "2024-07-01", "2024-07-01", "1", "5") "]"));
}

static const char *const symbols[] = { "QQQ", "SPY" };

static struct alpaca_actions_request june(enum adjustment adjustment)
{
    return (struct alpaca_actions_request) {
        .symbols = symbols,
        .symbol_count = 2,
        .adjustment = adjustment,
        .first_date = date_from_civil(2024, 6, 1),
        .last_date = date_from_civil(2024, 6, 30),
        .deadline_us = 77,
    };
}

static void the_actions_between_two_dates_are_loaded_page_by_page(void **state)
{
    (void)state;
    struct http_fake fake = { .answer = answer_two_pages };
    struct alpaca_account account = { .key = "K",
                                      .secret = "S",
                                      .client = http_fake_client(&fake) };
    struct alpaca_actions_request request = june(ADJUSTMENT_SPLIT);
    struct alpaca_actions actions;
    struct error error = { 0 };
    if (!alpaca_actions_load(&account, &request, &actions, &error))
        fail_msg("%s", error.message);
    assert_actions(&actions, "QQQ 2024-06-01 2024-06-01 3\nSPY 2024-06-30 2024-07-30 0.25\n");
    assert_string_equal(text_string(&fake.urls),
                        "https://data.alpaca.markets/v1/corporate-actions?symbols=QQQ,SPY"
                        "&types=forward_split,reverse_split,stock_dividend&start=2024-05-01"
                        "&end=2024-07-31&limit=1000&sort=asc\n"
                        "https://data.alpaca.markets/v1/corporate-actions?symbols=QQQ,SPY"
                        "&types=forward_split,reverse_split,stock_dividend&start=2024-05-01"
                        "&end=2024-07-31&limit=1000&sort=asc&page_token=a%2Fb%3D\n");
    assert_int_equal(fake.deadline_us, 77);
    http_fake_release(&fake);
}

static void bars_adjusted_for_all_ask_for_dividends_too(void **state)
{
    (void)state;
    struct http_fake fake = { .answer = answer_two_pages };
    struct alpaca_account account = { .key = "K",
                                      .secret = "S",
                                      .client = http_fake_client(&fake) };
    struct alpaca_actions_request request = june(ADJUSTMENT_ALL);
    struct alpaca_actions actions;
    struct error error = { 0 };
    assert_true(alpaca_actions_load(&account, &request, &actions, &error));
    assert_string_equal(http_fake_parameter(text_string(&fake.urls), "types"),
                        "forward_split,reverse_split,stock_dividend,cash_dividend,spin_off");
    alpaca_actions_release(&actions);
    http_fake_release(&fake);
}

static void answer_500(void *context, const char *url, struct http_fake_answer *ret_answer)
{
    if (http_fake_parameter(url, "page_token")[0] == '\0') {
        answer_two_pages(context, url, ret_answer);
        return;
    }
    ret_answer->status = 500;
    text_append(&ret_answer->body, "{\"message\":\"no\"}");
}

static void an_error_on_a_later_page_is_an_error(void **state)
{
    (void)state;
    struct http_fake fake = { .answer = answer_500 };
    struct alpaca_account account = { .key = "K",
                                      .secret = "S",
                                      .client = http_fake_client(&fake) };
    struct alpaca_actions_request request = june(ADJUSTMENT_SPLIT);
    struct alpaca_actions actions;
    struct error error = { 0 };
    assert_false(alpaca_actions_load(&account, &request, &actions, &error));
    assert_string_equal(error.message, "data.alpaca.markets/v1/corporate-actions (request 0a1b): "
                                       "status 500: no");
    http_fake_release(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_splits_are_read_and_name_changes_are_not),
        cmocka_unit_test(every_kind_that_moves_prices_is_read),
        cmocka_unit_test(no_actions_has_many_forms),
        cmocka_unit_test(what_is_not_whole_is_an_error),
        cmocka_unit_test(an_action_since_a_date_counts_by_either_of_its_dates),
        cmocka_unit_test(shares_multiply_by_the_splits_since),
        cmocka_unit_test(a_split_that_is_told_twice_counts_once),
        cmocka_unit_test(the_actions_between_two_dates_are_loaded_page_by_page),
        cmocka_unit_test(bars_adjusted_for_all_ask_for_dividends_too),
        cmocka_unit_test(an_error_on_a_later_page_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
