#include "service/jobs/publish.h"

#include "service/base/date.h"
#include "service/base/json_fields.h"
#include "service/base/memory.h"
#include "service/market/symbol.h"
#include "writers/record_list.h"
#include "writers/tables.h"
#include "writers/writer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void publish_run_id(const struct backtest *backtest, struct text *ret_text)
{
    char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
    text_format(ret_text, "%s/%s_%s", backtest->playbook->name,
                date_format(backtest->first_session, first),
                date_format(backtest->last_session, last));
}

/* "sma_cross/BTC_USD/2024-06-28/1" */
static const char *keep_trade_id(const struct playbook *playbook, const struct trade *trade,
                                 struct record_list *list)
{
    char id[PLAYBOOK_NAME_SIZE + SYMBOL_TEXT_SIZE + DATE_TEXT_SIZE + DECIMAL_TEXT_SIZE];
    char symbol[SYMBOL_TEXT_SIZE];
    char *end = stpcpy(id, playbook->name);
    *end++ = '/';
    end = stpcpy(end, symbol_file_name(playbook->symbols[trade->symbol], symbol));
    *end++ = '/';
    end = date_put(end, trade->key.session_date);
    *end++ = '/';
    end = decimal_put(end, trade->key.number, 0, 0);
    return text_pool_keep(&list->texts, id, (size_t)(end - id));
}

static void set_trade(struct cell *row, const char *id, const struct playbook *playbook,
                      const struct trade *trade)
{
    cell_set_text(&row[TRADES_TRADE_ID], id);
    cell_set_text(&row[TRADES_PLAYBOOK], playbook->name);
    cell_set_text(&row[TRADES_STRATEGY], playbook->strategy->name);
    cell_set_text(&row[TRADES_SYMBOL], playbook->symbols[trade->symbol]);
    cell_set_integer(&row[TRADES_SESSION_DATE], trade->session_date);
    cell_set_text(&row[TRADES_SIDE], trade->side == SIDE_LONG ? "long" : "short");
    cell_set_integer(&row[TRADES_QUANTITY], trade->quantity);
    cell_set_integer(&row[TRADES_ENTRY_TIME], trade->entry_time_us);
    cell_set_number(&row[TRADES_ENTRY_PRICE], trade->entry_price);
    cell_set_integer(&row[TRADES_EXIT_TIME], trade->exit_time_us);
    cell_set_number(&row[TRADES_EXIT_PRICE], trade->exit_price);
    cell_set_text(&row[TRADES_EXIT_REASON], trade->exit_reason);
    cell_set_number(&row[TRADES_STOP_PRICE], trade->stop_price);
    cell_set_number(&row[TRADES_TARGET_PRICE], trade->target_price);
    cell_set_integer(&row[TRADES_GROSS_PNL], trade->gross_pnl);
    cell_set_integer(&row[TRADES_FEES], trade->fees);
    cell_set_integer(&row[TRADES_NET_PNL], trade->net_pnl);
    cell_set_number(&row[TRADES_RETURN_PCT], trade->return_pct);
    cell_set_number(&row[TRADES_R_MULTIPLE], trade->r_multiple);
    cell_set_integer(&row[TRADES_MAE], trade->mae);
    cell_set_integer(&row[TRADES_MFE], trade->mfe);
    cell_set_integer(&row[TRADES_BARS_HELD], trade->bars_held);
}

static void add_output(struct publish_outputs *outputs, const struct writer_type *type,
                       const struct table *table, const struct write_report *report)
{
    outputs->items =
        memory_grow(outputs->items, outputs->count, &outputs->capacity, sizeof *outputs->items);
    outputs->items[outputs->count++] = (struct publish_output) {
        .writer = type->name,
        .table = table->name,
        .location = memory_copy_text(report->location),
        .rows = report->rows,
    };
}

