#include "service/engine/engine.h"

#include "service/base/memory.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

/* Bars present x 20 must reach bars due x 19: 95 %. */
enum { PRESENT_WEIGHT = 20, DUE_WEIGHT = 19 };

/* One symbol of the playbook. */
struct slot {
    struct desk desk;
    struct engine *engine;
    void *state;        /* the strategy's, owned */
    double shares;      /* of the open position, as a number for prices */
    int64_t mark;       /* what the open position adds to the equity curve, micro-dollars */
    double last_close;  /* of the last bar that it was held over */
    int64_t *changes;   /* of the equity curve in the session, by cell */
    struct trade trade; /* the one being made, while a position is held */
    struct session session;
    int64_t exit_time_us;                  /* INT64_MAX: the strategy is held over nights */
    int64_t exit_open_us;                  /* bars that open from then on end at or after it */
    size_t bars;                           /* shown in all */
    size_t bars_before, bars_before_trade; /* those before the session, before the position */
    size_t signals;                        /* of the session */
    int32_t orders, entries;               /* numbers given in the session */
    bool entry_pending, exit_pending;
    bool done; /* an intraday strategy has had its one signal */
    enum finding_kind fault;
    int64_t fault_us;
};

struct order_queue {
    struct order *items;
    size_t begin, end, capacity;
};

struct trade_queue {
    struct trade *items;
    size_t begin, end, capacity;
};

struct engine {
    const struct playbook *playbook;
    const struct strategy_type *strategy;
    int64_t timeframe_us;
    double cells_per_us;
    void (*show)(void *state, struct desk *desk, const struct bar *bar); /* the strategy's */
    struct slot *slots;
    struct order_queue orders;
    struct trade_queue trades;
    bool has_output; /* there is something to drain */
    const struct equity *equity;
};

struct engine *engine_new(const struct playbook *playbook, const struct equity *equity,
                          struct error *error)
{
    struct engine *engine = memory_new(1, sizeof *engine);
    engine->playbook = playbook;
    engine->strategy = playbook->strategy;
    engine->timeframe_us = playbook->timeframe_us;
    engine->show = engine->strategy->bar;
    engine->cells_per_us = 1.0 / (double)playbook->timeframe_us;
    engine->slots = memory_new(playbook->symbol_count, sizeof *engine->slots);
    engine->equity = equity;
    for (size_t i = 0; i < playbook->symbol_count; i++) {
        engine->slots[i].engine = engine;
        engine->slots[i].state = memory_new(1, engine->strategy->state_size);
        if (!engine->strategy->init(engine->slots[i].state, &playbook->parameters, error)) {
            error_context(error, "%s", engine->strategy->name);
            engine_free(engine);
            return NULL;
        }
    }
    return engine;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    for (size_t i = 0; i < engine->playbook->symbol_count; i++) {
        void *state = engine->slots[i].state;
        if (state && engine->strategy->release)
            engine->strategy->release(state);
        free(state);
    }
    free(engine->slots);
    free(engine->orders.items);
    free(engine->trades.items);
    free(engine);
}

static struct slot *slot_of(const struct engine *engine, size_t symbol)
{
    assert(symbol < engine->playbook->symbol_count);
    return &engine->slots[symbol];
}

/* Room for one order or trade more, to be filled where it stays: a copy made at once would wait for
 * the stores of its parts. */
static struct order *add_order(struct engine *engine)
{
    struct order_queue *queue = &engine->orders;
    queue->items = memory_grow(queue->items, queue->end, &queue->capacity, sizeof *queue->items);
    engine->has_output = true;
    return &queue->items[queue->end++];
}

static struct trade *add_trade(struct engine *engine)
{
    struct trade_queue *queue = &engine->trades;
    queue->items = memory_grow(queue->items, queue->end, &queue->capacity, sizeof *queue->items);
    engine->has_output = true;
    return &queue->items[queue->end++];
}

const struct order *engine_next_order(struct engine *engine)
{
    struct order_queue *queue = &engine->orders;
    if (queue->begin == queue->end) {
        queue->begin = queue->end = 0;
        engine->has_output = engine->orders.end + engine->trades.end > 0;
        return NULL;
    }
    return &queue->items[queue->begin++];
}

const struct trade *engine_next_trade(struct engine *engine)
{
    struct trade_queue *queue = &engine->trades;
    if (queue->begin == queue->end) {
        queue->begin = queue->end = 0;
        engine->has_output = engine->orders.end + engine->trades.end > 0;
        return NULL;
    }
    return &queue->items[queue->begin++];
}

/* The exit time keeps its distance to the usual close when a session closes early. */
static int64_t exit_time_us(const struct playbook *playbook, const struct session *session)
{
    if (!playbook->strategy->intraday)
        return INT64_MAX;
    return session_clock_us(session, playbook->exit_time) - session->close_shift_us;
}

