/* One engine runs one playbook: sessions, closed bars and order updates in; orders and trades out.
 * Whoever drives it owns time and I/O: a backtest, a scheduled day and a live stream drive the same
 * engine, and the same input gives the same bytes. It never blocks and never fails for what the
 * market does.
 *
 * Driving one symbol: session_begin; for each closed bar first the order updates that it causes,
 * then the bar, then drain orders and trades; session_end, drain again, and read the report.
 * Symbols are indices into the playbook's; their bars come in time order over all of them. */
#ifndef PLAYBOOK_ENGINE_ENGINE_H
#define PLAYBOOK_ENGINE_ENGINE_H

#include "service/base/error.h"
#include "service/engine/equity.h"
#include "service/engine/playbook.h"
#include "service/market/bar.h"
#include "service/market/calendar.h"
#include "service/market/quality.h"
#include "service/market/series.h"
#include "service/trading/desk.h"
#include "service/trading/order.h"
#include "service/trading/trade.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;

/* What a symbol's session came to. Borrowed until its next session begins. */
struct session_report {
    size_t bars;    /* shown */
    size_t signals; /* entries ordered */
    const struct note *notes;
    size_t note_count;
    const char *status; /* a sentence, "" for none */
};

/* The playbook is borrowed for the engine's life, and so is the equity curve, which must cover
 * every session that is begun. NULL: the strategy refuses its parameters. */
struct engine *engine_new(const struct playbook *playbook, const struct equity *equity,
                          struct error *error);
void engine_free(struct engine *engine); /* accepts NULL */

/* prior_days: daily bars of earlier sessions only, as strategy.h says. */
void engine_session_begin(struct engine *engine, size_t symbol, const struct session *session,
                          const struct series *prior_days);

/* A bar of the session on the playbook's timeframe has closed. True: there is something to
 * drain. */
bool engine_bar(struct engine *engine, size_t symbol, const struct bar *bar);

/* A bar was too faulty to be shown: no entry is ordered in this session any more. */
void engine_fault(struct engine *engine, size_t symbol, enum finding_kind kind, int64_t time_us);

/* No bar follows in this session: what an intraday strategy still has is cancelled or closed. */
void engine_session_end(struct engine *engine, size_t symbol);

/* A broker's answer to an order. */
void engine_order_update(struct engine *engine, const struct order_update *update);

/* What is to be drained, oldest first; NULL when there is no more. Borrowed until the next bar or
 * session. */
const struct order *engine_next_order(struct engine *engine);
const struct trade *engine_next_trade(struct engine *engine);

/* When the last bar shown closed. */
int64_t engine_now_us(const struct engine *engine, size_t symbol);

const struct position *engine_position(const struct engine *engine, size_t symbol);
struct session_report engine_session_report(const struct engine *engine, size_t symbol);

#endif
