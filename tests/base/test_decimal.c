#include "service/base/decimal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    RANDOM_DOUBLES = 1000000,
    RANDOM_TEXTS = 300000,
    RANDOM_DECIMALS = 300000,
    RANDOM_LONG = 50000
};

/* What Python 3.11's repr() prints, without a final ".0": David Gay's shortest digits. */
static const char *const shortest[] = {
    "0.1",
    "0.2",
    "0.3",
    "0.30000000000000004",
    "0.3333333333333333",
    "0.6666666666666666",
    "346.46",
    "100",
    "1",
    "5e-324",
    "1e-323",
    "2.2250738585072014e-308",
    "2.225073858507201e-308",
    "1.7976931348623157e+308",
    "1e+22",
    "1e+23",
    "1e+21",
    "9007199254740992",
    "1.2345678901234568e+17",
    "0.0001",
    "1e-05",
    "9.999e-05",
    "0.00012345",
    "999999999.999999",
    "1000000000.000001",
    "1000000000",
    "468.4599914550781",
    "4.35",
    "1e-06",
    "2.5e-07",
    "1.005",
    "2.675",
    "1.7976931348623157e+20",
    "8.41e+21",
    "1.5e-323",
    "6.8377270104e-313",
    "5e-310",
    "9.5367431640625e-07",
    "1.5e+300",
    "65504",
    "3.141592653589793",
    "2.718281828459045",
    "299792458",
    "6.02214076e+23",
    "1.602176634e-19",
    "512.3250122070312",
    "-0.5",
    "-1234.5678",
    "-1e-07",
    "390.3447807673684",
    "440.68262197090564",
    "453.0576951232929",
    "422.5197404232039",
    "5.101557132338392e-129",
    "4.1391296411226336e-220",
    "4.494787061163365e+266",
    "2.6800598496282677e+142",
    "3.387922040754047e+209",
    "1.080992191165027e-71",
    "0",
    "-0",
    "inf",
    "-inf",
};

/* xorshift64: the same numbers in every run. */
static uint64_t random_state;

static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static uint64_t random_below(uint64_t limit)
{
    return random_next() % limit;
}

