#include "service/base/decimal.h"
#include "service/base/memory.h"
#include "service/jobs/day_result.h"
#include "tests/support/bars_made.h"
#include "tests/support/bars_run.h"
#include "writers/tables.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DATE "2024-06-28"
#define DAMAGED "not the result of a run, or a damaged one: "

static struct playbook playbook;
static struct backtest backtest;
static struct day_result result, again;
static struct error error;

/* A trade in dollars and cents. */
static void add_trade(size_t symbol, int number, double exit_price)
{
    struct session session = bars_session(DATE);
    struct trade trade = {
        .symbol = symbol,
        .key = { session.date, number },
        .session_date = session.date,
        .quantity = 10 * QUANTITY_ONE,
        .entry_time_us = bars_time_us(&session, "10:06"),
        .exit_time_us = bars_time_us(&session, "15:56"),
        .entry_price = 100,
        .exit_price = exit_price,
        .exit_reason = "cross",
        .stop_price = number > 1 ? 99.5 : NAN,
        .target_price = NAN,
        .fees = 2 * MONEY_ONE,
        .bars_held = 351,
        .low = 99.75,
        .high = 102,
    };
    trade_settle(&trade);
    backtest.trades = memory_resize(backtest.trades, backtest.trade_count + 1, sizeof trade);
    backtest.trades[backtest.trade_count++] = trade;
    backtest.performance = performance_of(backtest.trades, backtest.trade_count);
}

static void add_journal_row(size_t symbol, const char *notes)
{
    struct cell *row = record_list_add(&backtest.journal);
    cell_set_integer(&row[JOURNAL_TRADE_DATE], bars_date(DATE));
    cell_set_text(&row[JOURNAL_PLAYBOOK], playbook.name);
    cell_set_text(&row[JOURNAL_SYMBOL], playbook.symbols[symbol]);
    cell_set_text(&row[JOURNAL_NOTES], record_list_keep(&backtest.journal, notes));
}

/* Two symbols, three trades, and a finding about each symbol. */
static int make(void **state)
{
    (void)state;
    error = (struct error) { 0 };
    playbook_init(&playbook, strategy_find("sma_cross"));
    assert_true(playbook_add_symbol(&playbook, "QQQ", &error));
    assert_true(playbook_add_symbol(&playbook, "SPY", &error));
    assert_true(playbook_set(&playbook, "fast", "3", &error));
    assert_true(playbook_finish(&playbook, "mine", &error));
    backtest = (struct backtest) {
        .playbook = &playbook,
        .first_session = bars_date(DATE),
        .last_session = bars_date(DATE),
        .sessions = 1,
        .signals = 4,
        .journal.table = &journal_table,
    };
    add_trade(0, 1, 101.5);
    add_trade(0, 2, 99.123457);
    add_trade(1, 1, 100.1);
    add_journal_row(0, "2 trades; \"gaps\"");
    add_journal_row(1, "");
    findings_add(&backtest.findings,
                 &(struct finding) { FINDING_NO_BARS, 1, DATE_NONE, 0, "no session" });
    findings_add(&backtest.findings,
                 &(struct finding) { FINDING_PRICE_JUMP, 0, bars_date(DATE), 3, "first at 11:02" });
    day_result_make(&backtest, &result);
    return 0;
}

static int release(void **state)
{
    (void)state;
    backtest_release(&backtest);
    playbook_release(&playbook);
    day_result_release(&result);
    day_result_release(&again);
    return 0;
}

/* The document may be that of `again` itself. */
static void read_again(const struct text *document)
{
    struct day_result read;
    if (!day_result_read(document->bytes, document->size, &read, &error))
        fail_msg("%s: %s", document->bytes, error.message);
    day_result_release(&again);
    again = read;
}

static void the_key_is_that_of_playbook_and_date(void **state)
{
    (void)state;
    char key[STORE_KEY_MAX + 1];
    day_result_key("dp20", bars_date(DATE), key);
    assert_string_equal(key, "runs/dp20/2024-06-28.json");
    assert_true(store_key_check(key, &error));
    day_result_key("a123456789_123456789-123456789_123456789", bars_date(DATE), key);
    assert_true(store_key_check(key, &error));
}