/* One writer, all sets. */
static bool write_sets(const struct writer_type *type, const struct publish_options *options,
                       const struct record_set *sets, size_t count, struct publish_outputs *outputs,
                       struct error *error)
{
    const struct writer_location locations[] = {
        { trades_table.name, options->trades_path },
        { journal_table.name, options->journal_path },
    };
    const struct writer_options writer_options = {
        .locations = locations,
        .location_count = sizeof locations / sizeof locations[0],
        .lock_timeout_ms = PUBLISH_LOCK_TIMEOUT_MS,
    };
    struct writer *writer = type->open(&writer_options, error);
    bool written = writer != NULL;
    for (size_t i = 0; written && i < count; i++) {
        struct write_report report;
        written = writer_write(writer, &sets[i], &report, error);
        if (written)
            add_output(outputs, type, sets[i].table, &report);
    }
    writer_close(writer);
    return written;
}

static bool write_to_all(const struct publish_options *options, const struct record_set *sets,
                         size_t count, struct publish_outputs *outputs, struct error *error)
{
    char *names = memory_copy_text(options->writers);
    char *rest = names;
    bool written = true;
    for (char *name = strsep(&rest, ","); written && name; name = strsep(&rest, ",")) {
        const struct writer_type *type = writer_find(name);
        assert(type && "the settings' choices are the writers there are");
        written = write_sets(type, options, sets, count, outputs, error);
    }
    free(names);
    return written;
}

static struct record_set set_of(const struct record_list *list, const char *run_id,
                                const struct coverage *coverage)
{
    return (struct record_set) {
        .table = list->table,
        .run_id = run_id,
        .coverage = *coverage,
        .cells = list->cells,
        .count = list->count,
    };
}

bool publish_records(const struct publish_records *records, const struct publish_options *options,
                     struct publish_outputs *outputs, struct error *error)
{
    const struct record_set sets[] = {
        set_of(records->trades, records->run_id, &records->coverage),
        set_of(records->journal, records->run_id, &records->coverage),
    };
    return write_to_all(options, sets, sizeof sets / sizeof sets[0], outputs, error);
}

static int32_t trade_session(const void *context, size_t record)
{
    const struct backtest *backtest = context;
    return backtest->trades[record].session_date;
}

static void add_trade(const void *context, size_t record, struct record_list *list)
{
    const struct backtest *backtest = context;
    const struct trade *trade = &backtest->trades[record];
    set_trade(record_list_add(list), keep_trade_id(backtest->playbook, trade, list),
              backtest->playbook, trade);
}

void publish_list_trades(const struct backtest *backtest, struct record_list *list)
{
    assert(list->table == &trades_table);
    for (size_t i = 0; i < backtest->trade_count; i++)
        add_trade(backtest, i, list);
}

bool publish_backtest(const struct backtest *backtest, const struct publish_options *options,
                      struct publish_outputs *outputs, struct error *error)
{
    const struct playbook *playbook = backtest->playbook;
    const struct record_source trades = { trade_session, add_trade, backtest };
    struct text run_id = { 0 };
    publish_run_id(backtest, &run_id);
    const struct coverage coverage = {
        .playbook = playbook->name,
        .symbols = (const char *const *)playbook->symbols,
        .symbol_count = playbook->symbol_count,
        .first_session = backtest->first_session,
        .last_session = backtest->last_session,
    };
    const struct record_set sets[] = {
        {
            .table = &trades_table,
            .run_id = text_string(&run_id),
            .coverage = coverage,
            .source = &trades,
            .count = backtest->trade_count,
        },
        set_of(&backtest->journal, text_string(&run_id), &coverage),
    };
    bool written = write_to_all(options, sets, sizeof sets / sizeof sets[0], outputs, error);
    text_release(&run_id);
    return written;
}

void publish_outputs_append_json(const struct publish_outputs *outputs, struct text *text)
{
    text_append(text, "[");
    for (size_t i = 0; i < outputs->count; i++) {
        const struct publish_output *output = &outputs->items[i];
        text_append(text, i == 0 ? "{" : ",{");
        json_field_string(text, "writer", output->writer);
        json_field_string(text, "table", output->table);
        json_field_string(text, "location", output->location);
        json_field_count(text, "rows", output->rows);
        json_field_string(text, "status", "written");
        text_append(text, "}");
    }
    text_append(text, "]");
}

void publish_outputs_release(struct publish_outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++)
        free(outputs->items[i].location);
    free(outputs->items);
    *outputs = (struct publish_outputs) { 0 };
}
