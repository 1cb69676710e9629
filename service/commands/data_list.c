/* playbook data list: what the cache holds. */
#include "service/base/date.h"
#include "service/base/json_fields.h"
#include "service/commands/bar_arguments.h"
#include "service/commands/bytes_text.h"
#include "service/commands/commands.h"
#include "service/commands/market_data.h"
#include "service/commands/table_print.h"
#include "service/jobs/kept_bars.h"

#include <stdio.h>

static const struct flag flags[] = {
    { .name = "symbol",
      .placeholder = "SYMBOL",
      .repeatable = true,
      .help = "these alone: QQQ, BTC/USD; a comma list, or several times" },
    { .name = "json", .help = "print the result as JSON" },
    { 0 },
};

static const struct {
    const char *name;
    const char *meaning;
} troubles[] = {
    [KEPT_DAMAGED] = { "damaged", "cannot be read; the next fetch sets it aside and replaces it" },
    [KEPT_ASIDE] = { "set aside", "was damaged, and has been replaced; "
                                  "`playbook data clear --all` removes it with everything else" },
    [KEPT_FOREIGN] = { "foreign", "is none of the cache's own files" },
};

static void add_row(struct table_print *table, const struct kept_bars *bars)
{
    char buffer[BYTES_TEXT_SIZE], date[DATE_TEXT_SIZE];
    bool has_bars = bars->first_date != DATE_NONE;
    table_print_cell(table, "%s", bars->place.parts[KEPT_SYMBOL]);
    table_print_cell(table, "%s/%s", bars->place.parts[KEPT_PROVIDER],
                     bars->place.parts[KEPT_FEED]);
    table_print_cell(table, "%s", bars->place.parts[KEPT_ADJUSTMENT]);
    table_print_cell(table, "%s", bars->place.parts[KEPT_TIMEFRAME]);
    table_print_cell(table, "%s", has_bars ? date_format(bars->first_date, date) : "-");
    table_print_cell(table, "%s", has_bars ? date_format(bars->last_date, date) : "-");
    table_print_cell(table, "%zu", bars->days);
    table_print_cell(table, "%zu", bars->missing);
    if (bars->missing > 0)
        table_print_colour(table, COLOUR_YELLOW);
    table_print_cell(table, "%zu", bars->bars);
    table_print_cell(table, "%s", bytes_text(bars->bytes, buffer));
    table_print_cell(table, "%s", bars->as_of != DATE_NONE ? date_format(bars->as_of, date) : "-");
}

static void print_rows(const struct kept_list *list)
{
    struct table_print table = {
        .columns = (const struct table_print_column[]) { { "symbol", ALIGN_LEFT },
                                                         { "feed", ALIGN_LEFT },
                                                         { "adjusted", ALIGN_LEFT },
                                                         { "timeframe", ALIGN_LEFT },
                                                         { "first", ALIGN_LEFT },
                                                         { "last", ALIGN_LEFT },
                                                         { "days", ALIGN_RIGHT },
                                                         { "missing", ALIGN_RIGHT },
                                                         { "bars", ALIGN_RIGHT },
                                                         { "size", ALIGN_RIGHT },
                                                         { "as of", ALIGN_LEFT } },
        .column_count = 11,
    };
    for (size_t i = 0; i < list->count; i++)
        add_row(&table, &list->bars[i]);
    table_print_write(&table, stdout);
    table_print_release(&table);
}

static void print_total(const struct kept_list *list)
{
    size_t files = 0, bytes = 0, bars = 0;
    char buffer[BYTES_TEXT_SIZE];
    for (size_t i = 0; i < list->count; i++) {
        files += list->bars[i].files;
        bytes += list->bars[i].bytes;
        bars += list->bars[i].bars;
    }
    printf("%zu bars in %zu file%s, %s\n", bars, files, files == 1 ? "" : "s",
           bytes_text(bytes, buffer));
}