static void the_document_begins_with_what_the_run_was_and_ends_with_where_it_went(void **state)
{
    (void)state;
    static const char begin[] =
        "{\"version\":1,\"run_id\":\"mine/2024-06-28\",\"playbook\":\"mine\","
        "\"strategy\":\"sma_cross\","
        "\"identity\":\"fast=3\\nsymbols=QQQ,SPY\\ntimeframe=1Min\\n\",\"date\":\"2024-06-28\","
        "\"status\":\"computed\",\"symbols\":[\"QQQ\",\"SPY\"],\"sessions\":1,\"signals\":4,"
        "\"trades\":3,\"net_pnl\":1.23457,\"findings\":["
        "{\"session\":null,\"symbol\":\"SPY\",\"kind\":\"no_bars\",\"severity\":\"warning\","
        "\"count\":0,\"detail\":\"no session\"},"
        "{\"session\":\"2024-06-28\",\"symbol\":\"QQQ\",\"kind\":\"price_jump\","
        "\"severity\":\"warning\",\"count\":3,\"detail\":\"first at 11:02\"}],"
        "\"records\":{\"trades\":{\"table\":\"trades\",\"version\":1,\"columns\":[\"trade_id\",";
    static const char trades[] =
        "\"rows\":[[\"mine/QQQ/2024-06-28/1\",\"mine\",\"sma_cross\",\"QQQ\",\"2024-06-28\","
        "\"long\",10,\"2024-06-28T14:06:00Z\",100,\"2024-06-28T19:56:00Z\",101.5,\"cross\",null,"
        "null,15.00,2.00,13.00,1.3,null,-2.50,20.00,351],[\"mine/QQQ/2024-06-28/2\",";
    static const char end[] = ",\"QQQ\"],[\"2024-06-28\",null,null,null,null,null,null,null,null,"
                              "null,null,null,null,null,null,null,null,null,null,null,null,null,"
                              "null,null,null,null,null,\"\",null,\"mine\",\"SPY\"]]}},"
                              "\"outputs\":[]}";
    const char *document = text_string(&result.document);
    assert_memory_equal(document, begin, sizeof begin - 1);
    assert_non_null(strstr(document, trades));
    assert_true(result.document.size > sizeof end);
    assert_string_equal(document + result.document.size - (sizeof end - 1), end);
    assert_null(strpbrk(document, "\n\t"));
}

static void assert_is_the_backtest(const struct day_result *of)
{
    assert_string_equal(of->playbook, "mine");
    assert_int_equal(of->date, bars_date(DATE));
    assert_string_equal(text_string(&of->identity), "fast=3\nsymbols=QQQ,SPY\ntimeframe=1Min\n");
    assert_int_equal(of->symbol_count, 2);
    assert_string_equal(of->symbols[0], "QQQ");
    assert_string_equal(of->symbols[1], "SPY");
    assert_int_equal(of->signals, 4);
    assert_int_equal(of->trade_count, 3);
    assert_int_equal(of->net_pnl, 1234570);

    assert_int_equal(of->findings.count, 2);
    const struct finding *finding = &of->findings.items[0];
    assert_int_equal(finding->kind, FINDING_NO_BARS);
    assert_int_equal(finding->symbol, 1);
    assert_int_equal(finding->date, DATE_NONE);
    finding = &of->findings.items[1];
    assert_int_equal(finding->kind, FINDING_PRICE_JUMP);
    assert_int_equal(finding->symbol, 0);
    assert_int_equal(finding->date, bars_date(DATE));
    assert_int_equal(finding->count, 3);
    assert_string_equal(finding->detail, "first at 11:02");

    assert_int_equal(of->trades.count, 3);
    assert_string_equal(bars_run_cell(&of->trades, 1, TRADES_TRADE_ID), "mine/QQQ/2024-06-28/2");
    assert_string_equal(bars_run_cell(&of->trades, 1, TRADES_NET_PNL), "-10.76543");
    assert_string_equal(bars_run_cell(&of->trades, 1, TRADES_STOP_PRICE), "99.5");
    assert_string_equal(bars_run_cell(&of->trades, 1, TRADES_TARGET_PRICE), "");
    assert_string_equal(bars_run_cell(&of->trades, 2, TRADES_SYMBOL), "SPY");
    assert_string_equal(bars_run_cell(&of->trades, 2, TRADES_BARS_HELD), "351");
    assert_int_equal(of->journal.count, 2);
    assert_string_equal(bars_run_cell(&of->journal, 0, JOURNAL_NOTES), "2 trades; \"gaps\"");
    assert_string_equal(bars_run_cell(&of->journal, 1, JOURNAL_SYMBOL), "SPY");
}

