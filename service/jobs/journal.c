#include "service/jobs/journal.h"

#include "service/base/date.h"
#include "service/base/text.h"
#include "writers/tables.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Notes of strategies that have a column of their own. A note without one is not journaled. */
static const struct {
    const char *note;
    enum journal_column column;
} note_columns[] = {
    { "trend_valid", JOURNAL_TREND_VALID },
    { "sma200_daily_at_open", JOURNAL_SMA200_DAILY_AT_OPEN },
    { "entry_window", JOURNAL_ENTRY_WINDOW },
    { "first_close_below_time", JOURNAL_FIRST_CLOSE_BELOW_TIME },
    { "reversal_candle_time", JOURNAL_REVERSAL_CANDLE_TIME },
    { "reversal_strength_ok", JOURNAL_REVERSAL_STRENGTH_OK },
    { "confirmation_candle_time", JOURNAL_CONFIRMATION_CANDLE_TIME },
    { "ema20_at_entry", JOURNAL_EMA20_AT_ENTRY },
    { "atr_14_2m_at_entry", JOURNAL_ATR_14_2M_AT_ENTRY },
    { "stop_distance", JOURNAL_STOP_DISTANCE },
};

/* The first entry that was filled in the session; absent when there was none. */
struct fill {
    bool present;
    int64_t time_us;
    double price, stop_price;
    int64_t quantity;
};

static int64_t clock_second(const struct session *session, int64_t time_us)
{
    return (time_us - session->midnight_us) / SECOND_US;
}

static void set_note(struct record_list *list, struct cell *cell, const struct value *value,
                     const struct session *session)
{
    switch (value->kind) {
    case VALUE_NUMBER:
        cell_set_number(cell, value->number);
        break;
    case VALUE_TIME:
        cell_set_integer(cell, clock_second(session, value->time_us));
        break;
    case VALUE_FLAG:
        cell_set_integer(cell, value->flag);
        break;
    case VALUE_TEXT:
        cell_set_text(cell, record_list_keep(list, value->text));
        break;
    }
}

static void set_notes(struct record_list *list, struct cell *row, const struct journal_session *of)
{
    for (size_t i = 0; i < of->report.note_count; i++) {
        const struct note *note = &of->report.notes[i];
        for (size_t k = 0; k < sizeof note_columns / sizeof note_columns[0]; k++) {
            if (strcmp(note->name, note_columns[k].note) == 0)
                set_note(list, &row[note_columns[k].column], &note->value, of->session);
        }
    }
}

static struct fill first_fill(const struct journal_session *of)
{
    for (size_t i = 0; i < of->trade_count; i++) {
        const struct trade *trade = &of->trades[i];
        if (trade->key.session_date == of->session->date)
            return (struct fill) { true, trade->entry_time_us, trade->entry_price,
                                   trade->stop_price, trade->quantity };
    }
    const struct position *position = of->position;
    if (position->quantity != 0 && position->entry_time_us >= of->session->open_us)
        return (struct fill) { true, position->entry_time_us, position->entry_price,
                               position->stop_price, position->quantity };
    return (struct fill) { 0 };
}

/* Thirds of the half hour from 10:00; the last one also takes entries until 10:32. */
static const char *entry_bucket(const struct session *session, int64_t time_us)
{
    enum { TEN_OCLOCK = 10 * 60 };
    int64_t minute = clock_second(session, time_us) / 60 - TEN_OCLOCK;
    if (minute < 0 || minute > 32)
        return NULL;
    if (minute < 10)
        return "10:00-10:10";
    return minute < 20 ? "10:10-10:20" : "10:20-10:30";
}

