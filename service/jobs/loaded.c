#include "service/jobs/loaded.h"

#include "service/base/memory.h"

#include <stdlib.h>

struct lane_input loaded_symbol_input(const struct loaded_symbol *symbol)
{
    return (struct lane_input) {
        .bars = &symbol->bars,
        .is_daily = symbol->is_daily,
        .report = &symbol->bars_report,
        .days = symbol->has_days ? &symbol->days : NULL,
        .days_report = symbol->has_days ? &symbol->days_report : NULL,
    };
}

void loaded_symbol_release(struct loaded_symbol *symbol)
{
    series_release(&symbol->bars);
    series_release(&symbol->days);
    bar_file_report_release(&symbol->bars_report);
    bar_file_report_release(&symbol->days_report);
    *symbol = (struct loaded_symbol) { 0 };
}

void loaded_init(struct loaded *loaded, size_t count)
{
    *loaded = (struct loaded) {
        .symbols = memory_new(count, sizeof *loaded->symbols),
        .inputs = memory_new(count, sizeof *loaded->inputs),
        .count = count,
    };
}

void loaded_release(struct loaded *loaded)
{
    for (size_t i = 0; i < loaded->count; i++)
        loaded_symbol_release(&loaded->symbols[i]);
    free(loaded->symbols);
    free(loaded->inputs);
    *loaded = (struct loaded) { 0 };
}
