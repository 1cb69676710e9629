/* A backtest's result as one JSON document. */
#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/base/json.h"
#include "service/commands/result_print.h"
#include "service/market/timeframe.h"

enum { MONEY_DECIMALS_MIN = 2 };

static void append_name(struct text *text, const char *name)
{
    text_append(text, text->bytes[text->size - 1] == '{' ? "" : ",");
    json_append_string(text, name);
    text_append(text, ":");
}

static void append_string(struct text *text, const char *name, const char *value)
{
    append_name(text, name);
    json_append_string(text, value);
}

static void append_count(struct text *text, const char *name, size_t value)
{
    append_name(text, name);
    text_format(text, "%zu", value);
}

static void append_number(struct text *text, const char *name, double value)
{
    append_name(text, name);
    json_append_double(text, value);
}

static void append_money(struct text *text, const char *name, int64_t value)
{
    append_name(text, name);
    json_append_decimal(text, value, MONEY_DECIMALS, MONEY_DECIMALS_MIN);
}

static void append_date(struct text *text, const char *name, int32_t date)
{
    char buffer[DATE_TEXT_SIZE];
    append_name(text, name);
    if (date == DATE_NONE)
        text_append(text, "null");
    else
        json_append_string(text, date_format(date, buffer));
}

static void append_symbols(struct text *text, const struct playbook *playbook)
{
    append_name(text, "symbols");
    for (size_t i = 0; i < playbook->symbol_count; i++) {
        text_append(text, i == 0 ? "[" : ",");
        json_append_string(text, playbook->symbols[i]);
    }
    text_append(text, "]");
}

static void append_findings(struct text *text, const struct backtest *backtest)
{
    append_name(text, "findings");
    text_append(text, "[");
    for (size_t i = 0; i < backtest->findings.count; i++) {
        const struct finding *finding = &backtest->findings.items[i];
        text_append(text, i == 0 ? "{" : ",{");
        append_date(text, "session", finding->date);
        append_string(text, "symbol", backtest->playbook->symbols[finding->symbol]);
        append_string(text, "kind", finding_type(finding->kind)->name);
        append_count(text, "count", finding->count);
        append_string(text, "detail", finding->detail);
        text_append(text, "}");
    }
    text_append(text, "]");
}

static void append_outputs(struct text *text, const struct publish_outputs *outputs)
{
    append_name(text, "outputs");
    text_append(text, "[");
    for (size_t i = 0; i < outputs->count; i++) {
        const struct publish_output *output = &outputs->items[i];
        text_append(text, i == 0 ? "{" : ",{");
        append_string(text, "writer", output->writer);
        append_string(text, "table", output->table);
        append_string(text, "location", output->location);
        append_count(text, "rows", output->rows);
        text_append(text, "}");
    }
    text_append(text, "]");
}

static void append_performance(struct text *text, const struct backtest *backtest)
{
    const struct performance *performance = &backtest->performance;
    append_count(text, "signals", backtest->signals);
    append_count(text, "trades", performance->trades);
    append_count(text, "wins", performance->wins);
    append_count(text, "losses", performance->losses);
    append_count(text, "open_positions", backtest->open_positions);
    append_money(text, "gross_pnl", performance->gross_pnl);
    append_money(text, "fees", performance->fees);
    append_money(text, "net_pnl", performance->net_pnl);
    append_number(text, "win_rate", performance->win_rate);
    append_number(text, "profit_factor", performance->profit_factor);
    append_number(text, "expectancy", performance->expectancy);
    append_number(text, "average_r", performance->average_r);
    append_money(text, "max_drawdown", backtest->max_drawdown);
    append_count(text, "longest_losing_streak", performance->longest_losing_streak);
}

void result_print_json(const struct backtest *backtest, const struct result_context *context,
                       FILE *stream)
{
    const struct playbook *playbook = backtest->playbook;
    char timeframe[TIMEFRAME_TEXT_SIZE];
    struct text text = { 0 };
    text_append(&text, "{");
    append_string(&text, "strategy", playbook->strategy->name);
    append_string(&text, "playbook", playbook->name);
    append_symbols(&text, playbook);
    append_string(&text, "timeframe", timeframe_format(playbook->timeframe_us, timeframe));
    append_string(&text, "calendar", context->calendar->name);
    append_date(&text, "start", backtest->first_session);
    append_date(&text, "end", backtest->last_session);
    append_count(&text, "sessions", backtest->sessions);
    append_count(&text, "sessions_skipped", backtest->sessions_skipped);
    append_performance(&text, backtest);
    append_findings(&text, backtest);
    append_outputs(&text, context->outputs);
    text_append(&text, "}\n");
    fwrite(text_string(&text), 1, text.size, stream);
    text_release(&text);
}
