/* Numbers as text: what is parsed is what strtod and the text say, to the bit, and what is
 * formatted is parsed again as what it was. */
#include "service/base/decimal.h"
#include "tests/fuzz/fuzz.h"

#include <float.h>
#include <stdlib.h>

#define EXACT_MAX (INT64_C(1) << 53)

static double power_of_ten(int power)
{
    double value = 1;
    while (power-- > 0)
        value *= 10; /* exact up to 1e22 */
    return value;
}

/* The shortest form reads back, and no shorter one does; fixed ones are rounded as by printf. */
static void assert_double_formats(double value)
{
    char text[DECIMAL_TEXT_SIZE], plain[DOUBLE_LENGTH_MAX];
    double again;
    bool parsed = double_parse(double_format(value, text), strlen(text), &again);
    assert(parsed);
    assert_same_number(value, again);
    if (!isfinite(value))
        return;
    size_t digits = 0;
    for (const char *at = text; *at != '\0' && *at != 'e'; at++)
        digits += *at >= '0' && *at <= '9' && (digits > 0 || *at != '0');
    assert(digits <= DBL_DECIMAL_DIG);
    if (digits > 1 && digits < DBL_DECIMAL_DIG) {
        snprintf(plain, sizeof plain, "%.*e", (int)digits - 2, value);
        assert(strtod(plain, NULL) != value || strchr(text, '.') == NULL);
    }
    for (int decimals = 0; decimals <= QUANTITY_DECIMALS; decimals++) {
        int length = snprintf(plain, sizeof plain, "%.*f", decimals, value);
        bool nothing = strpbrk(plain, "123456789") == NULL;
        double_format_fixed(value, decimals, text);
        parsed = double_parse(text, strlen(text), &again);
        assert(parsed);
        if (length < DECIMAL_TEXT_SIZE)
            assert(strcmp(text, plain + (nothing && plain[0] == '-')) == 0);
        else
            assert(again == value);
    }
}

static void assert_decimal_formats(int64_t value, int decimals)
{
    for (int least = 0; least <= decimals; least += 3) {
        char text[DECIMAL_TEXT_SIZE];
        int64_t again;
        decimal_format(value, decimals, least, text);
        const char *point = strchr(text, '.');
        size_t places = point != NULL ? strlen(point + 1) : 0;
        assert(places >= (size_t)least && places <= (size_t)decimals);
        assert(places == (size_t)least || text[strlen(text) - 1] != '0');
        bool parsed = decimal_parse(text, strlen(text), decimals, &again);
        assert(parsed && again == value);
    }
}

/* strtod reads more than a number may be: blanks, hexadecimal, nan(...). */
static void assert_double_parse(const char *bytes, size_t size)
{
    double value, expected;
    char text[DOUBLE_LENGTH_MAX + 1] = "";
    memset(&value, UNTOUCHED, sizeof value);
    bool parsed = double_parse(bytes, size, &value);
    if (size > DOUBLE_LENGTH_MAX) {
        assert(!parsed);
        return;
    }
    memcpy(text, bytes, size);
    char *end;
    expected = strtod(text, &end);
    bool plain = size > 0 && end == text + size && strspn(text, " \t\n\v\f\r") == 0 &&
                 strpbrk(text, "xX(") == NULL;
    assert(parsed == plain);
    if (parsed)
        assert_same_number(value, expected);
    else
        assert_untouched(&value, sizeof value);
    if (parsed)
        assert_double_formats(value);
}

static void assert_decimal_parse(const char *bytes, size_t size)
{
    int64_t shorter = 0;
    bool shorter_parsed = false;
    for (int decimals = 0; decimals <= DECIMALS_MAX; decimals++) {
        int64_t value;
        double number;
        memset(&value, UNTOUCHED, sizeof value);
        bool parsed = decimal_parse(bytes, size, decimals, &value);
        if (!parsed)
            assert_untouched(&value, sizeof value);
        /* A place more makes it ten times as much, or too much. */
        if (shorter_parsed && llabs(shorter) < INT64_MAX / 10)
            assert(parsed && value == shorter * 10);
        shorter = value;
        shorter_parsed = parsed;
        if (!parsed)
            continue;
        assert_decimal_formats(value, decimals);
        if (size > DOUBLE_LENGTH_MAX)
            continue;
        bool is_number = double_parse(bytes, size, &number);
        double quotient = (double)value / power_of_ten(decimals);
        assert(is_number && fabs(number - quotient) <= fabs(number) * 1e-15);
        assert(number == quotient || value > EXACT_MAX || value < -EXACT_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    assert_double_parse((const char *)bytes, size);
    assert_decimal_parse((const char *)bytes, size);
    int64_t whole;
    double number;
    if (size < sizeof whole)
        return 0;
    memcpy(&whole, bytes, sizeof whole);
    memcpy(&number, bytes, sizeof number);
    for (int decimals = 0; decimals <= DECIMALS_MAX; decimals++)
        assert_decimal_formats(whole, decimals);
    assert_double_formats(number);
    int64_t money = money_from_double(number);
    assert(money >= -MONEY_MAX && money <= MONEY_MAX);
    assert(!(fabs(number) < 1e6) || fabs((double)money / (double)MONEY_ONE - number) <= 0.51e-6);
    return 0;
}