static void a_result_stands_by_itself(void **state)
{
    (void)state;
    backtest_release(&backtest);
    playbook_release(&playbook);
    assert_is_the_backtest(&result);
    assert_false(result.is_done);
    assert_int_equal(result.outputs.count, 0);
}

static void what_is_read_is_what_was_made(void **state)
{
    (void)state;
    read_again(&result.document);
    assert_is_the_backtest(&again);
    assert_false(again.is_done);
    assert_string_equal(text_string(&again.document), text_string(&result.document));
}

static void the_same_backtest_gives_the_same_bytes(void **state)
{
    (void)state;
    day_result_make(&backtest, &again);
    assert_string_equal(text_string(&again.document), text_string(&result.document));
}

/* Rows as a writer of CSV would have them. */
static void append_rows(struct text *text, const struct record_list *list)
{
    size_t columns = list->table->column_count;
    for (size_t i = 0; i < list->count * columns; i++) {
        cell_append_text(text, &list->table->columns[i % columns], &list->cells[i]);
        text_append(text, "|");
    }
}

static void assert_same_rows(const struct record_list *a, const struct record_list *b)
{
    struct text left = { 0 }, right = { 0 };
    append_rows(&left, a);
    append_rows(&right, b);
    assert_true(a->count > 0);
    assert_string_equal(text_string(&left), text_string(&right));
    text_release(&left);
    text_release(&right);
}

/* One that rises, one with a hole: a trade each. */
static void a_run_of_the_engine_is_kept_whole(void **state)
{
    (void)state;
    struct bars_run run;
    struct session session = bars_session(DATE);
    struct series steady = { 0 }, holed = { 0 };
    bars_add_flat(&steady, &session, "09:30", "11:00", 1, 100.1);
    bars_add_flat(&steady, &session, "11:00", "13:00", 1, 100.7);
    bars_add_flat(&steady, &session, "13:00", "16:00", 1, 101.3);
    bars_add_flat(&holed, &session, "09:30", "11:10", 1, 50);
    bars_add_flat(&holed, &session, "11:12", "13:00", 1, 50.3);
    bars_add_flat(&holed, &session, "13:00", "16:00", 1, 50.1);
    bars_run_open(&run, "morning_reversal");
    run.playbook.timeframe_us = MINUTE_US;
    bars_run_set(&run, "window_end", "15:00");
    bars_run_give(&run, "QQQ", &steady, NULL);
    bars_run_give(&run, "SPY", &holed, NULL);
    run.options.start = run.options.end = session.date;
    bars_run_do(&run);

    struct record_list trades = { .table = &trades_table };
    publish_list_trades(&run.backtest, &trades);
    assert_int_equal(trades.count, 2);
    day_result_make(&run.backtest, &again);
    assert_same_rows(&again.trades, &trades);
    assert_same_rows(&again.journal, &run.backtest.journal);
    assert_true(run.backtest.findings.count > 0);
    assert_int_equal(again.findings.count, run.backtest.findings.count);
    for (size_t i = 0; i < again.findings.count; i++) {
        const struct finding *a = &again.findings.items[i], *b = &run.backtest.findings.items[i];
        assert_true(a->kind == b->kind && a->symbol == b->symbol && a->date == b->date);
        assert_true(a->count == b->count && strcmp(a->detail, b->detail) == 0);
    }
    assert_true(again.net_pnl == run.backtest.performance.net_pnl && again.net_pnl != 0);
    record_list_release(&trades);
    series_release(&steady);
    series_release(&holed);
    bars_run_close(&run);
}

/* A table that a writer has now. */
static void add_output(struct publish_outputs *outputs, const struct table *table,
                       const char *location, size_t rows)
{
    outputs->items =
        memory_grow(outputs->items, outputs->count, &outputs->capacity, sizeof *outputs->items);
    outputs->items[outputs->count++] =
        (struct publish_output) { "csv", table->name, memory_copy_text(location), rows };
}

static void finish(struct day_result *of)
{
    struct publish_outputs outputs = { 0 };
    add_output(&outputs, &trades_table, "output/\"my\" trades.csv", 3);
    add_output(&outputs, &journal_table, "output/journal.csv", 2);
    day_result_finish(of, &outputs);
    assert_null(outputs.items);
    assert_int_equal(outputs.count, 0);
}