static void set_entry(struct cell *row, const struct journal_session *of, const struct fill *fill)
{
    const struct session *session = of->session;
    int64_t since_open_us = fill->time_us - session->open_us;
    cell_set_integer(&row[JOURNAL_ENTRY_TIME_ET], clock_second(session, fill->time_us));
    cell_set_number(&row[JOURNAL_ENTRY_PRICE], fill->price);
    cell_set_integer(&row[JOURNAL_SHARES], fill->quantity);
    cell_set_integer(&row[JOURNAL_BARS_SINCE_OPEN], since_open_us / of->playbook->timeframe_us);
    cell_set_number(&row[JOURNAL_STOP_PRICE], fill->stop_price);
    cell_set_number(&row[JOURNAL_RISK_PER_SHARE], fill->price - fill->stop_price);

    const struct cell *ema = &row[JOURNAL_EMA20_AT_ENTRY];
    if (ema->present)
        cell_set_number(&row[JOURNAL_DIST_TO_EMA_BPS],
                        (fill->price - ema->number) / ema->number * 10000);
    const struct cell *atr = &row[JOURNAL_ATR_14_2M_AT_ENTRY];
    if (atr->present)
        cell_set_number(&row[JOURNAL_ATR_PCT_OF_PRICE], atr->number / fill->price);
    const char *bucket = entry_bucket(session, fill->time_us);
    if (row[JOURNAL_ENTRY_WINDOW].present && bucket)
        cell_set_text(&row[JOURNAL_ENTRY_BUCKET], bucket);
}

static void set_exits(struct cell *row, const struct journal_session *of)
{
    const struct trade *first = &of->trades[0];
    int64_t gross = 0, fees = 0, net = 0;
    for (size_t i = 0; i < of->trade_count; i++) {
        gross += of->trades[i].gross_pnl;
        fees += of->trades[i].fees;
        net += of->trades[i].net_pnl;
    }
    cell_set_integer(&row[JOURNAL_EOD_EXIT_TIME], clock_second(of->session, first->exit_time_us));
    cell_set_number(&row[JOURNAL_EOD_EXIT_PRICE], first->exit_price);
    cell_set_integer(&row[JOURNAL_GROSS_PNL], gross);
    cell_set_integer(&row[JOURNAL_FEES_SLIPPAGE], fees);
    cell_set_integer(&row[JOURNAL_NET_PNL], net);
    cell_set_number(&row[JOURNAL_R_MULTIPLE], first->r_multiple);
}

/* Whether what was wrong with the bars may have mattered. */
static bool did_something(const struct journal_session *of, const struct fill *fill)
{
    static const char refused[] = "refused:";
    return fill->present || of->trade_count > 0 ||
           strncmp(of->report.status, refused, sizeof refused - 1) == 0;
}

static void append_findings(struct text *sentence, const struct journal_session *of)
{
    const char *before = sentence->size > 0 ? "; " : "";
    for (size_t i = 0; i < of->finding_count; i++) {
        const struct finding *finding = &of->findings[i];
        const struct finding_type *type = finding_type(finding->kind);
        if (type->severity < SEVERITY_WARNING)
            continue;
        text_format(sentence, "%s%s%s%s", before, type->name, *finding->detail ? " " : "",
                    finding->detail);
        before = ", ";
    }
}

static void set_sentence(struct record_list *list, struct cell *row,
                         const struct journal_session *of, const struct fill *fill)
{
    struct text sentence = { 0 };
    text_append(&sentence, of->report.status);
    if (of->trade_count > 1)
        text_format(&sentence, "%s%zu trades", sentence.size > 0 ? "; " : "", of->trade_count);
    if (did_something(of, fill))
        append_findings(&sentence, of);
    if (sentence.size > 0)
        cell_set_text(&row[JOURNAL_NOTES], record_list_keep(list, text_string(&sentence)));
    text_release(&sentence);
}

void journal_append(struct record_list *list, const struct journal_session *of)
{
    assert(list->table == &journal_table);
    struct cell *row = record_list_add(list);
    struct fill fill = first_fill(of);
    cell_set_integer(&row[JOURNAL_TRADE_DATE], of->session->date);
    cell_set_text(&row[JOURNAL_PLAYBOOK], of->playbook->name);
    cell_set_text(&row[JOURNAL_SYMBOL], of->playbook->symbols[of->symbol]);
    cell_set_integer(&row[JOURNAL_ENTERED], fill.present);
    set_notes(list, row, of);
    if (fill.present)
        set_entry(row, of, &fill);
    if (of->trade_count > 0)
        set_exits(row, of);
    set_sentence(list, row, of, &fill);
}
