#include "service/feeds/alpaca_bars.h"

#include "service/base/clock.h"
#include "service/base/date.h"
#include "service/clients/http_client.h"
#include "service/feeds/alpaca_actions.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The stand-in for Alpaca (tests/support/exchange) in a process of its own, and our feed of it over
 * the real HTTP client. Its bars are a seeded walk over one week. */

#define KEY "PKTEST"
#define SECRET "a-secret-of-tests"
#define SPLIT "[{\"symbol\":\"QQQ\",\"ex_date\":\"2024-06-26\",\"new_rate\":2,\"old_rate\":1}]"
#define BARS "/v2/stocks/bars"

enum { PATIENCE_MS = 60000, PAGE_BARS = 1000, URL_SIZE = 64 };

struct stage {
    pid_t pid;
    FILE *input, *output; /* of the exchange */
    char url[URL_SIZE], control_url[URL_SIZE];
    struct http_client *client;
    struct rate_limit rate_limit;
    struct alpaca_account account;
    struct bar_set honest; /* what the exchange says when it does not lie */
};

static struct stage stage;
static int64_t now_us;

static int64_t at(const char *time)
{
    int64_t time_us;
    bool has_zone;
    assert_true(timestamp_parse(time, strlen(time), &time_us, &has_zone));
    return time_us;
}

static int64_t feed_now_us(void)
{
    return now_us;
}

