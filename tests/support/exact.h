/* Doubles compared exactly: the same value, or both not a number. cmocka's own comparison of floats
 * needs a tolerance, which would hide what these tests are about. */
#ifndef PLAYBOOK_TESTS_SUPPORT_EXACT_H
#define PLAYBOOK_TESTS_SUPPORT_EXACT_H

#include <math.h>
#include <stdbool.h>

static inline bool exact_equal(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* A macro, so that a failure is told at the line of the test. Include cmocka.h too. */
#define assert_exactly(actual, expected)                                                           \
    do {                                                                                           \
        double exact_actual = (actual);                                                            \
        double exact_expected = (expected);                                                        \
        if (!exact_equal(exact_actual, exact_expected))                                            \
            fail_msg("%.17g is not %.17g", exact_actual, exact_expected);                          \
    } while (0)

#endif
