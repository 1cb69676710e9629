#include "service/base/unknown.h"

#include "service/base/text.h"

bool unknown_name(struct error *error, const char *what, const char *name, const char *const *known)
{
    const char *nearest = text_nearest(name, known);
    if (nearest)
        return error_set(error, ERROR_USAGE, "unknown %s \"%.60s\" (did you mean %s?)", what, name,
                         nearest);
    struct text names = { 0 };
    for (size_t i = 0; known[i]; i++)
        text_format(&names, "%s%s", i > 0 ? ", " : "", known[i]);
    error_set(error, ERROR_USAGE, "unknown %s \"%.60s\" (known: %s)", what, name,
              text_string(&names));
    text_release(&names);
    return false;
}
