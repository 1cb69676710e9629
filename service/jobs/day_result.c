#include "service/jobs/day_result.h"

#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/base/json.h"
#include "service/base/json_fields.h"
#include "service/base/json_members.h"
#include "service/base/json_pull.h"
#include "service/base/memory.h"
#include "service/market/symbol.h"
#include "writers/record_json.h"
#include "writers/tables.h"
#include "writers/writer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, MONEY_DECIMALS_MIN = 2 };

static const char status_computed[] = "computed", status_done[] = "done";

void day_result_key(const char *playbook, int32_t date, char ret_key[static STORE_KEY_MAX + 1])
{
    char buffer[DATE_TEXT_SIZE];
    snprintf(ret_key, STORE_KEY_MAX + 1, "runs/%s/%s.json", playbook, date_format(date, buffer));
}

static void append_run_id(struct text *text, const char *playbook, int32_t date)
{
    char buffer[DATE_TEXT_SIZE];
    text_format(text, "%s/%s", playbook, date_format(date, buffer));
}

static void append_head(struct text *text, const struct backtest *backtest)
{
    const struct playbook *playbook = backtest->playbook;
    struct text run_id = { 0 }, identity = { 0 };
    append_run_id(&run_id, playbook->name, backtest->first_session);
    playbook_identity(playbook, &identity);
    json_field_count(text, "version", VERSION);
    json_field_string(text, "run_id", text_string(&run_id));
    json_field_string(text, "playbook", playbook->name);
    json_field_string(text, "strategy", playbook->strategy->name);
    json_field_string(text, "identity", text_string(&identity));
    json_field_date(text, "date", backtest->first_session);
    json_field_string(text, "status", status_computed);
    json_field_name(text, "symbols");
    for (size_t i = 0; i < playbook->symbol_count; i++) {
        text_append(text, i == 0 ? "[" : ",");
        json_append_string(text, playbook->symbols[i]);
    }
    text_append(text, "]");
    text_release(&run_id);
    text_release(&identity);
}

static void append_list(struct text *text, const struct record_list *list)
{
    const struct record_set set = { .table = list->table,
                                    .cells = list->cells,
                                    .count = list->count };
    json_field_name(text, list->table->name);
    record_set_append_json(&set, text);
}

static void append_records(struct text *text, const struct backtest *backtest)
{
    struct record_list trades = { .table = &trades_table };
    publish_list_trades(backtest, &trades);
    json_field_name(text, "records");
    text_append(text, "{");
    append_list(text, &trades);
    append_list(text, &backtest->journal);
    text_append(text, "}");
    record_list_release(&trades);
}

void day_result_make(const struct backtest *backtest, struct day_result *ret_result)
{
    assert(backtest->first_session == backtest->last_session);
    struct text text = { 0 };
    text_append(&text, "{");
    append_head(&text, backtest);
    json_field_count(&text, "sessions", backtest->sessions);
    json_field_count(&text, "signals", backtest->signals);
    json_field_count(&text, "trades", backtest->trade_count);
    json_field_name(&text, "net_pnl");
    json_append_decimal(&text, backtest->performance.net_pnl, MONEY_DECIMALS, MONEY_DECIMALS_MIN);
    json_field_name(&text, "findings");
    findings_append_json(&backtest->findings, backtest->playbook->symbols, &text);
    append_records(&text, backtest);
    json_field_name(&text, "outputs");
    text_append(&text, "[]}");

    /* What is published at once is what would be published from the store. */
    struct error error = { 0 };
    bool read = day_result_read(text.bytes, text.size, ret_result, &error);
    assert(read);
    text_release(&text);
}

static bool read_status(struct json_object *document, bool *ret_is_done, struct error *error)
{
    const char *status = json_member_string(document, "status", error);
    if (!status)
        return false;
    *ret_is_done = strcmp(status, status_done) == 0;
    return *ret_is_done || strcmp(status, status_computed) == 0 ||
           error_set(error, ERROR_DATA, "status: \"%s\" or \"%s\" is expected", status_computed,
                     status_done);
}

