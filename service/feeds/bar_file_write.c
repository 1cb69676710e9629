/* bar_file_write of bar_file.h, and the endings that say how bars are written. */
#include "service/base/file.h"
#include "service/feeds/bar_csv.h"
#include "service/feeds/bar_file.h"
#include "service/feeds/bar_parquet.h"

#include <string.h>

enum ending { CSV, PARQUET, ENDING_COUNT };

const char *const bar_file_endings[ENDING_COUNT + 1] = { [CSV] = "csv", [PARQUET] = "parquet" };

const char *bar_file_ending(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *point = strrchr(name, '.');
    if (!point || point == name)
        return NULL;
    for (size_t i = 0; i < ENDING_COUNT; i++)
        if (strcmp(point + 1, bar_file_endings[i]) == 0)
            return bar_file_endings[i];
    return NULL;
}

const char *bar_file_ending_wanted(const char *path, struct error *error)
{
    const char *ending = bar_file_ending(path);
    if (!ending)
        error_set(
            error, ERROR_USAGE,
            "%s: bars are written as CSV or Parquet (a name that ends in .csv or .parquet was "
            "expected)",
            path);
    return ending;
}

bool bar_file_write(const char *path, const struct series *series, bool is_daily,
                    struct error *error)
{
    const char *ending = bar_file_ending_wanted(path, error);
    if (!ending)
        return false;
    struct text text = { .size_max = BAR_FILE_SIZE_MAX };
    if (ending == bar_file_endings[CSV])
        bar_csv_format(series, is_daily, &text);
    else
        bar_parquet_format(series, is_daily, &text);
    bool written = text.full ? error_set(error, ERROR_LIMIT,
                                         "%s: %zu bars would take more than the %zu bytes allowed",
                                         path, series->count, BAR_FILE_SIZE_MAX)
                             : file_replace(path, text_string(&text), text.size, error);
    text_release(&text);
    return written;
}