/* The document with one of its parts replaced, to free(). */
static char *replaced(const char *document, const char *part, const char *by)
{
    const char *at = strstr(document, part);
    if (!at || strstr(at + 1, part))
        fail_msg("\"%s\" is not once in %s", part, document);
    struct text text = { 0 };
    text_append_bytes(&text, document, (size_t)(at - document));
    text_append(&text, by);
    text_append(&text, at + strlen(part));
    return text.bytes;
}

static const char outputs_json[] =
    "\"outputs\":[{\"writer\":\"csv\",\"table\":\"trades\","
    "\"location\":\"output/\\\"my\\\" trades.csv\",\"rows\":3,"
    "\"status\":\"written\"},"
    "{\"writer\":\"csv\",\"table\":\"journal\",\"location\":\"output/journal.csv\",\"rows\":2,"
    "\"status\":\"written\"}]";

static void finishing_changes_status_and_outputs_and_nothing_else(void **state)
{
    (void)state;
    char *done = replaced(text_string(&result.document), "\"computed\"", "\"done\"");
    char *expected = replaced(done, "\"outputs\":[]", outputs_json);
    finish(&result);
    assert_string_equal(text_string(&result.document), expected);
    free(expected);
    free(done);
    assert_true(result.is_done);
    assert_int_equal(result.outputs.count, 2);
    assert_is_the_backtest(&result);
}

static void what_was_finished_is_read_and_finished_again_to_the_same_bytes(void **state)
{
    (void)state;
    finish(&result);
    read_again(&result.document);
    assert_true(again.is_done);
    assert_is_the_backtest(&again);
    assert_int_equal(again.outputs.count, 2);
    assert_string_equal(again.outputs.items[0].writer, "csv");
    assert_ptr_equal(again.outputs.items[0].table, trades_table.name);
    assert_string_equal(again.outputs.items[0].location, "output/\"my\" trades.csv");
    assert_int_equal(again.outputs.items[0].rows, 3);
    assert_ptr_equal(again.outputs.items[1].table, journal_table.name);
    finish(&again);
    assert_int_equal(again.outputs.count, 2);
    assert_string_equal(text_string(&again.document), text_string(&result.document));
    finish(&again);
    assert_string_equal(text_string(&again.document), text_string(&result.document));
}

static void members_that_are_not_known_stay_as_they_are(void **state)
{
    (void)state;
    static const char later[] = "\"later\":{ \"status\" : [1.50, 1E2, -0,\"\\u00e9\\/\",{}],"
                                "\"outputs\":null }, \"st\\u0061tus \":true";
    struct text extended = { 0 };
    text_format(&extended, "{%s,%s", later, text_string(&result.document) + 1);
    read_again(&extended);
    assert_is_the_backtest(&again);
    finish(&again);
    finish(&result);
    text_clear(&extended);
    text_format(&extended, "{%s,%s", later, text_string(&result.document) + 1);
    char *spaceless = replaced(text_string(&extended), "}, \"st", "},\"st");
    assert_string_equal(text_string(&again.document), spaceless);
    free(spaceless);
    text_release(&extended);
    read_again(&again.document);
}

static void white_space_between_members_is_no_matter(void **state)
{
    (void)state;
    char *spaced = replaced(text_string(&result.document), ",\"status\":\"computed\",",
                            "\n, \"stat\\u0075s\" :\t\"computed\" ,\n\"later\" : 7\r,");
    struct text document = { .bytes = spaced, .size = strlen(spaced) };
    read_again(&document);
    finish(&again);
    assert_non_null(
        strstr(text_string(&again.document), ",\"stat\\u0075s\":\"done\",\"later\":7,\"symbols\""));
    free(spaced);
    read_again(&again.document);
    assert_true(again.is_done);
}

static void assert_refused(const char *document, const char *message)
{
    error = (struct error) { 0 };
    memset(&again, 0x5A, sizeof again);
    struct day_result untouched = again;
    bool read = day_result_read(document, strlen(document), &again, &error);
    assert_memory_equal(&again, &untouched, sizeof again);
    again = (struct day_result) { 0 };
    assert_false(read);
    assert_memory_equal(error.message, DAMAGED, sizeof DAMAGED - 1);
    assert_string_equal(error.message + sizeof DAMAGED - 1, message);
    assert_int_equal(error.kind, ERROR_DATA);
}

