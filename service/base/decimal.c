#include "service/base/decimal.h"

#include "service/base/digits.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The fast paths multiply or divide two exact doubles and rely on the one correct rounding. */
_Static_assert(FLT_EVAL_METHOD == 0, "doubles must be evaluated as doubles");

enum { MANTISSA_DIGITS_MAX = 19, POWER_EXACT_MAX = 22 };

#define MANTISSA_EXACT_MAX (UINT64_C(1) << DBL_MANT_DIG)

/* Below this, six decimals are 15 significant digits, and one text of that length is one double. */
#define MICROS_EXACT_MAX 1e9
#define EXPONENT_FORM_BELOW 1e-4

/* Between these, 17 significant digits need no exponent and at most DECIMALS_MAX decimals. */
#define DIGITS_MIN 1e-2
#define DIGITS_LIMIT 1e15

/* Below this, nine decimals fit an int64; what is shifted out further than this leaves less than
 * half. */
#define FIXED_LIMIT 1e9
enum { FIXED_SHIFT_MAX = 100, EXPONENT_BIAS = DBL_MAX_EXP - 1 };

static const double powers_of_ten[POWER_EXACT_MAX + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* What one is with so many decimals. */
static const uint64_t units[DECIMALS_MAX + 1] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
};

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool append_digit(uint64_t *number, char digit)
{
    return !__builtin_mul_overflow(*number, 10, number) &&
           !__builtin_add_overflow(*number, (uint64_t)(digit - '0'), number);
}

