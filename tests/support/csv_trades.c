#include "tests/support/csv_trades.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "service/base/date.h"

#include <stdlib.h>
#include <string.h>

enum { ID, PLAYBOOK, SYMBOL, SESSION, PNL, NOTE, COLUMN_COUNT };

static const struct column columns[COLUMN_COUNT] = {
    [ID] = { .name = "trade_id", .kind = COLUMN_TEXT, .role = ROLE_KEY },
    [PLAYBOOK] = { .name = "playbook", .kind = COLUMN_TEXT, .role = ROLE_PLAYBOOK },
    [SYMBOL] = { .name = "symbol", .kind = COLUMN_TEXT, .role = ROLE_SYMBOL },
    [SESSION] = { .name = "session_date", .kind = COLUMN_DATE, .role = ROLE_SESSION },
    [PNL] = { .name = "net_pnl", .kind = COLUMN_MONEY },
    [NOTE] = { .name = "note", .kind = COLUMN_TEXT },
};

const struct table csv_trades_table = { "trades", 1, columns, COLUMN_COUNT };

static int32_t june(int day)
{
    return date_from_civil(2024, 6, 1) + day - 1;
}

int csv_trades_begin(void **state)
{
    struct csv_trades *trades = calloc(1, sizeof *trades);
    assert_non_null(trades);
    scratch_init(&trades->scratch);
    csv_trades_reopen(trades, "trades.csv", CSV_TRADES_LOCK_TIMEOUT_MS);
    *state = trades;
    return 0;
}

int csv_trades_end(void **state)
{
    struct csv_trades *trades = *state;
    writer_close(trades->writer);
    scratch_release(&trades->scratch);
    free(trades);
    return 0;
}

void csv_trades_reopen(struct csv_trades *trades, const char *name, int lock_timeout_ms)
{
    struct writer_location location = { "trades", scratch_path(&trades->scratch, name) };
    struct writer_options options = {
        .locations = &location,
        .location_count = 1,
        .lock_timeout_ms = lock_timeout_ms,
    };
    writer_close(trades->writer);
    trades->writer = writer_find("csv")->open(&options, &trades->error);
    assert_non_null(trades->writer);
}

bool csv_trades_write(struct csv_trades *trades, const char *symbol, int first_day, int last_day,
                      const struct csv_trade *records, size_t count)
{
    assert_true(count <= CSV_TRADES_MAX);
    struct cell cells[CSV_TRADES_MAX * COLUMN_COUNT] = { 0 };
    for (size_t i = 0; i < count; i++) {
        struct cell *row = cells + i * COLUMN_COUNT;
        row[ID] = (struct cell) { .present = true, .text = records[i].id };
        row[PLAYBOOK] = (struct cell) { .present = true, .text = "dp20" };
        row[SYMBOL] = (struct cell) { .present = true, .text = records[i].symbol };
        row[SESSION] = (struct cell) { .present = true, .integer = june(records[i].day) };
        row[PNL] = (struct cell) { .present = true, .integer = records[i].net_pnl };
        row[NOTE] = (struct cell) { .present = records[i].note, .text = records[i].note };
    }
    struct record_set set = {
        .table = &csv_trades_table,
        .coverage = { .playbook = "dp20",
                      .symbols = &symbol,
                      .symbol_count = 1,
                      .first_session = june(first_day),
                      .last_session = june(last_day) },
        .cells = cells,
        .count = count,
    };
    struct write_report report;
    trades->error = (struct error) { 0 };
    return writer_write(trades->writer, &set, &report, &trades->error);
}

bool csv_trades_write_note(struct csv_trades *trades, const char *note)
{
    const struct csv_trade record = { "q/1", "QQQ", 4, 1000000, note };
    return csv_trades_write(trades, "QQQ", 4, 4, &record, 1);
}

void csv_trades_put(struct csv_trades *trades, const char *content)
{
    scratch_write(&trades->scratch, "trades.csv", content);
}

void csv_trades_assert_file(struct csv_trades *trades, const char *expected)
{
    char *content = scratch_read(&trades->scratch, "trades.csv");
    assert_non_null(content);
    assert_string_equal(content, expected);
    free(content);
}

void csv_trades_assert_written(const struct csv_trades *trades, bool written)
{
    if (!written)
        fail_msg("%s", trades->error.message);
}

void csv_trades_assert_mentions(const struct csv_trades *trades, const char *part)
{
    if (strstr(trades->error.message, part) == NULL)
        fail_msg("'%s' does not mention '%s'", trades->error.message, part);
}