/* A part of the document that stands there once, what stands there instead, and what is said. */
static const struct {
    const char *part, *by, *message;
} damages[] = {
    { "{\"version\":1,\"run_id\"", "{\"run_id\"", "version: a whole number is expected" },
    { "{\"version\":1,\"run_id\"", "{\"version\":0,\"run_id\"", "version: 1 is expected, not 0" },
    { "{\"version\":1,\"run_id\"", "{\"version\":2,\"run_id\"", "version: 1 is expected, not 2" },
    { "\"mine/2024-06-28\",", "\"mine/2024-06-27\",",
      "run_id: that of playbook and date is expected" },
    { "\"mine/2024-06-28\",", "null,", "run_id: a text is expected" },
    { "\"playbook\":\"mine\",", "\"playbook\":[],", "playbook: a text is expected" },
    { "\"playbook\":\"mine\",", "\"playbook\":\"\",",
      "playbook: the name of a playbook is expected" },
    { "\"playbook\":\"mine\",", "\"playbook\":\"../mine\",",
      "playbook: the name of a playbook is expected" },
    { "\"playbook\":\"mine\",", "\"playbook\":\"a1234567890123456789012345678901234567890\",",
      "playbook: the name of a playbook is expected" },
    { "\"identity\":", "\"identity\":1,\"was\":", "identity: a text is expected" },
    { "\"date\":\"2024-06-28\"", "\"date\":\"2024-06-31\"",
      "date: a date is expected, such as 2024-06-28" },
    { "\"date\":\"2024-06-28\"", "\"date\":null", "date: a date is expected, such as 2024-06-28" },
    { "\"date\":\"2024-06-28\"", "\"date\":19902", "date: a text is expected" },
    { "\"computed\"", "\"claimed\"", "status: \"computed\" or \"done\" is expected" },
    { "\"computed\"", "true", "status: a text is expected" },
    { "[\"QQQ\",\"SPY\"]", "[]", "symbols: at least one is expected" },
    { "[\"QQQ\",\"SPY\"]", "\"QQQ\"", "symbols: an array is expected" },
    { "[\"QQQ\",\"SPY\"]", "[\"QQQ\",\"spy\"]", "symbols[1]: a symbol is expected" },
    { "[\"QQQ\",\"SPY\"]", "[\"QQQ\",null]", "symbols[1]: a symbol is expected" },
    { "[\"QQQ\",\"SPY\"]", "[\"QQQ\",\"IWM\"]",
      "findings[0].symbol: \"SPY\" is none of the symbols" },
    { "\"signals\":4", "\"signals\":-4", "signals: a count is expected, not below 0" },
    { "\"signals\":4", "\"signals\":4.0", "signals: a whole number is expected" },
    { "\"trades\":3", "\"trades\":\"3\"", "trades: a whole number is expected" },
    { "\"net_pnl\":1.23457,", "", "net_pnl: a number of at most 6 decimals is expected" },
    { "\"net_pnl\":1.23457,", "\"net_pnl\":1.2345678,",
      "net_pnl: a number of at most 6 decimals is expected" },
    { "\"net_pnl\":1.23457,", "\"net_pnl\":\"1\",",
      "net_pnl: a number of at most 6 decimals is expected" },
    { "\"findings\":", "\"found\":", "findings: an array is expected" },
    { "{\"session\":null", "null,{\"session\":null", "findings[0].session: a text is expected" },
    { "{\"session\":null", "{\"session\":0", "findings[0].session: a text is expected" },
    { "\"kind\":\"price_jump\"", "\"kind\":\"none\"",
      "findings[1].kind: \"none\" is none that is known" },
    { "\"kind\":\"price_jump\"", "\"kind\":1", "findings[1].kind: a text is expected" },
    { "\"count\":3", "\"count\":-1", "findings[1].count: a count is expected, not below 0" },
    { "\"detail\":\"no session\"", "\"detail\":null", "findings[0].detail: a text is expected" },
    { "\"records\":", "\"record\":", "records: an object is expected" },
    { "\"table\":\"trades\"", "\"table\":\"journal\"",
      "records: trades: table: \"trades\" is expected, not \"journal\"" },
    { "\"journal\":{", "\"journals\":{", "records: journal: an object is expected" },
    { "13.00,1.3,", "13.00,true,", "records: trades: rows[0].return_pct: a number is expected" },
    { "2024-06-28/2\",\"mine\"", "2024-06-28/2\",null",
      "records: trades: rows[1].playbook: a text is expected" },
    { "2024-06-28/2\",\"mine\"", "2024-06-28/2\",\"other\"",
      "records: trades: record 2 lies outside what its set covers" },
    { "\"mine/QQQ/2024-06-28/2\"", "\"mine/QQQ/2024-06-28/1\"",
      "records: trades: two records have the key 'mine/QQQ/2024-06-28/1'" },
    { "\"\",null,\"mine\",\"SPY\"", "\"\",null,\"mine\",\"IWM\"",
      "records: journal: record 2 lies outside what its set covers" },
    { "[\"2024-06-28\",null,null,null,null,null,null,null,null,null,null,null,null,null,null,"
      "null,null,null,null,null,null,null,null,null,null,null,null,\"\"",
      "[\"2024-06-27\",null,null,null,null,null,null,null,null,null,null,null,null,null,null,"
      "null,null,null,null,null,null,null,null,null,null,null,null,\"\"",
      "records: journal: record 2 lies outside what its set covers" },
    { "\"SPY\",\"2024-06-28\",\"long\"", "\"SPY\",\"2024-06-29\",\"long\"",
      "records: trades: record 3 lies outside what its set covers" },
    { "\"outputs\":[]", "\"output\":[]", "outputs: an array is expected" },
    { "\"outputs\":[]", "\"outputs\":[1]", "outputs[0].writer: a text is expected" },
    { "\"outputs\":[]",
      "\"outputs\":[{\"writer\":\"tape\",\"table\":\"trades\",\"location\":\"\",\"rows\":1}]",
      "outputs[0].writer: \"tape\" is none that is known" },
    { "\"outputs\":[]",
      "\"outputs\":[{\"writer\":\"csv\",\"table\":\"equity\",\"location\":\"\",\"rows\":1}]",
      "outputs[0].table: \"equity\" is none that is known" },
    { "\"outputs\":[]", "\"outputs\":[{\"writer\":\"csv\",\"table\":\"trades\",\"location\":\"\"}]",
      "outputs[0].rows: a whole number is expected" },
};

