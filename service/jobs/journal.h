/* The journal: one row per playbook, symbol and session, also for sessions without a trade. */
#ifndef PLAYBOOK_JOBS_JOURNAL_H
#define PLAYBOOK_JOBS_JOURNAL_H

#include "service/engine/engine.h"
#include "service/engine/playbook.h"
#include "service/market/calendar.h"
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
};

/* Appends the session's row to a list of journal_table. Texts are copied or static; the playbook's
 * name and symbols are borrowed. */
void journal_append(struct record_list *list, const struct journal_session *of);

#endif