void engine_session_begin(struct engine *engine, size_t symbol, const struct session *session,
                          const struct series *prior_days)
{
    struct slot *slot = slot_of(engine, symbol);
    desk_session_begin(&slot->desk, engine->timeframe_us, session->close_us);
    slot->session = *session;
    slot->changes = equity_session(engine->equity, session->date);
    slot->exit_time_us = exit_time_us(engine->playbook, session);
    slot->exit_open_us = slot->exit_time_us <= session->close_us
                             ? slot->exit_time_us - engine->timeframe_us
                             : INT64_MAX;
    slot->bars_before = slot->bars;
    slot->signals = 0;
    slot->orders = slot->entries = 0;
    slot->done = false;
    slot->fault = FINDING_NONE;
    if (engine->strategy->session)
        engine->strategy->session(slot->state, &slot->desk, session, prior_days);
}

/* The cell of the session's grid that holds an instant. There is no division: the quotient of whole
 * microseconds keeps half of one from where it would be cut wrongly, which no rounding reaches. */
static int64_t cell_of(const struct engine *engine, const struct slot *slot, int64_t time_us)
{
    double since_open_us = (double)(time_us - slot->session.open_us) + 0.5;
    return (int64_t)(since_open_us * engine->cells_per_us);
}

static void change_equity(struct engine *engine, struct slot *slot, int64_t time_us, int64_t change)
{
    slot->changes[cell_of(engine, slot, time_us)] += change;
}

/* The bar counts whole for the position that is held over it. */
static void hold(struct engine *engine, struct slot *slot, const struct bar *bar)
{
    struct trade *trade = &slot->trade;
    trade->low = lower_of(bar->low, trade->low);
    trade->high = higher_of(bar->high, trade->high);
    int64_t mark = money_from_double((bar->close - trade->entry_price) * slot->shares);
    change_equity(engine, slot, bar->open_time_us, mark - slot->mark);
    slot->mark = mark;
    slot->last_close = bar->close;
    if (bar->open_time_us >= slot->exit_open_us)
        slot->desk.asked = true;
}

static void order_exit(struct engine *engine, struct slot *slot, enum order_action action,
                       const char *reason)
{
    slot->exit_pending = true;
    *add_order(engine) = (struct order) {
        .symbol = (size_t)(slot - engine->slots),
        .key = { slot->session.date, ++slot->orders },
        .leg = LEG_EXIT,
        .action = action,
        .quantity = slot->desk.position.quantity,
        .close = slot->last_close,
        .reason = reason,
    };
}

static void order_entry(struct engine *engine, struct slot *slot, const struct entry *entry)
{
    slot->entry_pending = true;
    slot->signals++;
    *add_order(engine) = (struct order) {
        .symbol = (size_t)(slot - engine->slots),
        .key = { slot->session.date, ++slot->orders },
        .leg = LEG_ENTRY,
        .action = ORDER_AT_OPEN,
        .quantity = engine->playbook->quantity,
        .stop_distance = entry->stop_distance,
        .target_distance = entry->target_distance,
        .reason = entry->reason,
    };
}

/* Why an entry asked for on this bar must not be ordered: says so on the desk. */
static bool is_refused(const struct engine *engine, struct slot *slot)
{
    struct desk *desk = &slot->desk;
    const struct session *session = &slot->session;
    char clock[CLOCK_TEXT_SIZE];
    int64_t due = cell_of(engine, slot, desk->bar_open_us) + 1;
    size_t seen = slot->bars - slot->bars_before;
    bool is_complete = (int64_t)seen * PRESENT_WEIGHT >= due * DUE_WEIGHT;
    if (desk->entry.side != SIDE_LONG)
        desk_status(desk, "refused: short");
    else if (desk_now_us(desk) >= slot->exit_time_us)
        desk_status(desk, "refused: at or after the exit time %s",
                    session_clock_format(session, slot->exit_time_us, clock));
    else if (slot->fault != FINDING_NONE)
        desk_status(desk, "refused: %s at %s", finding_type(slot->fault)->name,
                    session_clock_format(session, slot->fault_us, clock));
    else if (engine->strategy->intraday && !is_complete)
        desk_status(desk, "refused: %zu of %" PRId64 " bars", seen, due);
    else
        return false;
    return true;
}

static void take_requests(struct engine *engine, struct slot *slot)
{
    struct desk *desk = &slot->desk;
    bool is_flat = desk->position.quantity == 0;
    if (desk->exit_reason && !is_flat && !slot->exit_pending)
        order_exit(engine, slot, ORDER_AT_OPEN, desk->exit_reason);
    if (desk->has_entry && is_flat && !slot->entry_pending && !slot->done && !desk->passed) {
        slot->done = engine->strategy->intraday;
        if (!is_refused(engine, slot))
            order_entry(engine, slot, &desk->entry);
    }
    desk->asked = desk->has_entry = false;
    desk->exit_reason = NULL;
}

/* What follows from a bar that was shown, where anything can. Rare, and kept out of line. */
static __attribute__((noinline)) void respond(struct slot *slot)
{
    take_requests(slot->engine, slot);
    bool is_held = slot->desk.position.quantity != 0;
    if (is_held && desk_now_us(&slot->desk) >= slot->exit_time_us && !slot->exit_pending)
        order_exit(slot->engine, slot, ORDER_AT_OPEN, "time_exit");
}

