/* A CSV writer to "trades.csv" in a scratch folder, and a small table of trades for it. */
#ifndef PLAYBOOK_TESTS_SUPPORT_CSV_TRADES_H
#define PLAYBOOK_TESTS_SUPPORT_CSV_TRADES_H

#include "tests/support/scratch.h"
#include "writers/writer.h"

/* The table's header, and two rows that the tests leave alone. */
#define CSV_TRADES_HEADER "trade_id,playbook,symbol,session_date,net_pnl,note\n"
#define CSV_TRADES_SPY_3 "s/1,dp20,SPY,2024-06-03,2.00,\n"
#define CSV_TRADES_SPY_5 "s/2,dp20,SPY,2024-06-05,3.00,\n"

enum { CSV_TRADES_MAX = 4, CSV_TRADES_LOCK_TIMEOUT_MS = 10000 };

extern const struct table csv_trades_table;

struct csv_trades {
    struct scratch scratch;
    struct writer *writer;
    struct error error; /* of the last write */
};

/* A record of playbook dp20; the 31st of June 2024 is the 1st of July. */
struct csv_trade {
    const char *id, *symbol;
    int day;
    int64_t net_pnl;
    const char *note; /* NULL: absent */
};

/* A test that begins with one, empty, in *state. */
#define CSV_TRADES_TEST(name)                                                                      \
    cmocka_unit_test_setup_teardown(name, csv_trades_begin, csv_trades_end)
int csv_trades_begin(void **state);
int csv_trades_end(void **state);

/* Takes another writer, to a file of that name in the folder. */
void csv_trades_reopen(struct csv_trades *trades, const char *name, int lock_timeout_ms);

/* Writes a set that covers the symbol from the first to the last day. */
bool csv_trades_write(struct csv_trades *trades, const char *symbol, int first_day, int last_day,
                      const struct csv_trade *records, size_t count);

/* Writes a set that covers QQQ on the 4th and has one record: "q/1", one dollar, the note. */
bool csv_trades_write_note(struct csv_trades *trades, const char *note);

/* Writes and reads trades.csv behind the writer's back. */
void csv_trades_put(struct csv_trades *trades, const char *content);
void csv_trades_assert_file(struct csv_trades *trades, const char *expected);

/* About the last write, and what it returned. */
void csv_trades_assert_written(const struct csv_trades *trades, bool written);
void csv_trades_assert_mentions(const struct csv_trades *trades, const char *part);

#endif