static bool read_version(struct json_object *document, struct error *error)
{
    size_t version;
    if (!json_member_count(document, "version", &version, error))
        return false;
    return version == VERSION ||
           error_set(error, ERROR_DATA, "version: %d is expected, not %zu", VERSION, version);
}

/* Whose result it is; the run's id says the same again. */
static bool read_name(struct json_object *document, struct day_result *result, struct error *error)
{
    const char *name = json_member_string(document, "playbook", error);
    if (!name || !json_member_date(document, "date", &result->date, error))
        return false;
    size_t length = strlen(name);
    if (length == 0 || length >= sizeof result->playbook ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != length)
        return error_set(error, ERROR_DATA, "playbook: the name of a playbook is expected");
    if (result->date == DATE_NONE)
        return error_set(error, ERROR_DATA, "date: a date is expected, such as 2024-06-28");
    memcpy(result->playbook, name, length + 1);

    const char *run_id = json_member_string(document, "run_id", error);
    if (!run_id)
        return false;
    struct text expected = { 0 };
    append_run_id(&expected, name, result->date);
    bool same = strcmp(run_id, text_string(&expected)) == 0;
    text_release(&expected);
    return same || error_set(error, ERROR_DATA, "run_id: that of playbook and date is expected");
}

static bool read_identity(struct json_object *document, struct text *identity, struct error *error)
{
    const char *text = json_member_string(document, "identity", error);
    if (!text)
        return false;
    text_append(identity, text);
    return true;
}

static bool read_symbols(struct json_object *document, struct day_result *result,
                         struct error *error)
{
    struct json_object *array = json_member(document, "symbols", json_type_array, error);
    if (!array)
        return false;
    size_t count = json_object_array_length(array);
    if (count == 0)
        return error_set(error, ERROR_DATA, "symbols: at least one is expected");
    result->symbols = memory_new(count, sizeof *result->symbols);
    for (size_t i = 0; i < count; i++) {
        struct json_object *symbol = json_object_array_get_idx(array, i);
        struct error problem = { 0 };
        if (json_object_get_type(symbol) != json_type_string ||
            !symbol_check(json_object_get_string(symbol), &problem))
            return error_set(error, ERROR_DATA, "symbols[%zu]: a symbol is expected", i);
        result->symbols[result->symbol_count++] = memory_copy_text(json_object_get_string(symbol));
    }
    return true;
}

static bool read_findings(struct json_object *document, struct day_result *result,
                          struct error *error)
{
    struct json_object *array = json_member(document, "findings", json_type_array, error);
    struct error problem = { 0 };
    if (!array)
        return false;
    return findings_read_json(&result->findings, result->symbols, result->symbol_count, array,
                              &problem) ||
           error_set(error, problem.kind, "findings%s", problem.message);
}

static bool read_list(struct json_object *records, const struct table *table,
                      const struct day_result *result, struct record_list *list,
                      struct error *error)
{
    list->table = table;
    struct json_object *value = json_member(records, table->name, json_type_object, error);
    if (!value)
        return false;
    if (!record_list_read_json(list, value, error))
        return error_context(error, "%s", table->name);
    const struct record_set set = {
        .table = table,
        .coverage = {
            .playbook = result->playbook,
            .symbols = (const char *const *)result->symbols,
            .symbol_count = result->symbol_count,
            .first_session = result->date,
            .last_session = result->date,
        },
        .cells = list->cells,
        .count = list->count,
    };
    struct error problem = { 0 };
    return record_set_check(&set, &problem) || error_set(error, ERROR_DATA, "%s", problem.message);
}

static bool read_records(struct json_object *document, struct day_result *result,
                         struct error *error)
{
    struct json_object *records = json_member(document, "records", json_type_object, error);
    if (!records)
        return false;
    return (read_list(records, &trades_table, result, &result->trades, error) &&
            read_list(records, &journal_table, result, &result->journal, error)) ||
           error_context(error, "records");
}