static int start(void **state)
{
    (void)state;
    random_state = 88172645463325252u;
    return 0;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Both readers get their text in a block of exactly its size, so that the address sanitizer sees
 * a step too far. */
static bool read_double(const char *text, size_t size, double *ret_value)
{
    char *exact = malloc(size);
    memcpy(exact, text, size);
    bool good = double_parse(exact, size, ret_value);
    free(exact);
    return good;
}

static bool read_decimal(const char *text, int decimals, int64_t *ret_value)
{
    size_t size = strlen(text);
    char *exact = malloc(size);
    memcpy(exact, text, size);
    bool good = decimal_parse(exact, size, decimals, ret_value);
    free(exact);
    return good;
}

static double parsed(const char *text)
{
    double value = -99;
    if (!read_double(text, strlen(text), &value))
        fail_msg("\"%s\" is not read as a number", text);
    return value;
}

static void assert_not_double(const char *text)
{
    double value = -99;
    if (read_double(text, strlen(text), &value))
        fail_msg("\"%s\" is read as %g", text, value);
    assert_true(value == -99);
}

static void assert_decimal(const char *text, int decimals, int64_t expected)
{
    int64_t value = -99;
    if (!read_decimal(text, decimals, &value))
        fail_msg("\"%s\" is not read as a decimal", text);
    assert_int_equal(value, expected);
}

static void assert_not_decimal(const char *text, int decimals)
{
    int64_t value = -99;
    if (read_decimal(text, decimals, &value))
        fail_msg("\"%s\" is read as %lld", text, (long long)value);
    assert_int_equal(value, -99);
}

static void assert_formats(int64_t value, int decimals, int decimals_min, const char *expected)
{
    char buffer[DECIMAL_TEXT_SIZE];
    assert_string_equal(decimal_format(value, decimals, decimals_min, buffer), expected);
}

static void a_decimal_is_read_exactly(void **state)
{
    (void)state;
    assert_decimal("12", 6, 12000000);
    assert_decimal("-0.5", 6, -500000);
    assert_decimal("+1.25", 2, 125);
    assert_decimal(".5", 1, 5);
    assert_decimal("5.", 1, 50);
    assert_decimal("0", 0, 0);
    assert_decimal("-0", 9, 0);
    assert_decimal("346.460000000", 2, 34646);
    assert_decimal("0.1", 18, INT64_C(100000000000000000));
    assert_decimal("000000000000000000000000000000000000001", 0, 1);
}

static void a_decimal_may_fill_an_int64_and_no_more(void **state)
{
    (void)state;
    assert_decimal("9223372036854775807", 0, INT64_MAX);
    assert_decimal("-9223372036854775808", 0, INT64_MIN);
    assert_decimal("9223372036854.775807", 6, INT64_MAX);
    assert_decimal("-9.223372036854775808", 18, INT64_MIN);
    assert_not_decimal("9223372036854775808", 0);
    assert_not_decimal("-9223372036854775809", 0);
    assert_not_decimal("18446744073709551616", 0);
    assert_not_decimal("9223372036855", 6);
    assert_not_decimal("99999999999999999999999999", 0);
    assert_not_decimal("10", 18);
    assert_not_decimal("100", 18);
}

static void a_decimal_with_digits_that_would_be_lost_is_refused(void **state)
{
    (void)state;
    assert_not_decimal("0.1234567", 6);
    assert_not_decimal("0.5", 0);
    assert_not_decimal("1.0000000000000000000000000000001", 6);
    assert_decimal("1.0000000000000000000000000000000", 6, 1000000);
    assert_decimal("7.0", 0, 7);
}

static void what_is_no_decimal_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = { "",    "+",   "-",     ".",     "-.", "+-1",
                                         "--1", "1e3", "1.2.3", " 1",    "1 ", "1,5",
                                         "0x1", "nan", "inf",   "1_000", "1-" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_not_decimal(wrong[i], 6);
}

static void only_the_given_bytes_are_read(void **state)
{
    (void)state;
    int64_t value;
    double number;
    assert_true(decimal_parse("12.5999", 4, 1, &value));
    assert_int_equal(value, 125);
    assert_true(double_parse("12.5999", 4, &number));
    assert_true(number == 12.5);
    assert_true(double_parse("1e22999999999999999", 4, &number));
    assert_true(number == 1e22);
    assert_true(double_parse("infinity", 3, &number));
    assert_true(number == INFINITY);
    assert_true(double_parse("nano", 3, &number));
    assert_false(double_parse("1\0", 2, &number));
}

static void a_decimal_is_printed_with_the_digits_it_has(void **state)
{
    (void)state;
    assert_formats(0, 6, 0, "0");
    assert_formats(0, 6, 2, "0.00");
    assert_formats(1, 6, 2, "0.000001");
    assert_formats(-1, 9, 0, "-0.000000001");
    assert_formats(12500000, 6, 2, "12.50");
    assert_formats(12500000, 6, 0, "12.5");
    assert_formats(12000000, 6, 0, "12");
    assert_formats(-12345678, 6, 6, "-12.345678");
    assert_formats(100, 0, 0, "100");
    assert_formats(INT64_MAX, 0, 0, "9223372036854775807");
    assert_formats(INT64_MIN, 6, 2, "-9223372036854.775808");
    assert_formats(INT64_MIN, 18, 18, "-9.223372036854775808");
}

static void any_decimal_reads_back_as_it_was_printed(void **state)
{
    (void)state;
    for (int i = 0; i < RANDOM_DECIMALS; i++) {
        int64_t value = (int64_t)random_next() >> random_below(64);
        int decimals = (int)random_below(DECIMALS_MAX + 1);
        int decimals_min = (int)random_below((uint64_t)decimals + 1);
        char buffer[DECIMAL_TEXT_SIZE];
        assert_decimal(decimal_format(value, decimals, decimals_min, buffer), decimals, value);
    }
}

static void a_double_is_read_correctly_rounded(void **state)
{
    (void)state;
    assert_true(parsed("346.46") == 346.46);
    assert_true(parsed("+.5") == 0.5);
    assert_true(parsed("5.") == 5);
    assert_true(parsed("1E3") == 1000);
    assert_true(parsed("1e+22") == 1e22);
    assert_true(parsed("9007199254740992e22") == 9007199254740992e22);
    assert_true(parsed("9007199254740993") == 9007199254740992.0);
    assert_true(parsed("9007199254740993.0000000000000000001") == 9007199254740994.0);
    assert_true(parsed("18446744073709551621") == 0x1p64);
    assert_true(parsed("0.1000000000000000055511151231257827") == 0.1);
    assert_true(parsed("179769313486231580793e289") == INFINITY);
    assert_true(parsed("1.7976931348623157e308") == 1.7976931348623157e308);
    assert_true(parsed("4.9e-324") == 0x1p-1074);
    assert_true(parsed("-1e400") == -INFINITY);
    assert_true(parsed("1e999999999999999999999") == INFINITY);
    assert_int_equal(bits_of(parsed("-1e-999999999999999999999")), bits_of(-0.0));
    assert_int_equal(bits_of(parsed("-0")), bits_of(-0.0));
    assert_int_equal(bits_of(parsed("0e99999")), bits_of(0.0));
}

static void a_long_exponent_meets_a_long_fraction(void **state)
{
    (void)state;
    char text[DOUBLE_LENGTH_MAX + 1];
    snprintf(text, sizeof text, "0.%0380d5e381", 0);
    assert_true(parsed(text) == 5);
    snprintf(text, sizeof text, "0.%0380d5e4230", 0);
    assert_true(parsed(text) == INFINITY);
}

static void words_for_what_is_no_number_are_read_in_any_case(void **state)
{
    (void)state;
    assert_true(isnan(parsed("nan")));
    assert_true(isnan(parsed("NaN")));
    assert_true(isnan(parsed("-nan")));
    assert_true(parsed("inf") == INFINITY);
    assert_true(parsed("-Infinity") == -INFINITY);
    assert_true(parsed("+INF") == INFINITY);
}

static void what_is_no_double_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",      "+",    "-",     ".",    "e5",  "1e",   "1e+",     "1e-",    "1e5.0",
        "--1",   "+-1",  "1.2.3", " 1",   "1 ",  "1,5",  "0x10",    "0x1p3",  "1f",
        "1d3",   "n",    "na",    "nans", "in",  "infi", "infinit", "nan(1)", "infinity1",
        "1_000", "1e5x", ".e1",   "-.",   "\t1", "1\n",  "$1",      "1%",     "one",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_not_double(wrong[i]);
}