/* Its first line tells the ports; without one it cannot run here. */
static bool start_exchange(const char *splits_path)
{
    const char *const words[] = { "python3",
                                  "-m",
                                  "tests.support.exchange",
                                  "--walk",
                                  "AAPL,QQQ,SPY,BTC/USD",
                                  "--first",
                                  "2024-06-24",
                                  "--last",
                                  "2024-06-28",
                                  "--now",
                                  "2024-06-28T20:30:00Z",
                                  "--frozen",
                                  "--key",
                                  KEY,
                                  "--secret",
                                  SECRET,
                                  "--calls-per-minute",
                                  "1000000",
                                  "--splits",
                                  splits_path,
                                  NULL };
    int to[2], from[2], port, other_port;
    assert_int_equal(pipe2(to, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
    assert_int_equal(
        posix_spawnp(&stage.pid, words[0], &actions, NULL, (char *const *)words, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    stage.input = fdopen(to[1], "w");
    stage.output = fdopen(from[0], "r");
    char line[256];
    if (fgets(line, sizeof line, stage.output) == NULL)
        return false;
    assert_int_equal(sscanf(line, "{\"port\": %d, \"other_port\": %d", &port, &other_port), 2);
    snprintf(stage.url, sizeof stage.url, "http://127.0.0.1:%d", port);
    snprintf(stage.control_url, sizeof stage.control_url, "http://127.0.0.1:%d/control",
             other_port);
    return true;
}

static void control_done(void *context, const struct http_response *response,
                         const struct error *error)
{
    (void)context;
    if (response == NULL)
        fail_msg("%s", error->message);
    else if (response->status != 200)
        fail_msg("%s", response->body);
}

/* What the exchange shall do from now on, as tests/support/exchange/__init__.py has it. */
static void control(const char *document)
{
    struct http_request request = {
        .method = "POST",
        .url = stage.control_url,
        .route = "/control",
        .body = document,
        .body_size = strlen(document),
        .deadline_us = clock_monotonic_us() + PATIENCE_MS * INT64_C(1000),
        .done = control_done,
    };
    struct error error = { 0 };
    if (!http_client_start(stage.client, &request, &error))
        fail_msg("%s", error.message);
    http_client_run(stage.client);
}

/* The lie in all calls from the first on, with options such as ",\"status\":503". */
static void lie(const char *name, int times, const char *options)
{
    char document[256];
    snprintf(document, sizeof document, "{\"lies\":[{\"lie\":\"%s\",\"times\":%d%s}]}", name, times,
             options);
    control(document);
}

static const char *const stocks[] = { "QQQ", "AAPL" };

static struct bar_request week_of_stocks(void)
{
    return (struct bar_request) {
        .symbols = stocks,
        .symbol_count = 2,
        .begin_us = at("2024-06-24T00:00:00Z"),
        .end_us = at("2024-06-28T20:30:00Z"),
        .adjustment = ADJUSTMENT_RAW,
        .deadline_us = clock_monotonic_us() + PATIENCE_MS * INT64_C(1000),
    };
}

static bool load_of(enum alpaca_feed feed_name, const struct bar_request *request,
                    struct bar_set *ret_set, struct error *error)
{
    struct feed *feed = alpaca_bars_open(&(struct alpaca_bars_options) {
        .account = &stage.account,
        .feed = feed_name,
        .page_bars = PAGE_BARS,
        .now_us = feed_now_us,
    });
    bool loaded = feed_load(feed, request, ret_set, error);
    feed_close(feed);
    return loaded;
}

static struct bar_set load(enum alpaca_feed feed_name, const struct bar_request *request)
{
    struct bar_set set;
    struct error error = { 0 };
    if (!load_of(feed_name, request, &set, &error))
        fail_msg("%s", error.message);
    return set;
}

static void assert_same_bars(const struct bar_set *set, const struct bar_set *expected)
{
    assert_int_equal(set->count, expected->count);
    for (size_t i = 0; i < set->count; i++) {
        const struct series *bars = &set->symbols[i].bars;
        assert_int_equal(set->symbols[i].error.kind, ERROR_NONE);
        assert_int_equal(bars->count, expected->symbols[i].bars.count);
        assert_memory_equal(bars->bars, expected->symbols[i].bars.bars,
                            bars->count * sizeof *bars->bars);
    }
}

static int open_stage(void **state)
{
    (void)state;
    struct scratch scratch;
    scratch_init(&scratch);
    scratch_write(&scratch, "splits.json", SPLIT);
    bool started = start_exchange(scratch_path(&scratch, "splits.json"));
    scratch_release(&scratch);
    if (!started)
        return 0;
    struct error error = { 0 };
    stage.client =
        http_client_open(&(struct http_client_options) { .user_agent = "playbook/test",
                                                         .connections_max = 4,
                                                         .attempt_timeout_ms = PATIENCE_MS,
                                                         .threads = 2 },
                         &error);
    assert_non_null(stage.client);
    rate_limit_init(&stage.rate_limit, 1000000, clock_monotonic_us());
    stage.account = (struct alpaca_account) {
        .data_url = stage.url,
        .key = KEY,
        .secret = SECRET,
        .client = stage.client,
        .rate_limit = &stage.rate_limit,
    };
    now_us = at("2024-06-28T20:30:00Z");
    control("{\"plan\":\"plus\"}");
    struct bar_request request = week_of_stocks();
    stage.honest = load(ALPACA_FEED_SIP, &request);
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    int status;
    bar_set_release(&stage.honest);
    http_client_close(stage.client);
    fclose(stage.input);
    fclose(stage.output);
    assert_int_equal(waitpid(stage.pid, &status, 0), stage.pid);
    assert_true(stage.client == NULL || status == 0);
    return 0;
}

/* Honest again, at its own time. */
static int begin(void **state)
{
    (void)state;
    if (stage.client == NULL)
        return 0;
    now_us = at("2024-06-28T20:30:00Z");
    stage.account.key = KEY;
    control("{\"clear\":true,\"plan\":\"plus\",\"now\":\"2024-06-28T20:30:00Z\"}");
    return 0;
}

static void need_exchange(void)
{
    if (stage.client == NULL)
        skip(); /* its Python libraries are not installed */
}

static void a_week_of_minutes_is_whole(void **state)
{
    (void)state;
    need_exchange();
    for (size_t i = 0; i < 2; i++) {
        const struct series *bars = &stage.honest.symbols[i].bars;
        for (int day = 24; day <= 28; day++) {
            int64_t open_us = date_from_civil(2024, 6, day) * DAY_US + 810 * MINUTE_US;
            size_t first = series_find(bars, open_us);
            assert_int_equal(series_find(bars, open_us + 390 * MINUTE_US) - first, 390);
            assert_int_equal(bars->bars[first].open_time_us, open_us);
        }
        assert_true(bars->count > 3 * PAGE_BARS / 2);
        assert_int_equal(stage.honest.symbols[i].report.unsorted, 0);
        assert_int_equal(stage.honest.symbols[i].dropped, 0);
    }
}

static void lies_after_which_the_data_are_whole_change_nothing(void **state)
{
    (void)state;
    need_exchange();
    static const struct {
        const char *name;
        int times;
        const char *options;
    } lies[] = {
        { "fewer_bars", 0, "" },
        { "fewer_bars", 0, ",\"share\":0.1" },
        { "missing_symbol", 1, "" },
        { "missing_symbol", 1, ",\"call\":2" },
        { "empty_last_page", 0, "" },
        { "content_type", 0, "" },
        { "gzip", 0, "" },
        { "cut_json", 2, ",\"call\":2" },
        { "reset", 1, ",\"call\":2" },
        { "close", 1, ",\"call\":3" },
        { "error", 1, ",\"status\":502,\"form\":\"html\"" },
        { "too_many", 1, ",\"seconds\":0" },
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        begin(NULL);
        lie(lies[i].name, lies[i].times, lies[i].options);
        struct bar_request request = week_of_stocks();
        struct bar_set set;
        struct error error = { 0 };
        if (!load_of(ALPACA_FEED_SIP, &request, &set, &error))
            fail_msg("%s: %s", lies[i].name, error.message);
        assert_same_bars(&set, &stage.honest);
        bar_set_release(&set);
    }
}

static void repeated_and_unsorted_bars_are_put_in_order_and_reported(void **state)
{
    (void)state;
    need_exchange();
    struct bar_request request = week_of_stocks();
    lie("repeated_bars", 0, "");
    struct bar_set set = load(ALPACA_FEED_SIP, &request);
    assert_same_bars(&set, &stage.honest);
    assert_true(set.symbols[0].report.duplicates > 100);
    bar_set_release(&set);
    begin(NULL);
    lie("unsorted_bars", 0, "");
    set = load(ALPACA_FEED_SIP, &request);
    assert_same_bars(&set, &stage.honest);
    assert_true(set.symbols[0].report.unsorted > 100);
    bar_set_release(&set);
}

static void no_bars_has_many_forms(void **state)
{
    (void)state;
    need_exchange();
    static const char *const forms[] = { "null",   "object",      "array",
                                         "absent", "symbol_null", "symbol_array" };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char options[64];
        snprintf(options, sizeof options, ",\"form\":\"%s\"", forms[i]);
        begin(NULL);
        lie("no_bars", 0, options);
        struct bar_request request = week_of_stocks();
        struct bar_set set = load(ALPACA_FEED_SIP, &request);
        assert_int_equal(set.symbols[0].bars.count + set.symbols[1].bars.count, 0);
        bar_set_release(&set);
    }
}

static void assert_load_error(enum alpaca_feed feed, enum error_kind kind, const char *message)
{
    struct bar_request request = week_of_stocks();
    struct bar_set set = { 0 };
    struct error error = { 0 };
    if (load_of(feed, &request, &set, &error))
        fail_msg("no error; expected: %s", message);
    if (error.kind != kind || strstr(error.message, message) == NULL)
        fail_msg("%s: %s\nexpected: %s", error_kind_name(error.kind), error.message, message);
    assert_null(strstr(error.message, SECRET));
    assert_null(strstr(error.message, KEY));
}

static void what_cannot_be_right_is_an_error_that_says_so(void **state)
{
    (void)state;
    need_exchange();
    static const struct {
        const char *name, *options;
        enum error_kind kind;
        const char *message;
    } lies[] = {
        { "repeated_token", ",\"call\":2", ERROR_PROVIDER, "the page's token is that of a page" },
        { "unauthorized", "", ERROR_DENIED, "check ALPACA_API_KEY and ALPACA_SECRET_KEY" },
        { "forbidden", "", ERROR_DENIED, "check ALPACA_API_KEY and ALPACA_SECRET_KEY" },
        { "recent_sip", ",\"call\":3", ERROR_DENIED, "ALPACA_FEED to auto or iex" },
        { "error", ",\"status\":400", ERROR_PROVIDER, "status 400: internal server error" },
        { "error", ",\"status\":404,\"form\":\"html\"", ERROR_PROVIDER, "check ALPACA_DATA_URL" },
        { "error", ",\"status\":200,\"form\":\"html\"", ERROR_PROVIDER, "the reply is not JSON" },
        { "error", ",\"status\":200,\"form\":\"json\"", ERROR_PROVIDER, "has neither \"bars\"" },
        { "error", ",\"status\":200,\"form\":\"nothing\"", ERROR_PROVIDER, "the text ends" },
        { "redirect", ",\"to\":\"other\"", ERROR_PROVIDER, "a redirect, which is not followed" },
        { "number", "", ERROR_PROVIDER, "the reply is not JSON: line 1, column " },
        { "number", ",\"text\":\"1e999\"", ERROR_PROVIDER, "a number too large for a double" },
        { "number", ",\"text\":\"\\\"1.5\\\"\"", ERROR_PROVIDER, "\"c\" is not a number" },
        { "number", ",\"text\":\"null\"", ERROR_PROVIDER, "\"c\" is not a number" },
        { "duplicate_keys", "", ERROR_PROVIDER, "is in this object twice" },
        { "cut_json", "", ERROR_PROVIDER, "the reply is not JSON: line 1, column " },
        { "cut_json", ",\"share\":0.999,\"call\":4", ERROR_PROVIDER, "(request " },
        { "huge_body", "", ERROR_LIMIT, "" },
        { "gzip_bomb", "", ERROR_LIMIT, "" },
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        begin(NULL);
        lie(lies[i].name, 0, lies[i].options);
        assert_load_error(ALPACA_FEED_SIP, lies[i].kind, lies[i].message);
    }
}

static void the_free_plan_gives_auto_everything_and_sip_an_explanation(void **state)
{
    (void)state;
    need_exchange();
    control("{\"plan\":\"basic\"}");
    struct bar_request request = week_of_stocks();
    struct bar_set set = load(ALPACA_FEED_AUTO, &request);
    assert_same_bars(&set, &stage.honest);
    bar_set_release(&set);
    assert_load_error(ALPACA_FEED_SIP, ERROR_DENIED,
                      "does not include the latest SIP bars: set ALPACA_FEED to auto or iex");
}

static void a_wrong_key_is_told_as_one(void **state)
{
    (void)state;
    need_exchange();
    stage.account.key = "PKOTHER";
    assert_load_error(ALPACA_FEED_SIP, ERROR_DENIED, "Alpaca does not accept the keys");
}

static void one_bad_symbol_does_not_cost_the_others_their_bars(void **state)
{
    (void)state;
    need_exchange();
    static const char *const symbols[] = { "QQQ", "BRK-B", "AAPL", "X-Y" };
    struct bar_request request = week_of_stocks();
    request.symbols = symbols;
    request.symbol_count = 4;
    struct bar_set set = load(ALPACA_FEED_SIP, &request);
    assert_int_equal(set.symbols[1].error.kind, ERROR_USAGE);
    assert_int_equal(set.symbols[3].error.kind, ERROR_USAGE);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(set.symbols[2 * i].bars.count, stage.honest.symbols[i].bars.count);
        assert_memory_equal(set.symbols[2 * i].bars.bars, stage.honest.symbols[i].bars.bars,
                            set.symbols[2 * i].bars.count * sizeof(struct bar));
    }
    bar_set_release(&set);
}

/* The last minutes and days that are there at a time. */
static void what_is_not_over_is_left_out(void **state)
{
    (void)state;
    need_exchange();
    static const struct {
        const char *now;
        int days;
    } cases[] = {
        { "2024-06-28T19:59:59Z", 4 },
        { "2024-06-28T20:00:00Z", 5 },
    };
    for (size_t i = 0; i < 2; i++) {
        char document[64];
        snprintf(document, sizeof document, "{\"now\":\"%s\"}", cases[i].now);
        control(document);
        now_us = at(cases[i].now);
        struct bar_request request = week_of_stocks();
        request.is_daily = true;
        request.end_us = at("2024-07-01T00:00:00Z");
        struct bar_set set = load(ALPACA_FEED_SIP, &request);
        assert_int_equal(set.symbols[0].bars.count, cases[i].days);
        for (int day = 0; day < cases[i].days; day++)
            assert_int_equal(set.symbols[0].bars.bars[day].open_time_us,
                             date_from_civil(2024, 6, 24 + day) * DAY_US);
        bar_set_release(&set);
    }
}

static void crypto_is_loaded_without_keys(void **state)
{
    (void)state;
    need_exchange();
    static const char *const pairs[] = { "BTC/USD" };
    struct bar_request request = week_of_stocks();
    request.symbols = pairs;
    request.symbol_count = 1;
    request.end_us = at("2024-06-26T00:00:00Z");
    struct alpaca_account account = stage.account;
    stage.account.key = stage.account.secret = NULL;
    struct bar_set set = load(ALPACA_FEED_AUTO, &request);
    stage.account = account;
    assert_int_equal(set.symbols[0].bars.count, 2 * 24 * 60);
    bar_set_release(&set);
}

static void a_split_is_found(void **state)
{
    (void)state;
    need_exchange();
    struct alpaca_actions_request request = {
        .symbols = stocks,
        .symbol_count = 2,
        .adjustment = ADJUSTMENT_SPLIT,
        .first_date = date_from_civil(2024, 6, 24),
        .last_date = date_from_civil(2024, 6, 28),
        .deadline_us = clock_monotonic_us() + PATIENCE_MS * INT64_C(1000),
    };
    struct alpaca_actions actions;
    struct error error = { 0 };
    if (!alpaca_actions_load(&stage.account, &request, &actions, &error))
        fail_msg("%s", error.message);
    assert_int_equal(actions.count, 1);
    assert_string_equal(actions.actions[0].symbol, "QQQ");
    assert_true(actions.actions[0].new_shares == 2);
    assert_true(alpaca_actions_since(&actions, "QQQ", date_from_civil(2024, 6, 26)));
    assert_false(alpaca_actions_since(&actions, "AAPL", date_from_civil(2024, 6, 24)));
    alpaca_actions_release(&actions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_week_of_minutes_is_whole, begin),
        cmocka_unit_test_setup(lies_after_which_the_data_are_whole_change_nothing, begin),
        cmocka_unit_test_setup(repeated_and_unsorted_bars_are_put_in_order_and_reported, begin),
        cmocka_unit_test_setup(no_bars_has_many_forms, begin),
        cmocka_unit_test_setup(what_cannot_be_right_is_an_error_that_says_so, begin),
        cmocka_unit_test_setup(the_free_plan_gives_auto_everything_and_sip_an_explanation, begin),
        cmocka_unit_test_setup(a_wrong_key_is_told_as_one, begin),
        cmocka_unit_test_setup(one_bad_symbol_does_not_cost_the_others_their_bars, begin),
        cmocka_unit_test_setup(what_is_not_over_is_left_out, begin),
        cmocka_unit_test_setup(crypto_is_loaded_without_keys, begin),
        cmocka_unit_test_setup(a_split_is_found, begin),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
