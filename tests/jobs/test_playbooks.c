#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/jobs/playbooks.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FILE_NAME "playbooks.json"

static struct scratch scratch;
static struct playbooks playbooks;
static struct error error;

static int prepare(void **state)
{
    (void)state;
    scratch_init(&scratch);
    return 0;
}

static int release(void **state)
{
    (void)state;
    playbooks_release(&playbooks);
    scratch_release(&scratch);
    error = (struct error) { 0 };
    return 0;
}

static bool load(const char *content)
{
    playbooks_release(&playbooks);
    error = (struct error) { 0 };
    scratch_write(&scratch, FILE_NAME, content);
    return playbooks_load(scratch_path(&scratch, FILE_NAME), &playbooks, &error);
}

static void assert_loads(const char *content)
{
    if (!load(content))
        fail_msg("%s", error.message);
}

/* The error names the file, then `where`, and says `what`. */
static void assert_refused(const char *content, const char *where, const char *what)
{
    if (load(content))
        fail_msg("it is taken: %s", content);
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_int_equal(playbooks.count, 0);
    const char *path = scratch_path(&scratch, FILE_NAME);
    bool names_file = strncmp(error.message, path, strlen(path)) == 0;
    const char *place = strstr(error.message, where);
    if (!names_file || !place || !strstr(place, what))
        fail_msg("%s: \"%s\" with \"%s\" was expected", error.message, where, what);
}

/* The same for a playbook that is the third of its file. */
static void assert_third_refused(const char *third, const char *where, const char *what)
{
    struct text text = { 0 };
    text_format(&text,
                "{\"playbooks\": [{\"strategy\": \"dp20\"},\n"
                "{\"strategy\": \"wed_tue_11am\"},\n%s]}",
                third);
    assert_refused(text_string(&text), where, what);
    text_release(&text);
}

static void a_strategy_alone_is_a_playbook(void **state)
{
    (void)state;
    assert_loads("{\"playbooks\": [{\"strategy\": \"dp20\"}]}");
    assert_int_equal(playbooks.count, 1);
    const struct playbook *playbook = &playbooks.items[0];
    assert_string_equal(playbook->name, "dp20");
    assert_int_equal(playbook->symbol_count, 1);
    assert_string_equal(playbook->symbols[0], "QQQ");
    assert_true(playbook->timeframe_us == 2 * MINUTE_US);
    assert_true(playbook->quantity == 100 * QUANTITY_ONE);
    assert_int_equal(playbook->exit_time, 15 * 60 + 55);
    assert_true(playbook->enabled);
}

static void everything_can_be_said(void **state)
{
    (void)state;
    assert_loads("{\"playbooks\": [{\"name\": \"mine\", \"strategy\": \"dp20\","
                 " \"symbols\": [\"SPY\", \"IWM\", \"SPY\"], \"timeframe\": \"5Min\","
                 " \"parameters\": {\"strength\": 0.7, \"window_end\": \"10:45\","
                 "   \"quantity\": 20, \"exit_time\": \"15:30\", \"stop_atr\": \"1.5\"},"
                 " \"enabled\": false}]}");
    const struct playbook *playbook = &playbooks.items[0];
    assert_string_equal(playbook->name, "mine");
    assert_int_equal(playbook->symbol_count, 2);
    assert_string_equal(playbook->symbols[0], "IWM");
    assert_true(playbook->timeframe_us == 5 * MINUTE_US);
    assert_true(playbook->parameters.values[1] == 10 * 60 + 45);
    assert_true(playbook->parameters.values[2] == 0.7);
    assert_true(playbook->parameters.values[3] == 1.5);
    assert_true(playbook->quantity == 20 * QUANTITY_ONE);
    assert_int_equal(playbook->exit_time, 15 * 60 + 30);
    assert_false(playbook->enabled);
}

static void an_empty_list_is_fine(void **state)
{
    (void)state;
    assert_loads("{\"playbooks\": []}");
    assert_int_equal(playbooks.count, 0);
}

static void a_name_that_is_not_given_is_derived(void **state)
{
    (void)state;
    assert_loads("{\"playbooks\": [{\"strategy\": \"dp20\", \"timeframe\": \"5Min\"},"
                 "{\"strategy\": \"dp20\", \"parameters\": {\"strength\": 0.60}}]}");
    /* sha256 of "symbols=QQQ\ntimeframe=5Min\n" begins with a3334434. */
    assert_string_equal(playbooks.items[0].name, "dp20-a3334434");
    assert_string_equal(playbooks.items[1].name, "dp20");
}

