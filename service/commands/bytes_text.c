#include "service/commands/bytes_text.h"

#include <stdio.h>

const char *bytes_text(size_t bytes, char buffer[static BYTES_TEXT_SIZE])
{
    static const char *const units[] = { "kB", "MB", "GB", "TB" };
    enum { UNIT_COUNT = sizeof units / sizeof units[0] };
    double size = (double)bytes / 1000;
    size_t unit = 0;
    if (bytes < 1000) {
        snprintf(buffer, BYTES_TEXT_SIZE, "%zu byte%s", bytes, bytes == 1 ? "" : "s");
        return buffer;
    }
    /* 999.95 would be rounded to 1000.0 of the smaller unit. */
    for (; size >= 999.95 && unit + 1 < UNIT_COUNT; unit++)
        size /= 1000;
    snprintf(buffer, BYTES_TEXT_SIZE, "%.1f %s", size, units[unit]);
    return buffer;
}
