/* A backtest's result as one JSON document. */
#include "service/base/decimal.h"
#include "service/base/json.h"
#include "service/base/json_fields.h"
#include "service/commands/findings_print.h"
#include "service/commands/result_print.h"
#include "service/market/timeframe.h"

enum { MONEY_DECIMALS_MIN = 2 };

static void append_money(struct text *text, const char *name, int64_t value)
{
    json_field_name(text, name);
    json_append_decimal(text, value, MONEY_DECIMALS, MONEY_DECIMALS_MIN);
}

static void append_symbols(struct text *text, const struct playbook *playbook)
{
    json_field_name(text, "symbols");
    for (size_t i = 0; i < playbook->symbol_count; i++) {
        text_append(text, i == 0 ? "[" : ",");
        json_append_string(text, playbook->symbols[i]);
    }
    text_append(text, "]");
}

static void append_performance(struct text *text, const struct backtest *backtest)
{
    const struct performance *performance = &backtest->performance;
    json_field_count(text, "signals", backtest->signals);
    json_field_count(text, "trades", performance->trades);
    json_field_count(text, "wins", performance->wins);
    json_field_count(text, "losses", performance->losses);
    json_field_count(text, "open_positions", backtest->open_positions);
    append_money(text, "gross_pnl", performance->gross_pnl);
    append_money(text, "fees", performance->fees);
    append_money(text, "net_pnl", performance->net_pnl);
    append_money(text, "capital", backtest->capital);
    json_field_number(text, "return_pct", result_return_pct(backtest));
    json_field_number(text, "win_rate", performance->win_rate);
    json_field_number(text, "profit_factor", performance->profit_factor);
    json_field_number(text, "expectancy", performance->expectancy);
    json_field_number(text, "average_r", performance->average_r);
    append_money(text, "max_drawdown", backtest->max_drawdown);
    json_field_count(text, "longest_losing_streak", performance->longest_losing_streak);
}

void result_print_json(const struct backtest *backtest, const struct result_context *context,
                       FILE *stream)
{
    const struct playbook *playbook = backtest->playbook;
    char timeframe[TIMEFRAME_TEXT_SIZE];
    struct text text = { 0 };
    text_append(&text, "{");
    json_field_string(&text, "strategy", playbook->strategy->name);
    json_field_string(&text, "playbook", playbook->name);
    append_symbols(&text, playbook);
    json_field_string(&text, "timeframe", timeframe_format(playbook->timeframe_us, timeframe));
    json_field_string(&text, "calendar", context->calendar->name);
    json_field_date(&text, "start", backtest->first_session);
    json_field_date(&text, "end", backtest->last_session);
    json_field_count(&text, "sessions", backtest->sessions);
    json_field_count(&text, "sessions_skipped", backtest->sessions_skipped);
    append_performance(&text, backtest);
    json_field_name(&text, "findings");
    findings_append_json(&backtest->findings, playbook->symbols, &text);
    json_field_name(&text, "outputs");
    publish_outputs_append_json(context->outputs, &text);
    text_append(&text, "}\n");
    fwrite(text_string(&text), 1, text.size, stream);
    text_release(&text);
}
