#include "service/feeds/bar_parquet.h"

#include <string.h>

bool bar_parquet_is(const struct bar_source *source)
{
    return source->size >= 4 && memcmp(source->bytes, "PAR1", 4) == 0;
}

bool bar_parquet_parse(const struct bar_source *source, struct bar_rows *ret_rows,
                       struct error *error)
{
    (void)ret_rows;
    return error_set(error, ERROR_DATA, "%s: Parquet is not read yet", source->name);
}