static void what_is_damaged_is_refused_by_the_member(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        char *document = replaced(text_string(&result.document), damages[i].part, damages[i].by);
        assert_refused(document, damages[i].message);
        free(document);
    }
}

static void a_detail_has_its_length(void **state)
{
    (void)state;
    char detail[FINDING_DETAIL_SIZE + 1];
    memset(detail, 'x', FINDING_DETAIL_SIZE);
    detail[FINDING_DETAIL_SIZE] = '\0';
    char *document = replaced(text_string(&result.document), "no session", detail);
    assert_refused(document, "findings[0].detail: a text of at most 95 bytes is expected");
    free(document);
    document = replaced(text_string(&result.document), "no session", detail + 1);
    read_again(&(struct text) { .bytes = document, .size = strlen(document) });
    assert_string_equal(again.findings.items[0].detail, detail + 1);
    free(document);
}

static void what_is_no_object_of_ours_is_refused(void **state)
{
    (void)state;
    assert_refused("", "line 1, column 1: expected a value, but the text ends");
    assert_refused("null", "line 1, column 1: the document is null");
    assert_refused("[]", "version: a whole number is expected");
    assert_refused("{}", "version: a whole number is expected");
    assert_refused("7", "version: a whole number is expected");
}

static void a_document_that_was_cut_off_is_refused(void **state)
{
    (void)state;
    for (size_t size = 0; size < result.document.size; size++) {
        char *part = memory_new(size, 1); /* of just that size, for the sanitizer to see */
        memcpy(part, result.document.bytes, size);
        error = (struct error) { 0 };
        assert_false(day_result_read(part, size, &again, &error));
        assert_int_equal(error.kind, ERROR_DATA);
        free(part);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, release)
    const struct CMUnitTest tests[] = {
        TEST(the_key_is_that_of_playbook_and_date),
        TEST(the_document_begins_with_what_the_run_was_and_ends_with_where_it_went),
        TEST(a_result_stands_by_itself),
        TEST(what_is_read_is_what_was_made),
        TEST(the_same_backtest_gives_the_same_bytes),
        TEST(a_run_of_the_engine_is_kept_whole),
        TEST(finishing_changes_status_and_outputs_and_nothing_else),
        TEST(what_was_finished_is_read_and_finished_again_to_the_same_bytes),
        TEST(members_that_are_not_known_stay_as_they_are),
        TEST(white_space_between_members_is_no_matter),
        TEST(what_is_damaged_is_refused_by_the_member),
        TEST(a_detail_has_its_length),
        TEST(what_is_no_object_of_ours_is_refused),
        TEST(a_document_that_was_cut_off_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
