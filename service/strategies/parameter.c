#include "service/strategies/parameter.h"

#include "service/base/date.h"
#include "service/base/decimal.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void parameter_set_init(struct parameter_set *set, const struct parameter *table)
{
    *set = (struct parameter_set) { 0 };
    for (size_t i = 0; table[i].name; i++) {
        assert(i < PARAMETERS_MAX);
        set->values[i] = table[i].initial;
    }
}

const struct parameter *parameter_find(const struct parameter *table, const char *name,
                                       size_t *ret_index)
{
    for (size_t i = 0; table[i].name; i++) {
        if (strcmp(table[i].name, name) == 0) {
            *ret_index = i;
            return &table[i];
        }
    }
    return NULL;
}

static const char *expectation(enum parameter_kind kind)
{
    switch (kind) {
    case PARAMETER_NUMBER:
        return "a number";
    case PARAMETER_COUNT:
        return "a whole number";
    case PARAMETER_TIME:
        return "a time such as 15:55";
    case PARAMETER_QUANTITY:
        return "a number with at most 9 decimals";
    }
    assert(false);
    return "";
}

static bool read_value(const struct parameter *parameter, const char *text, double *ret_value)
{
    size_t size = strlen(text);
    int minute;
    int64_t quantity;
    switch (parameter->kind) {
    case PARAMETER_NUMBER:
        return double_parse(text, size, ret_value) && isfinite(*ret_value);
    case PARAMETER_COUNT:
        return double_parse(text, size, ret_value) && *ret_value == floor(*ret_value);
    case PARAMETER_TIME:
        if (!clock_time_parse(text, size, &minute))
            return false;
        *ret_value = minute;
        return true;
    case PARAMETER_QUANTITY:
        if (!decimal_parse(text, size, QUANTITY_DECIMALS, &quantity))
            return false;
        *ret_value = (double)quantity / QUANTITY_ONE;
        return true;
    }
    return false;
}

bool parameter_parse(const struct parameter *parameter, const char *text, double *ret_value,
                     struct error *error)
{
    double value;
    if (!read_value(parameter, text, &value))
        return error_set(error, ERROR_USAGE, "%s: \"%.40s\" is not %s", parameter->name, text,
                         expectation(parameter->kind));
    if (value < parameter->least || value > parameter->most) {
        char least[PARAMETER_TEXT_SIZE], most[PARAMETER_TEXT_SIZE];
        return error_set(error, ERROR_USAGE, "%s: %.40s is not within %s to %s", parameter->name,
                         text, parameter_format(parameter, parameter->least, least),
                         parameter_format(parameter, parameter->most, most));
    }
    *ret_value = value;
    return true;
}

const char *parameter_format(const struct parameter *parameter, double value,
                             char buffer[static PARAMETER_TEXT_SIZE])
{
    if (parameter->kind == PARAMETER_TIME)
        return clock_time_format((int)value, buffer);
    return double_format(value, buffer);
}