static void print_troubles(const struct kept_list *list, enum kept_trouble trouble)
{
    size_t count = 0, bytes = 0;
    char buffer[BYTES_TEXT_SIZE];
    for (size_t i = 0; i < list->trouble_count; i++) {
        count += list->troubles[i].trouble == trouble;
        bytes += list->troubles[i].trouble == trouble ? list->troubles[i].bytes : 0;
    }
    if (count == 0)
        return;
    printf("\n%s: %zu file%s, %s; each %s\n", troubles[trouble].name, count, count == 1 ? "" : "s",
           bytes_text(bytes, buffer), troubles[trouble].meaning);
    for (size_t i = 0; i < list->trouble_count; i++) {
        const struct kept_file *file = &list->troubles[i];
        bool is_explained = file->wrong.kind != ERROR_NONE;
        if (file->trouble == trouble)
            printf("  %s (%s)\n", is_explained ? file->wrong.message : file->key,
                   bytes_text(file->bytes, buffer));
    }
}

static void print_list(const struct kept_list *list, const char *folder, bool is_everything)
{
    if (list->count > 0) {
        print_rows(list);
        print_total(list);
    } else {
        printf("%s: the cache %s\n", folder,
               is_everything ? "holds no bars" : "holds no bars of that");
    }
    for (int trouble = KEPT_DAMAGED; trouble <= KEPT_FOREIGN; trouble++)
        print_troubles(list, (enum kept_trouble)trouble);
}

static void append_row(struct text *json, const struct kept_bars *bars)
{
    static const char *const names[KEPT_PART_COUNT] = {
        "provider", "feed", "adjustment", "timeframe", "symbol",
    };
    text_append(json, json->bytes[json->size - 1] == '[' ? "{" : ",{");
    for (int i = 0; i < KEPT_PART_COUNT; i++)
        json_field_string(json, names[i], bars->place.parts[i]);
    json_field_date(json, "first", bars->first_date);
    json_field_date(json, "last", bars->last_date);
    json_field_count(json, "days", bars->days);
    json_field_count(json, "sessions_missing", bars->missing);
    json_field_count(json, "bars", bars->bars);
    json_field_count(json, "files", bars->files);
    json_field_count(json, "bytes", bars->bytes);
    json_field_date(json, "as_of", bars->as_of);
    text_append(json, "}");
}

static void print_json(const struct kept_list *list, const char *folder)
{
    static const char *const names[] = {
        [KEPT_DAMAGED] = "damaged",
        [KEPT_ASIDE] = "set_aside",
        [KEPT_FOREIGN] = "foreign",
    };
    struct text json = { 0 };
    text_append(&json, "{");
    json_field_string(&json, "folder", folder);
    json_field_name(&json, "bars");
    text_append(&json, "[");
    for (size_t i = 0; i < list->count; i++)
        append_row(&json, &list->bars[i]);
    text_append(&json, "]");
    for (int trouble = KEPT_DAMAGED; trouble <= KEPT_FOREIGN; trouble++) {
        json_field_name(&json, names[trouble]);
        text_append(&json, "[");
        for (size_t i = 0; i < list->trouble_count; i++) {
            if (list->troubles[i].trouble != (enum kept_trouble)trouble)
                continue;
            text_append(&json, json.bytes[json.size - 1] == '[' ? "{" : ",{");
            json_field_string(&json, "file", list->troubles[i].key);
            json_field_count(&json, "bytes", list->troubles[i].bytes);
            if (list->troubles[i].wrong.kind != ERROR_NONE)
                json_field_string(&json, "why", list->troubles[i].wrong.message);
            text_append(&json, "}");
        }
        text_append(&json, "]");
    }
    text_append(&json, "}");
    puts(text_string(&json));
    text_release(&json);
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    const char *folder = settings_get(settings, SETTING_DATA_CACHE_DIR);
    struct symbol_list symbols = bar_arguments_symbol_list(arguments);
    struct kept_selection selection = {
        .symbols = (const char *const *)symbols.symbols,
        .symbol_count = symbols.count,
    };
    struct kept_list list = { 0 };
    struct error error = { 0 };
    struct store *store = NULL;
    bool is_listed = symbol_list_check(&symbols, &error) &&
                     (store = market_data_store_open(settings, &error)) != NULL &&
                     kept_bars_list(store, &selection, &list, &error);
    if (is_listed && arguments_has(arguments, "json"))
        print_json(&list, folder);
    else if (is_listed)
        print_list(&list, folder, kept_selection_is_everything(&selection));
    int code = is_listed ? 0 : command_fail(&error);
    kept_list_release(&list);
    store_close(store);
    symbol_list_release(&symbols);
    return code;
}

const struct command data_list_command = {
    .name = "data list",
    .summary = "tell which bars the cache holds",
    .flags = flags,
    .run = run,
};