static void a_text_over_the_length_cap_is_refused(void **state)
{
    (void)state;
    char text[DOUBLE_LENGTH_MAX + 2];
    memset(text, '3', sizeof text);
    text[0] = '.';
    double value = -99;
    assert_false(read_double(text, DOUBLE_LENGTH_MAX + 1, &value));
    assert_true(value == -99);
    assert_true(read_double(text, DOUBLE_LENGTH_MAX, &value));
    assert_true(value == 1.0 / 3);
}

static size_t random_digits(char *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text[i] = (char)('0' + random_below(10));
    return count;
}

static size_t random_number(char text[static 64])
{
    size_t size = 0;
    if (random_below(3) == 0)
        text[size++] = "+-"[random_below(2)];
    size += random_digits(text + size, random_below(22));
    if (random_below(4) > 0) {
        text[size++] = '.';
        size += random_digits(text + size, random_below(22));
    }
    if (random_below(2) == 0) {
        static const int ranges[] = { 30, 330, 5000 };
        int range = ranges[random_below(3)];
        int exponent = (int)random_below((uint64_t)range * 2) - range;
        size += (size_t)snprintf(text + size, 8, "%c%d", "eE"[random_below(2)], exponent);
    }
    text[size] = '\0';
    return size;
}

static void any_text_is_read_as_strtod_reads_it(void **state)
{
    (void)state;
    for (int i = 0; i < RANDOM_TEXTS; i++) {
        char text[64];
        size_t size = random_number(text);
        char *end;
        double expected = strtod(text, &end), value;
        bool good = end == text + size && size > 0;
        if (double_parse(text, size, &value) != good ||
            (good && bits_of(value) != bits_of(expected)))
            fail_msg("\"%s\" is not read as strtod reads it", text);
    }
}

static void the_shortest_text_is_the_one_python_prints(void **state)
{
    (void)state;
    char buffer[DECIMAL_TEXT_SIZE];
    for (size_t i = 0; i < sizeof shortest / sizeof *shortest; i++)
        assert_string_equal(double_format(parsed(shortest[i]), buffer), shortest[i]);
    assert_string_equal(double_format(NAN, buffer), "nan");
    assert_string_equal(double_format(-(double)NAN, buffer), "nan");
    assert_string_equal(double_format(1e15, buffer), "1e+15");
    assert_string_equal(double_format(999999999999999, buffer), "999999999999999");
}

static void any_double_reads_back_as_it_was_printed(void **state)
{
    (void)state;
    for (int i = 0; i < RANDOM_DOUBLES; i++) {
        uint64_t bits = random_next();
        if (i % 8 == 0)
            bits &= UINT64_C(0x800FFFFFFFFFFFFF); /* a subnormal */
        double value = double_of(bits);
        char buffer[DECIMAL_TEXT_SIZE];
        double_format(value, buffer);
        if (!isnan(value) && bits_of(parsed(buffer)) != bits)
            fail_msg("%a reads back differently from \"%s\"", value, buffer);
    }
}