static bool read_output(struct json_object *object, struct publish_outputs *outputs,
                        struct error *error)
{
    size_t rows;
    const char *writer, *table, *location;
    if (!(writer = json_member_string(object, "writer", error)) ||
        !(table = json_member_string(object, "table", error)) ||
        !(location = json_member_string(object, "location", error)) ||
        !json_member_count(object, "rows", &rows, error))
        return false;
    const struct writer_type *type = writer_find(writer);
    if (!type)
        return error_set(error, ERROR_DATA, "writer: \"%.60s\" is none that is known", writer);
    bool is_trades = strcmp(table, trades_table.name) == 0;
    if (!is_trades && strcmp(table, journal_table.name) != 0)
        return error_set(error, ERROR_DATA, "table: \"%.60s\" is none that is known", table);
    outputs->items =
        memory_grow(outputs->items, outputs->count, &outputs->capacity, sizeof *outputs->items);
    outputs->items[outputs->count++] = (struct publish_output) {
        .writer = type->name,
        .table = is_trades ? trades_table.name : journal_table.name,
        .location = memory_copy_text(location),
        .rows = rows,
    };
    return true;
}

static bool read_outputs(struct json_object *document, struct publish_outputs *outputs,
                         struct error *error)
{
    struct json_object *array = json_member(document, "outputs", json_type_array, error);
    if (!array)
        return false;
    size_t count = json_object_array_length(array);
    for (size_t i = 0; i < count; i++) {
        struct error problem = { 0 };
        if (!read_output(json_object_array_get_idx(array, i), outputs, &problem))
            return error_set(error, problem.kind, "outputs[%zu].%s", i, problem.message);
    }
    return true;
}

static bool read_document(struct json_object *document, struct day_result *result,
                          struct error *error)
{
    return read_version(document, error) && read_name(document, result, error) &&
           read_identity(document, &result->identity, error) &&
           read_status(document, &result->is_done, error) &&
           read_symbols(document, result, error) &&
           json_member_count(document, "signals", &result->signals, error) &&
           json_member_count(document, "trades", &result->trade_count, error) &&
           json_member_decimal(document, "net_pnl", MONEY_DECIMALS, &result->net_pnl, error) &&
           read_findings(document, result, error) && read_records(document, result, error) &&
           read_outputs(document, &result->outputs, error);
}

bool day_result_read(const char *bytes, size_t size, struct day_result *ret_result,
                     struct error *error)
{
    struct day_result result = { 0 };
    struct json_object *document = json_parse(bytes, size, error);
    bool read = document && read_document(document, &result, error);
    json_object_put(document);
    if (!read) {
        day_result_release(&result);
        return error_context(error, "not the result of a run, or a damaged one");
    }
    text_append_bytes(&result.document, bytes, size);
    *ret_result = result;
    return true;
}

void day_result_finish(struct day_result *result, struct publish_outputs *outputs)
{
    assert(outputs != &result->outputs);
    struct text text = { 0 };
    struct json_pull pull = json_pull_begin(result->document.bytes, result->document.size);
    struct json_text name;
    char opening = '{';
    json_pull_enter(&pull, opening);
    while (json_pull_member(&pull, &name)) {
        json_pull_peek(&pull);
        const char *value = pull.next;
        json_pull_skip(&pull);
        text_append_character(&text, opening);
        text_append_bytes(&text, name.bytes - 1, name.size + 2); /* with its quotes */
        text_append(&text, ":");
        if (json_text_is(&name, "status"))
            json_append_string(&text, status_done);
        else if (json_text_is(&name, "outputs"))
            publish_outputs_append_json(outputs, &text);
        else
            text_append_bytes(&text, value, (size_t)(pull.next - value));
        opening = ',';
    }
    text_append(&text, "}");

    text_release(&result->document);
    publish_outputs_release(&result->outputs);
    result->document = text;
    result->is_done = true;
    result->outputs = *outputs;
    *outputs = (struct publish_outputs) { 0 };
}

void day_result_release(struct day_result *result)
{
    for (size_t i = 0; i < result->symbol_count; i++)
        free(result->symbols[i]);
    free(result->symbols);
    text_release(&result->identity);
    findings_release(&result->findings);
    record_list_release(&result->trades);
    record_list_release(&result->journal);
    publish_outputs_release(&result->outputs);
    text_release(&result->document);
    *result = (struct day_result) { 0 };
}
