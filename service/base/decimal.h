/* Numbers as text, exactly: fixed-point amounts (int64) and doubles in their shortest form.
 *
 * Money is in micro-dollars (6 decimals), quantities in 1e-9 units (9 decimals). Both parsers
 * want at least one digit and accept ".5" and "5."; neither accepts spaces. The point is always
 * '.': the program never calls setlocale. */
#ifndef PLAYBOOK_BASE_DECIMAL_H
#define PLAYBOOK_BASE_DECIMAL_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MONEY_DECIMALS = 6,
    QUANTITY_DECIMALS = 9,
    DECIMALS_MAX = 18,
    DECIMAL_TEXT_SIZE = 32,
    DOUBLE_LENGTH_MAX = 400, /* the longest plain "%.17f" of a double has 327 characters */
};

#define MONEY_ONE INT64_C(1000000)                     /* one dollar */
#define QUANTITY_ONE INT64_C(1000000000)               /* one share or coin */
#define MONEY_MAX (INT64_C(1000000000000) * MONEY_ONE) /* amounts are held within +-1e12 dollars */

/* "12", "-0.5", "+1.25": value x 10^decimals, decimals in 0..DECIMALS_MAX. False for anything
 * else (an exponent too), for more digits than `decimals` that are not zero, and for what does not
 * fit. */
bool decimal_parse(const char *text, size_t size, int decimals, int64_t *ret_value);

/* At least decimals_min digits after the point, more while they are not zero. */
const char *decimal_format(int64_t value, int decimals, int decimals_min,
                           char buffer[static DECIMAL_TEXT_SIZE]);

/* The same for what is put into a longer text: at `target`, where there are DECIMAL_TEXT_SIZE
 * bytes; returned is the place behind it, and no NUL is there. */
char *decimal_put(char *target, int64_t value, int decimals, int decimals_min);

/* A number as JSON and CSV write it: optional sign, digits, point, exponent; also "nan", "inf"
 * and "infinity" in any case. Correctly rounded; what overflows reads as infinity, what underflows
 * as zero. False when the text is anything else, has something behind the number, or is longer
 * than DOUBLE_LENGTH_MAX characters. */
bool double_parse(const char *text, size_t size, double *ret_value);

/* The shortest decimal text that reads back as the same double ("0.1", "346.46", "1e+22"), also
 * for subnormals; at one power of two in 44 it has 17 digits where 16 would do. The style is that
 * of printf's %g: an exponent below 1e-4 and from 1e15 or a little above on. Not a number is
 * "nan", infinities are "inf" and "-inf", negative zero is "-0". */
const char *double_format(double value, char buffer[static DECIMAL_TEXT_SIZE]);
char *double_put(char *target, double value); /* as decimal_put */

/* Exactly `decimals` (0..9) digits after the point, correctly rounded (the double's exact value
 * to nearest, halves to even); never "-0.00". What is not finite or too long for the buffer (with
 * 9 decimals from about 1e21 on) comes out as double_format writes it. */
const char *double_format_fixed(double value, int decimals, char buffer[static DECIMAL_TEXT_SIZE]);
char *double_put_fixed(char *target, double value, int decimals); /* as decimal_put */

/* Dollars to micro-dollars, rounded to nearest once, halves to even; held within +-MONEY_MAX.
 * NaN is 0: numbers from outside are refused at intake unless they are finite. */
static inline int64_t money_from_double(double dollars)
{
    const int64_t dollars_max = MONEY_MAX / MONEY_ONE;
    if (fabs(dollars) < (double)dollars_max)
        return llrint(dollars * (double)MONEY_ONE);
    if (isnan(dollars))
        return 0;
    return dollars < 0 ? -MONEY_MAX : MONEY_MAX;
}

#endif