bool decimal_parse(const char *text, size_t size, int decimals, int64_t *ret_value)
{
    assert(decimals >= 0 && decimals <= DECIMALS_MAX);
    const char *end = text + size;
    bool negative = size > 0 && *text == '-';
    if (size > 0 && (*text == '-' || *text == '+'))
        text++;
    uint64_t magnitude = 0;
    int places = 0;
    bool point_seen = false, digit_seen = false;
    for (; text < end; text++) {
        if (*text == '.' && !point_seen) {
            point_seen = true;
            continue;
        }
        if (!is_digit(*text))
            return false;
        digit_seen = true;
        bool beyond = point_seen && places == decimals;
        if (beyond ? *text != '0' : !append_digit(&magnitude, *text))
            return false;
        places += point_seen && !beyond;
    }
    for (; places < decimals; places++)
        if (!append_digit(&magnitude, '0'))
            return false;
    if (!digit_seen || magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    *ret_value = (int64_t)(negative ? 0 - magnitude : magnitude);
    return true;
}

/* The zeros at the end that nobody asked for go first, two at a time as long as it lasts. */
char *decimal_put(char *target, int64_t value, int decimals, int decimals_min)
{
    assert(decimals_min >= 0 && decimals_min <= decimals && decimals <= DECIMALS_MAX);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (; decimals >= decimals_min + 2 && rest % 100 == 0; decimals -= 2)
        rest /= 100;
    for (; decimals > decimals_min && rest % 10 == 0; decimals--)
        rest /= 10;

    int whole = 1; /* digits in front of the point */
    while (whole + decimals <= DECIMALS_MAX && rest >= units[whole + decimals])
        whole++;
    if (value < 0)
        *target++ = '-';
    char *point = target + whole;
    if (decimals > 0) {
        *point = '.';
        rest = digits_put(point + 1, rest, decimals);
    }
    digits_put(target, rest, whole);
    return decimals > 0 ? point + 1 + decimals : point;
}

const char *decimal_format(int64_t value, int decimals, int decimals_min,
                           char buffer[static DECIMAL_TEXT_SIZE])
{
    *decimal_put(buffer, value, decimals, decimals_min) = '\0';
    return buffer;
}

/* What a number's text says: mantissa x 10^power, the mantissa cut at MANTISSA_DIGITS_MAX. */
struct scanned {
    bool negative;
    uint64_t mantissa;
    int power;
    int digits; /* significant ones, also those cut */
};

/* Returns the first character behind the digits. */
static const char *scan_digits(const char *next, const char *end, bool fraction,
                               struct scanned *number)
{
    for (; next < end && is_digit(*next); next++) {
        number->digits += number->digits > 0 || *next != '0';
        if (number->digits > MANTISSA_DIGITS_MAX)
            continue;
        number->mantissa = number->mantissa * 10 + (uint64_t)(*next - '0');
        number->power -= fraction;
    }
    return next;
}

/* The size is at most DOUBLE_LENGTH_MAX, so no count of characters overflows. */
static bool scan_number(const char *next, const char *end, struct scanned *number)
{
    number->negative = next < end && *next == '-';
    if (next < end && (*next == '-' || *next == '+'))
        next++;
    const char *digits = next;
    next = scan_digits(next, end, false, number);
    size_t digit_count = (size_t)(next - digits);
    if (next < end && *next == '.') {
        digits = ++next;
        next = scan_digits(next, end, true, number);
        digit_count += (size_t)(next - digits);
    }
    if (digit_count == 0)
        return false;
    if (next == end)
        return true;

    if (*next != 'e' && *next != 'E')
        return false;
    next++;
    bool negative = next < end && *next == '-';
    if (next < end && (*next == '-' || *next == '+'))
        next++;
    if (next == end)
        return false;
    /* Cut where no point in the mantissa could bring the power back into the fast path. */
    int exponent = 0;
    for (; next < end && is_digit(*next); next++)
        if (exponent <= POWER_EXACT_MAX + DOUBLE_LENGTH_MAX)
            exponent = exponent * 10 + (*next - '0');
    number->power += negative ? -exponent : exponent;
    return next == end;
}

static bool parse_word(const char *text, size_t size, double *ret_value)
{
    bool negative = size > 0 && *text == '-';
    size_t sign = size > 0 && (*text == '-' || *text == '+');
    const char *word = text + sign;
    size_t length = size - sign;
    double value;
    if (length == 3 && strncasecmp(word, "nan", 3) == 0)
        value = NAN;
    else if ((length == 3 && strncasecmp(word, "inf", 3) == 0) ||
             (length == 8 && strncasecmp(word, "infinity", 8) == 0))
        value = INFINITY;
    else
        return false;
    *ret_value = negative ? -value : value;
    return true;
}

bool double_parse(const char *text, size_t size, double *ret_value)
{
    if (size > DOUBLE_LENGTH_MAX)
        return false;
    struct scanned number = { 0 };
    if (!scan_number(text, text + size, &number))
        return parse_word(text, size, ret_value);

    if (number.digits <= MANTISSA_DIGITS_MAX && number.mantissa <= MANTISSA_EXACT_MAX &&
        abs(number.power) <= POWER_EXACT_MAX) {
        double value = (double)number.mantissa;
        double power = powers_of_ten[abs(number.power)];
        value = number.power < 0 ? value / power : value * power;
        *ret_value = number.negative ? -value : value;
        return true;
    }
    char copy[DOUBLE_LENGTH_MAX + 1];
    memcpy(copy, text, size);
    copy[size] = '\0';
    *ret_value = strtod(copy, NULL);
    return true;
}

/* Most numbers a writer prints are prices with few decimals; for those the shortest text is the
 * integer of micros that divides back to the value. It is right because a double keeps any 15
 * digits: no other text of that length or less reads as the same value. */
static bool micros_of(double value, int64_t *ret_micros)
{
    double magnitude = fabs(value);
    if (!(magnitude >= EXPONENT_FORM_BELOW && magnitude < MICROS_EXACT_MAX))
        return false;
    *ret_micros = llrint(value * powers_of_ten[MONEY_DECIMALS]);
    return (double)*ret_micros / powers_of_ten[MONEY_DECIMALS] == value;
}

/* scaled / 2^shift, to the nearest multiple of unit; halves to the even one. */
static uint64_t round_to(unsigned __int128 scaled, int shift, uint64_t unit)
{
    uint64_t halves = (uint64_t)(scaled >> (shift - 1));
    uint64_t count = halves / (2 * unit);
    uint64_t rest = halves % (2 * unit);
    bool is_more = scaled != (unsigned __int128)halves << (shift - 1);
    return (count + (rest > unit || (rest == unit && (is_more || count % 2 == 1)))) * unit;
}

/* A double that is not negative, exactly: mantissa / 2^shift. */
struct binary {
    uint64_t mantissa; /* below 2^53 */
    int shift;         /* may be negative */
};

static struct binary binary_of(double magnitude)
{
    uint64_t bits;
    memcpy(&bits, &magnitude, sizeof bits);
    const uint64_t hidden_bit = UINT64_C(1) << (DBL_MANT_DIG - 1);
    int exponent = (int)(bits / hidden_bit);
    uint64_t fraction = bits % hidden_bit;
    bool is_subnormal = exponent == 0;
    return (struct binary) {
        .mantissa = is_subnormal ? fraction : fraction + hidden_bit,
        .shift = EXPONENT_BIAS + DBL_MANT_DIG - 1 - exponent - is_subnormal,
    };
}

/* The fewest digits, 15 to 17, that read back as the value, which is digits / 10^decimals. All in
 * integers: value x 10^decimals is scaled / 2^shift, and what is nearer to it than half a unit of
 * the mantissa's last place reads back. (Nothing lies exactly there: 2^shift does not divide. Only
 * below a power of two the next double is nearer still, and between the limits 15 digits hold each
 * of those exactly.) */
static bool digits_of(double value, int64_t *ret_digits, int *ret_decimals)
{
    double magnitude = fabs(value);
    if (!(magnitude >= DIGITS_MIN && magnitude < DIGITS_LIMIT))
        return false;
    int places = magnitude < 0.1 ? -1 : 0; /* in front of the point; zeros behind it are less */
    while (places >= 0 && magnitude >= powers_of_ten[places])
        places++;
    int decimals = DBL_DECIMAL_DIG - places;
    uint64_t power = (uint64_t)powers_of_ten[decimals];
    struct binary binary = binary_of(magnitude);
    int shift = binary.shift + 1; /* one bit more, to hold half a unit */
    unsigned __int128 scaled = (unsigned __int128)(binary.mantissa * 2) * power;
    for (uint64_t unit = 100; unit > 0; unit /= 10) {
        uint64_t digits = round_to(scaled, shift, unit);
        unsigned __int128 there = (unsigned __int128)digits << shift;
        if ((there > scaled ? there - scaled : scaled - there) < power) {
            *ret_digits = value < 0 ? -(int64_t)digits : (int64_t)digits;
            *ret_decimals = decimals;
            return true;
        }
    }
    return false;
}

/* What is left for printf: exponents, and not a number. */
static char *general_put(char *target, double value)
{
    if (isnan(value))
        value = NAN; /* drops a sign, which printf would show */
    /* Subnormals carry fewer digits than the 15 that every other double keeps. */
    int precision = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
    int length = 0;
    for (; precision <= DBL_DECIMAL_DIG; precision++) {
        length = snprintf(target, DECIMAL_TEXT_SIZE, "%.*g", precision, value);
        if (strtod(target, NULL) == value)
            break;
    }
    return target + length;
}

char *double_put(char *target, double value)
{
    int64_t digits;
    int decimals;
    if (micros_of(value, &digits))
        return decimal_put(target, digits, MONEY_DECIMALS, 0);
    if (digits_of(value, &digits, &decimals))
        return decimal_put(target, digits, decimals, 0);
    return general_put(target, value);
}

const char *double_format(double value, char buffer[static DECIMAL_TEXT_SIZE])
{
    *double_put(buffer, value) = '\0';
    return buffer;
}

/* The value in units of 10^-decimals, rounded as printf rounds: value x 10^decimals is an integer
 * of at most 83 bits, / 2^shift. */
static bool fixed_of(double value, int decimals, int64_t *ret_fixed)
{
    double magnitude = fabs(value);
    if (!(magnitude < FIXED_LIMIT))
        return false;
    struct binary binary = binary_of(magnitude);
    unsigned __int128 scaled = (unsigned __int128)binary.mantissa * units[decimals];
    uint64_t fixed = binary.shift > FIXED_SHIFT_MAX ? 0 : round_to(scaled, binary.shift, 1);
    *ret_fixed = value < 0 ? -(int64_t)fixed : (int64_t)fixed;
    return true;
}

char *double_put_fixed(char *target, double value, int decimals)
{
    assert(decimals >= 0 && decimals <= QUANTITY_DECIMALS);
    int64_t fixed;
    if (fixed_of(value, decimals, &fixed))
        return decimal_put(target, fixed, decimals, decimals);
    if (!isfinite(value))
        return double_put(target, value);
    int length = snprintf(target, DECIMAL_TEXT_SIZE, "%.*f", decimals, value);
    return length < DECIMAL_TEXT_SIZE ? target + length : double_put(target, value);
}

const char *double_format_fixed(double value, int decimals, char buffer[static DECIMAL_TEXT_SIZE])
{
    *double_put_fixed(buffer, value, decimals) = '\0';
    return buffer;
}
