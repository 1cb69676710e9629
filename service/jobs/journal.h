/* The journal: one row per playbook, symbol and session, also for sessions without a trade. */
#ifndef PLAYBOOK_JOBS_JOURNAL_H
#define PLAYBOOK_JOBS_JOURNAL_H

#include "service/engine/engine.h"
#include "service/engine/playbook.h"
#include "service/market/calendar.h"
#include "service/market/quality.h"
#include "service/trading/trade.h"
#include "writers/record_list.h"

#include <stddef.h>

struct journal_session {
    const struct playbook *playbook;
    size_t symbol;
    const struct session *session;
    struct session_report report;
    const struct trade *trades; /* of the symbol, that ended in this session, in their order */
    size_t trade_count;
    const struct position *position; /* at the session's end */
    const struct finding *findings;  /* about the session's bars */
    size_t finding_count;
};

/* Appends the session's row to a list of journal_table. Texts are copied or static; the playbook's
 * name and symbols are borrowed. Where something was entered, left or refused, the note ends with
 * the findings that are more than a note: "; missing_bars 36 of 78 bars, price_jump first at
 * 11:02". */
void journal_append(struct record_list *list, const struct journal_session *of);

#endif