static void any_price_is_printed_as_it_was_read(void **state)
{
    (void)state;
    for (int i = 0; i < RANDOM_DECIMALS; i++) {
        int64_t micros = (int64_t)(random_next() >> (14 + random_below(40)));
        if (micros > 0 && micros < 100)
            continue; /* has an exponent */
        char expected[DECIMAL_TEXT_SIZE], buffer[DECIMAL_TEXT_SIZE];
        decimal_format(micros % INT64_C(1000000000000000), MONEY_DECIMALS, 0, expected);
        assert_string_equal(double_format(parsed(expected), buffer), expected);
    }
}

/* Of 15 to 17 digits the fewest that read back, by printf and strtod. */
static void assert_as_printf(double value)
{
    char expected[DECIMAL_TEXT_SIZE], buffer[DECIMAL_TEXT_SIZE];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(expected, sizeof expected, "%.*g", precision, value);
        if (strtod(expected, NULL) == value)
            break;
    }
    assert_string_equal(double_format(value, buffer), expected);
}

static void any_number_of_many_digits_is_as_short_as_printf_can_print_it(void **state)
{
    (void)state;
    for (int i = 0; i < RANDOM_LONG; i++) {
        /* From 2^-7 to 2^50, any mantissa; fractions of few bits; singles; neighbours of prices. */
        uint64_t exponent = 1023 - 7 + random_below(57);
        double price = (double)random_below(100000000) / 100;
        assert_as_printf(double_of(exponent << 52 | random_next() >> 12));
        assert_as_printf(-(double)random_below(INT64_C(1) << 53) /
                         (double)(INT64_C(1) << random_below(60)));
        assert_as_printf((double)(float)price);
        assert_as_printf(double_of(bits_of(price) + 1));
    }
}

static void assert_fixed(double value, int decimals, const char *expected)
{
    char buffer[DECIMAL_TEXT_SIZE];
    assert_string_equal(double_format_fixed(value, decimals, buffer), expected);
    assert_string_equal(buffer, expected);
}

static void a_fixed_count_of_decimals_is_correctly_rounded(void **state)
{
    (void)state;
    assert_fixed(346.46, 2, "346.46");
    assert_fixed(1.005, 2, "1.00"); /* the double is below the half */
    assert_fixed(2.675, 2, "2.67");
    assert_fixed(0.125, 2, "0.12");
    assert_fixed(0.375, 2, "0.38");
    assert_fixed(2.5, 0, "2");
    assert_fixed(-0.5, 0, "0");
    assert_fixed(1e-9, 9, "0.000000001");
    assert_fixed(-12.3456, 3, "-12.346");
    assert_fixed(999.9999, 2, "1000.00");
}

static void assert_fixed_as_printf(double value, int decimals)
{
    char printed[DOUBLE_LENGTH_MAX];
    int length = snprintf(printed, sizeof printed, "%.*f", decimals, value);
    bool is_zero = strpbrk(printed, "123456789") == NULL;
    if (isfinite(value) && length < DECIMAL_TEXT_SIZE)
        assert_fixed(value, decimals, printed + (is_zero && printed[0] == '-'));
}

static void any_number_is_rounded_as_printf_rounds_it(void **state)
{
    (void)state;
    for (int i = 0; i < RANDOM_LONG; i++) {
        int decimals = (int)random_below(QUANTITY_DECIMALS + 1);
        /* From 2^-90 to 2^40, any mantissa; any bits; halves, exact ones and nearly so. */
        uint64_t exponent = 1023 - 90 + random_below(130);
        double half = ((double)random_below(100000000) + 0.5) / pow(10, decimals);
        assert_fixed_as_printf(double_of(exponent << 52 | random_next() >> 12), decimals);
        assert_fixed_as_printf(double_of(random_next()), decimals);
        assert_fixed_as_printf(-(double)random_below(INT64_C(1) << 40) /
                                   (double)(INT64_C(1) << random_below(40)),
                               decimals);
        assert_fixed_as_printf(half, decimals);
        assert_fixed_as_printf(-double_of(bits_of(half) + 1), decimals);
        assert_fixed_as_printf(double_of(bits_of(half) - 1), decimals);
    }
}