static void a_syntax_error_is_named_by_its_line(void **state)
{
    (void)state;
    assert_refused("{\n  \"playbooks\": [\n    { \"strategy\": dp20 }\n  ]\n}\n", "line 3", "");
    assert_refused("{\n\"playbooks\": [],\n}\n", "line 3", "");
    assert_refused("", "line 1", "");
    assert_refused("{\"playbooks\": [],\n\"playbooks\": []}", "line 2", "");
}

static void another_shape_of_document_is_refused(void **state)
{
    (void)state;
    assert_refused("[]", "playbooks", "object");
    assert_refused("{}", "playbooks", "missing");
    assert_refused("{\"playbooks\": {}}", "playbooks", "array");
    assert_refused("{\"playbook\": []}", "\"playbook\"", "did you mean playbooks");
    assert_refused("{\"playbooks\": [], \"version\": 1}", "\"version\"", "playbooks");
}

static void an_unknown_member_is_told_the_nearest(void **state)
{
    (void)state;
    assert_third_refused("{\"stratgy\": \"dp20\"}", "playbooks[2]", "did you mean strategy");
    assert_third_refused("{\"strategy\": \"dp20\", \"symbol\": [\"QQQ\"]}", "playbooks[2]",
                         "did you mean symbols");
    assert_third_refused("{\"strategy\": \"dp20\", \"comment\": 1}", "playbooks[2]", "\"comment\"");
}

static void a_member_of_another_type_is_named_by_its_path(void **state)
{
    (void)state;
    assert_third_refused("7", "playbooks[2]", "object");
    assert_third_refused("{\"strategy\": 20}", "playbooks[2].strategy", "string");
    assert_third_refused("{\"strategy\": \"dp20\", \"name\": 1}", "playbooks[2].name", "string");
    assert_third_refused("{\"strategy\": \"dp20\", \"symbols\": \"QQQ\"}", "playbooks[2].symbols",
                         "array");
    assert_third_refused("{\"strategy\": \"dp20\", \"symbols\": [\"QQQ\", 7]}",
                         "playbooks[2].symbols[1]", "string");
    assert_third_refused("{\"strategy\": \"dp20\", \"timeframe\": 5}", "playbooks[2].timeframe",
                         "string");
    assert_third_refused("{\"strategy\": \"dp20\", \"enabled\": \"no\"}", "playbooks[2].enabled",
                         "boolean");
    assert_third_refused("{\"strategy\": \"dp20\", \"parameters\": []}", "playbooks[2].parameters",
                         "object");
    assert_third_refused("{\"strategy\": \"dp20\", \"parameters\": {\"strength\": true}}",
                         "playbooks[2].parameters.strength", "number");
    assert_third_refused("{\"strategy\": \"dp20\", \"parameters\": {\"strength\": null}}",
                         "playbooks[2].parameters.strength", "number");
}

static void a_wrong_strategy_is_named_by_its_path(void **state)
{
    (void)state;
    assert_third_refused("{\"timeframe\": \"5Min\"}", "playbooks[2].strategy", "missing");
    assert_third_refused("{\"strategy\": \"dp21\"}", "playbooks[2].strategy", "did you mean dp20");
}

static void a_wrong_value_is_named_by_its_path(void **state)
{
    (void)state;
    assert_third_refused("{\"strategy\": \"dp20\", \"symbols\": []}", "playbooks[2].symbols",
                         "at least one");
    assert_third_refused("{\"strategy\": \"dp20\", \"symbols\": [\"QQQ\", \"q q\"]}",
                         "playbooks[2].symbols[1]", "q q");
    assert_third_refused("{\"strategy\": \"dp20\", \"timeframe\": \"2min30\"}",
                         "playbooks[2].timeframe", "2min30");
    assert_third_refused("{\"strategy\": \"dp20\", \"name\": \"Mine\"}", "playbooks[2].name",
                         "Mine");
    assert_third_refused("{\"strategy\": \"sma_cross\"}", "playbooks[2]", "no default symbol");
}