/* On nearly every bar nothing is asked for or due: that path is kept short, and behind the strategy
 * it needs the slot alone, since each thing more would be saved on the stack for it. The symbol was
 * checked when its session began. */
bool engine_bar(struct engine *engine, size_t symbol, const struct bar *bar)
{
    struct slot *slot = &engine->slots[symbol];
    slot->desk.bar_open_us = bar->open_time_us;
    slot->bars++;
    if (slot->desk.position.quantity != 0)
        hold(engine, slot, bar);
    engine->show(slot->state, &slot->desk, bar);
    if (slot->desk.asked)
        respond(slot);
    return slot->engine->has_output;
}

void engine_fault(struct engine *engine, size_t symbol, enum finding_kind kind, int64_t time_us)
{
    struct slot *slot = slot_of(engine, symbol);
    if (slot->fault == FINDING_NONE) {
        slot->fault = kind;
        slot->fault_us = time_us;
    }
}

void engine_session_end(struct engine *engine, size_t symbol)
{
    struct slot *slot = slot_of(engine, symbol);
    if (slot->bars == slot->bars_before)
        desk_status(&slot->desk, "no bars");
    if (!engine->strategy->intraday)
        return;
    if (slot->entry_pending) {
        slot->entry_pending = false;
        desk_status(&slot->desk, "no bar to fill");
        *add_order(engine) = (struct order) {
            .symbol = symbol,
            .key = { slot->session.date, slot->orders },
            .leg = LEG_ENTRY,
            .action = ORDER_CANCEL,
        };
    }
    if (slot->desk.position.quantity != 0)
        order_exit(engine, slot, ORDER_AT_CLOSE, "session_close");
}

/* The fields that an exit and trade_settle set are left as they are. */
static void begin_trade(struct slot *slot, const struct order_update *fill)
{
    struct trade *trade = &slot->trade;
    trade->symbol = fill->symbol;
    trade->key = (struct trade_key) { slot->session.date, ++slot->entries };
    trade->side = SIDE_LONG;
    trade->quantity = fill->quantity;
    trade->entry_time_us = fill->time_us;
    trade->entry_price = fill->price;
    trade->stop_price = fill->stop_price;
    trade->target_price = fill->target_price;
    trade->fees = fill->fee;
    trade->low = trade->high = fill->price;
}

static void entered(struct engine *engine, struct slot *slot, const struct order_update *fill)
{
    slot->entry_pending = false;
    slot->desk.position = (struct position) {
        .quantity = fill->quantity,
        .entry_price = fill->price,
        .entry_time_us = fill->time_us,
        .stop_price = fill->stop_price,
        .target_price = fill->target_price,
    };
    begin_trade(slot, fill);
    slot->shares = (double)fill->quantity / QUANTITY_ONE;
    slot->mark = 0;
    slot->bars_before_trade = slot->bars;
    change_equity(engine, slot, fill->time_us, -fill->fee);
}

static void exited(struct engine *engine, struct slot *slot, const struct order_update *fill)
{
    struct trade *trade = add_trade(engine);
    *trade = slot->trade;
    trade->session_date = slot->session.date;
    trade->exit_time_us = fill->time_us;
    trade->exit_price = fill->price;
    trade->exit_reason = fill->reason;
    trade->fees += fill->fee;
    trade->bars_held = (int64_t)(slot->bars - slot->bars_before_trade) + !fill->at_close;
    trade->low = lower_of(trade->low, fill->price);
    trade->high = higher_of(trade->high, fill->price);
    trade_settle(trade);
    slot->exit_pending = false;
    slot->desk.position.quantity = 0;
    /* A close at the session's end belongs to the last bar, at whose end it is stamped. */
    int64_t time_us = fill->at_close ? fill->time_us - 1 : fill->time_us;
    change_equity(engine, slot, time_us, trade->gross_pnl - slot->mark - fill->fee);
}

void engine_order_update(struct engine *engine, const struct order_update *update)
{
    struct slot *slot = slot_of(engine, update->symbol);
    if (update->leg == LEG_ENTRY)
        entered(engine, slot, update);
    else
        exited(engine, slot, update);
}

int64_t engine_now_us(const struct engine *engine, size_t symbol)
{
    return desk_now_us(&slot_of(engine, symbol)->desk);
}

const struct position *engine_position(const struct engine *engine, size_t symbol)
{
    return &slot_of(engine, symbol)->desk.position;
}

struct session_report engine_session_report(const struct engine *engine, size_t symbol)
{
    const struct slot *slot = slot_of(engine, symbol);
    return (struct session_report) {
        .bars = slot->bars - slot->bars_before,
        .signals = slot->signals,
        .notes = slot->desk.notes,
        .note_count = slot->desk.note_count,
        .status = slot->desk.status,
    };
}