static void what_is_put_into_a_text_has_no_nul_behind_it(void **state)
{
    (void)state;
    char text[3 * DECIMAL_TEXT_SIZE] = "................................................";
    char *end = decimal_put(text, -12500000, MONEY_DECIMALS, 2);
    assert_int_equal(*end, '.');
    *end++ = ',';
    end = double_put(end, 346.46);
    *end++ = ',';
    end = double_put_fixed(end, 0.00125, 4);
    *end++ = ',';
    *double_put(end, 1e22) = '\0';
    assert_string_equal(text, "-12.50,346.46,0.0013,1e+22");
}

static void a_fixed_count_of_decimals_has_no_negative_zero(void **state)
{
    (void)state;
    assert_fixed(-0.00001, 4, "0.0000");
    assert_fixed(-0.0, 2, "0.00");
    assert_fixed(-0.0, 0, "0");
    assert_fixed(-0.00005001, 4, "-0.0001");
}

static void what_a_fixed_count_of_decimals_cannot_hold_is_printed_shortest(void **state)
{
    (void)state;
    assert_fixed(1e300, 2, "1e+300");
    assert_fixed(-1e20, 9, "-1e+20");
    assert_fixed(1e20, 9, "100000000000000000000.000000000");
    assert_fixed(NAN, 2, "nan");
    assert_fixed(-INFINITY, 2, "-inf");
}

static void dollars_become_micros_rounded_once(void **state)
{
    (void)state;
    assert_int_equal(money_from_double(12.34), 12340000);
    assert_int_equal(money_from_double(-0.1), -100000);
    assert_int_equal(money_from_double(346.4599915), 346459992);
    assert_int_equal(money_from_double(0x1p-7), 7812);  /* 7812.5: to even */
    assert_int_equal(money_from_double(0x3p-7), 23438); /* 23437.5 */
    assert_int_equal(money_from_double(-0x1p-7), -7812);
    assert_int_equal(money_from_double(4e-7), 0);
    assert_int_equal(money_from_double(-0.0), 0);
}

static void money_is_held_within_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(money_from_double(1e12), MONEY_MAX);
    assert_int_equal(money_from_double(1e300), MONEY_MAX);
    assert_int_equal(money_from_double(-1e13), -MONEY_MAX);
    assert_int_equal(money_from_double(INFINITY), MONEY_MAX);
    assert_int_equal(money_from_double(-INFINITY), -MONEY_MAX);
    assert_int_equal(money_from_double(NAN), 0);
    assert_true(money_from_double(nextafter(1e12, 0)) < MONEY_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decimal_is_read_exactly),
        cmocka_unit_test(a_decimal_may_fill_an_int64_and_no_more),
        cmocka_unit_test(a_decimal_with_digits_that_would_be_lost_is_refused),
        cmocka_unit_test(what_is_no_decimal_is_refused),
        cmocka_unit_test(only_the_given_bytes_are_read),
        cmocka_unit_test(a_decimal_is_printed_with_the_digits_it_has),
        cmocka_unit_test_setup(any_decimal_reads_back_as_it_was_printed, start),
        cmocka_unit_test(a_double_is_read_correctly_rounded),
        cmocka_unit_test(a_long_exponent_meets_a_long_fraction),
        cmocka_unit_test(words_for_what_is_no_number_are_read_in_any_case),
        cmocka_unit_test(what_is_no_double_is_refused),
        cmocka_unit_test(a_text_over_the_length_cap_is_refused),
        cmocka_unit_test_setup(any_text_is_read_as_strtod_reads_it, start),
        cmocka_unit_test(the_shortest_text_is_the_one_python_prints),
        cmocka_unit_test_setup(any_double_reads_back_as_it_was_printed, start),
        cmocka_unit_test_setup(any_price_is_printed_as_it_was_read, start),
        cmocka_unit_test_setup(any_number_of_many_digits_is_as_short_as_printf_can_print_it, start),
        cmocka_unit_test(a_fixed_count_of_decimals_is_correctly_rounded),
        cmocka_unit_test_setup(any_number_is_rounded_as_printf_rounds_it, start),
        cmocka_unit_test(what_is_put_into_a_text_has_no_nul_behind_it),
        cmocka_unit_test(a_fixed_count_of_decimals_has_no_negative_zero),
        cmocka_unit_test(what_a_fixed_count_of_decimals_cannot_hold_is_printed_shortest),
        cmocka_unit_test(dollars_become_micros_rounded_once),
        cmocka_unit_test(money_is_held_within_its_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