static void a_wrong_parameter_is_named_by_its_path(void **state)
{
    (void)state;
    assert_third_refused("{\"strategy\": \"dp20\", \"parameters\": {\"strength\": 1.5}}",
                         "playbooks[2].parameters.strength", "0 to 1");
    assert_third_refused("{\"strategy\": \"dp20\", \"parameters\": {\"strength\": \"high\"}}",
                         "playbooks[2].parameters.strength", "a number");
    assert_third_refused("{\"strategy\": \"dp20\", \"parameters\": {\"exit_time\": 1555}}",
                         "playbooks[2].parameters.exit_time", "a time");
    assert_third_refused("{\"strategy\": \"dp20\", \"parameters\": {\"strenght\": 0.5}}",
                         "playbooks[2].parameters.strenght", "did you mean strength");
    assert_third_refused("{\"strategy\": \"sma_cross\", \"symbols\": [\"QQQ\"],"
                         " \"parameters\": {\"exit_time\": \"15:55\"}}",
                         "playbooks[2].parameters.exit_time", "fast");
}

static void parameters_that_do_not_fit_together_are_refused(void **state)
{
    (void)state;
    assert_third_refused("{\"strategy\": \"dp20\", \"parameters\": {\"window_end\": \"09:45\"}}",
                         "playbooks[2]", "window_start");
    assert_third_refused("{\"strategy\": \"sma_cross\", \"symbols\": [\"QQQ\"],"
                         " \"parameters\": {\"fast\": 50}}",
                         "playbooks[2]", "fast");
}

static void the_name_of_a_strategy_stands_for_its_defaults(void **state)
{
    (void)state;
    assert_loads("{\"playbooks\": [{\"strategy\": \"dp20\", \"name\": \"dp20\"}]}");
    assert_third_refused("{\"strategy\": \"momentum_wed_tue\", \"name\": \"sma_cross\"}",
                         "playbooks[2].name", "sma_cross");
    assert_third_refused("{\"strategy\": \"momentum_wed_tue\", \"name\": \"momentum_wed_tue\","
                         " \"timeframe\": \"5Min\"}",
                         "playbooks[2].name", "momentum_wed_tue");
}

static void a_name_is_taken_once(void **state)
{
    (void)state;
    assert_third_refused("{\"strategy\": \"dp20\"}", "playbooks[2].name", "dp20");
    assert_refused("{\"playbooks\": [{\"strategy\": \"dp20\", \"name\": \"a\", \"enabled\": false},"
                   "{\"strategy\": \"wed_tue_11am\", \"name\": \"a\"}]}",
                   "playbooks[1].name", "a");
}

static void a_file_that_cannot_be_read_is_no_mistake_in_it(void **state)
{
    (void)state;
    assert_false(playbooks_load(scratch_path(&scratch, "absent.json"), &playbooks, &error));
    assert_int_equal(error.kind, ERROR_DATA);
    assert_non_null(strstr(error.message, "absent.json"));
    assert_false(playbooks_load(scratch.folder, &playbooks, &error));
    assert_int_equal(error.kind, ERROR_DATA);
}

static void a_playbook_is_found_by_its_name(void **state)
{
    (void)state;
    assert_loads("{\"playbooks\": [{\"strategy\": \"dp20\", \"name\": \"early\"},"
                 "{\"strategy\": \"dp20\", \"name\": \"late\", \"enabled\": false}]}");
    assert_ptr_equal(playbooks_find(&playbooks, "late", &error), &playbooks.items[1]);
    assert_null(playbooks_find(&playbooks, "erly", &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.message, "did you mean early"));
}

#define PREPARED(test) cmocka_unit_test_setup_teardown(test, prepare, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREPARED(a_strategy_alone_is_a_playbook),
        PREPARED(everything_can_be_said),
        PREPARED(an_empty_list_is_fine),
        PREPARED(a_name_that_is_not_given_is_derived),
        PREPARED(a_syntax_error_is_named_by_its_line),
        PREPARED(another_shape_of_document_is_refused),
        PREPARED(an_unknown_member_is_told_the_nearest),
        PREPARED(a_member_of_another_type_is_named_by_its_path),
        PREPARED(a_wrong_strategy_is_named_by_its_path),
        PREPARED(a_wrong_value_is_named_by_its_path),
        PREPARED(a_wrong_parameter_is_named_by_its_path),
        PREPARED(parameters_that_do_not_fit_together_are_refused),
        PREPARED(the_name_of_a_strategy_stands_for_its_defaults),
        PREPARED(a_name_is_taken_once),
        PREPARED(a_file_that_cannot_be_read_is_no_mistake_in_it),
        PREPARED(a_playbook_is_found_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
