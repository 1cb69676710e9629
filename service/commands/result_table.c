/* A backtest's result as tables for people. */
#include "service/base/date.h"
#include "service/base/decimal.h"
#include "service/commands/findings_print.h"
#include "service/commands/result_print.h"
#include "service/commands/table_print.h"
#include "service/market/timeframe.h"

#include <inttypes.h>
#include <math.h>

enum { CENTS_DECIMALS = 2 };

/* Money to the cent is enough for reading; the files have all of it. */
static void money_cell(struct table_print *table, int64_t money)
{
    char buffer[DECIMAL_TEXT_SIZE];
    table_print_cell(table, "%s",
                     double_format_fixed((double)money / MONEY_ONE, CENTS_DECIMALS, buffer));
}

static void signed_money_cell(struct table_print *table, int64_t money)
{
    money_cell(table, money);
    if (money != 0)
        table_print_colour(table, money > 0 ? COLOUR_GREEN : COLOUR_RED);
}

static void number_cell(struct table_print *table, double number, int decimals)
{
    char buffer[DECIMAL_TEXT_SIZE];
    if (isnan(number))
        table_print_cell(table, "-");
    else
        table_print_cell(table, "%s", double_format_fixed(number, decimals, buffer));
}

static void print_heading(const struct backtest *backtest, const struct result_context *context,
                          FILE *stream)
{
    const struct playbook *playbook = backtest->playbook;
    char timeframe[TIMEFRAME_TEXT_SIZE], first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
    fprintf(stream, "%s: %s on ", playbook->name, playbook->strategy->name);
    for (size_t i = 0; i < playbook->symbol_count; i++)
        fprintf(stream, "%s%s", i > 0 ? ", " : "", playbook->symbols[i]);
    fprintf(stream, ", %s, calendar %s, %s to %s\n",
            timeframe_format(playbook->timeframe_us, timeframe), context->calendar->name,
            date_format(backtest->first_session, first), date_format(backtest->last_session, last));
}

static void print_counts(const struct backtest *backtest, FILE *stream)
{
    const struct performance *performance = &backtest->performance;
    struct table_print table = {
        .columns = (const struct table_print_column[]) { { "sessions", ALIGN_RIGHT },
                                                         { "skipped", ALIGN_RIGHT },
                                                         { "signals", ALIGN_RIGHT },
                                                         { "trades", ALIGN_RIGHT },
                                                         { "wins", ALIGN_RIGHT },
                                                         { "losses", ALIGN_RIGHT },
                                                         { "longest losing streak", ALIGN_RIGHT },
                                                         { "still open", ALIGN_RIGHT } },
        .column_count = 8,
        .indent = 2,
    };
    table_print_cell(&table, "%zu", backtest->sessions);
    table_print_cell(&table, "%zu", backtest->sessions_skipped);
    table_print_cell(&table, "%zu", backtest->signals);
    table_print_cell(&table, "%zu", performance->trades);
    table_print_cell(&table, "%zu", performance->wins);
    table_print_cell(&table, "%zu", performance->losses);
    table_print_cell(&table, "%zu", performance->longest_losing_streak);
    table_print_cell(&table, "%zu", backtest->open_positions);
    table_print_write(&table, stream);
    table_print_release(&table);
}

double result_return_pct(const struct backtest *backtest)
{
    return 100 * (double)backtest->performance.net_pnl / (double)backtest->capital;
}

static void print_money(const struct backtest *backtest, FILE *stream)
{
    const struct performance *performance = &backtest->performance;
    struct table_print table = {
        .columns = (const struct table_print_column[]) { { "gross $", ALIGN_RIGHT },
                                                         { "fees $", ALIGN_RIGHT },
                                                         { "net $", ALIGN_RIGHT },
                                                         { "return %", ALIGN_RIGHT },
                                                         { "win %", ALIGN_RIGHT },
                                                         { "profit factor", ALIGN_RIGHT },
                                                         { "$ a trade", ALIGN_RIGHT },
                                                         { "average R", ALIGN_RIGHT },
                                                         { "max drawdown $", ALIGN_RIGHT } },
        .column_count = 9,
        .indent = 2,
    };
    money_cell(&table, performance->gross_pnl);
    money_cell(&table, performance->fees);
    signed_money_cell(&table, performance->net_pnl);
    number_cell(&table, result_return_pct(backtest), 2);
    number_cell(&table, 100 * performance->win_rate, 1);
    number_cell(&table, performance->profit_factor, 2);
    number_cell(&table, performance->expectancy, 2);
    number_cell(&table, performance->average_r, 2);
    money_cell(&table, backtest->max_drawdown);
    table_print_write(&table, stream);
    table_print_release(&table);
}

void result_print_table(const struct backtest *backtest, const struct result_context *context,
                        FILE *stream)
{
    print_heading(backtest, context, stream);
    print_counts(backtest, stream);
    print_money(backtest, stream);
    bool is_one = backtest->playbook->symbol_count == 1;
    findings_print(&backtest->findings, is_one ? NULL : backtest->playbook->symbols, stream);
}

static void totals_row(struct table_print *table, const char *name, size_t trades, size_t wins,
                       int64_t gross, int64_t fees, int64_t net)
{
    table_print_cell(table, "%s", name);
    table_print_cell(table, "%zu", trades);
    number_cell(table, trades ? 100 * (double)wins / (double)trades : NAN, 1);
    money_cell(table, gross);
    money_cell(table, fees);
    signed_money_cell(table, net);
}

void result_print_totals(const struct backtest *backtests, size_t count, FILE *stream)
{
    struct table_print table = {
        .columns = (const struct table_print_column[]) { { "playbook", ALIGN_LEFT },
                                                         { "trades", ALIGN_RIGHT },
                                                         { "win %", ALIGN_RIGHT },
                                                         { "gross $", ALIGN_RIGHT },
                                                         { "fees $", ALIGN_RIGHT },
                                                         { "net $", ALIGN_RIGHT } },
        .column_count = 6,
    };
    struct performance total = { 0 };
    for (size_t i = 0; i < count; i++) {
        const struct performance *one = &backtests[i].performance;
        totals_row(&table, backtests[i].playbook->name, one->trades, one->wins, one->gross_pnl,
                   one->fees, one->net_pnl);
        total.trades += one->trades;
        total.wins += one->wins;
        total.gross_pnl += one->gross_pnl;
        total.fees += one->fees;
        total.net_pnl += one->net_pnl;
    }
    table_print_rule(&table);
    totals_row(&table, "total", total.trades, total.wins, total.gross_pnl, total.fees,
               total.net_pnl);
    table_print_write(&table, stream);
    table_print_release(&table);
}

void result_print_outputs(const struct publish_outputs *outputs, FILE *stream)
{
    for (size_t i = 0; i < outputs->count; i++)
        fprintf(stream, "%s: %zu row%s in %s\n", outputs->items[i].table, outputs->items[i].rows,
                outputs->items[i].rows == 1 ? "" : "s", outputs->items[i].location);
}
