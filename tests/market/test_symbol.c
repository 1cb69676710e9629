#include "service/market/symbol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_symbol(const char *symbol)
{
    struct error error = { 0 };
    if (!symbol_check(symbol, &error))
        fail_msg("%s", error.message);
    assert_int_equal(error.kind, ERROR_NONE);
}

static void assert_no_symbol(const char *symbol)
{
    struct error error = { 0 };
    if (symbol_check(symbol, &error))
        fail_msg("\"%s\" passes for a symbol", symbol);
    assert_int_equal(error.kind, ERROR_USAGE);
    if (!strchr(symbol, '\n')) /* which is shown as a question mark */
        assert_non_null(strstr(error.message, symbol));
}

static void an_equity_is_upper_case_letters_digits_points_and_dashes(void **state)
{
    (void)state;
    assert_symbol("QQQ");
    assert_symbol("F");
    assert_symbol("BRK.B");
    assert_symbol("BF-B");
    assert_symbol("0700.HK");
    assert_symbol("ZA90");
    assert_no_symbol("");
    assert_no_symbol("qqq");
    assert_no_symbol("Qqq");
    assert_no_symbol(".SPX");
    assert_no_symbol("-A");
    assert_no_symbol("A B");
    assert_no_symbol(" QQQ");
    assert_no_symbol("QQQ\n");
    assert_no_symbol("A_B");
    assert_no_symbol("A,B");
    assert_no_symbol("../X");
    assert_no_symbol("\xc3\x84");
}

static void a_pair_is_two_names_with_one_slash(void **state)
{
    (void)state;
    assert_symbol("BTC/USD");
    assert_symbol("1INCH/USDT");
    assert_no_symbol("/");
    assert_no_symbol("BTC/");
    assert_no_symbol("/USD");
    assert_no_symbol("BTC//USD");
    assert_no_symbol("BTC/USD/EUR");
    assert_no_symbol("BTC.X/USD");
    assert_no_symbol("BTC/USD-T");
    assert_no_symbol("btc/usd");
}

static void a_symbol_has_at_most_15_characters(void **state)
{
    (void)state;
    assert_symbol("ABCDEFGHIJKLMNO");
    assert_no_symbol("ABCDEFGHIJKLMNOP");
    assert_symbol("ABCDEFGHIJK/USD");
    assert_no_symbol("ABCDEFGHIJKL/USD");
}

static void what_is_no_symbol_is_cut_in_the_message(void **state)
{
    (void)state;
    char symbol[5001];
    memset(symbol, 'a', 5000);
    symbol[5000] = '\0';
    struct error error = { 0 };
    assert_false(symbol_check(symbol, &error));
    assert_string_equal(error.message,
                        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" is not a symbol (one such "
                        "as QQQ, BRK.B or BTC/USD was expected)");
}

static void pairs_trade_around_the_clock_and_equities_in_new_york(void **state)
{
    (void)state;
    assert_true(symbol_is_pair("BTC/USD"));
    assert_false(symbol_is_pair("BRK.B"));
    assert_string_equal(symbol_calendar("BTC/USD")->name, "24x7");
    assert_string_equal(symbol_calendar("BRK.B")->name, "xnys");
}

static void a_file_name_has_no_slash(void **state)
{
    (void)state;
    char buffer[SYMBOL_TEXT_SIZE];
    assert_ptr_equal(symbol_file_name("BTC/USD", buffer), buffer);
    assert_string_equal(buffer, "BTC_USD");
    assert_string_equal(symbol_file_name("BRK.B", buffer), "BRK.B");
    assert_string_equal(symbol_file_name("ABCDEFGHIJK/USD", buffer), "ABCDEFGHIJK_USD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_equity_is_upper_case_letters_digits_points_and_dashes),
        cmocka_unit_test(a_pair_is_two_names_with_one_slash),
        cmocka_unit_test(a_symbol_has_at_most_15_characters),
        cmocka_unit_test(what_is_no_symbol_is_cut_in_the_message),
        cmocka_unit_test(pairs_trade_around_the_clock_and_equities_in_new_york),
        cmocka_unit_test(a_file_name_has_no_slash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
