/* What a scheduled run of one playbook has come to in one session, as the state store keeps it:
 * runs/<playbook>/<date>.json. This object is the truth, what writers have are exports of it: from
 * it a run that broke off is gone on with, and never computed twice.
 *
 *   {"version":1,"run_id":"dp20/2024-06-28","playbook":"dp20","strategy":"dp20",
 *    "identity":"symbols=QQQ\ntimeframe=2Min\n","date":"2024-06-28","status":"computed",
 *    "symbols":["QQQ"],"sessions":1,"signals":1,"trades":1,"net_pnl":12.34,"findings":[...],
 *    "records":{"trades":{...},"journal":{...}},"outputs":[...]}
 *
 * `status` is "computed" until every writer has the records, then "done", and `outputs` says where
 * they are. No clock, host or random number is in it: the same bars give the same bytes. Members
 * that a reader does not know stay as they are; another version is one that it cannot read. */
#ifndef PLAYBOOK_JOBS_DAY_RESULT_H
#define PLAYBOOK_JOBS_DAY_RESULT_H

#include "service/base/error.h"
#include "service/base/text.h"
#include "service/jobs/backtest.h"
#include "service/jobs/findings.h"
#include "service/jobs/publish.h"
#include "service/store/store.h"
#include "writers/record_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct day_result {
    char playbook[PLAYBOOK_NAME_SIZE];
    int32_t date;
    bool is_done;
    struct text identity; /* playbook_identity of what it was computed with */
    char **symbols;       /* owned */
    size_t symbol_count;
    size_t signals, trade_count;
    int64_t net_pnl;          /* micro-dollars */
    struct findings findings; /* their symbols are indices of `symbols` */
    struct record_list trades, journal;
    struct publish_outputs outputs; /* of one that is done */
    struct text document;           /* the JSON that it was made to or read from */
};

/* "runs/<playbook>/<date>.json". */
void day_result_key(const char *playbook, int32_t date, char ret_key[static STORE_KEY_MAX + 1]);

/* Of a backtest over just the session. The result stands by itself: it is what day_result_read
 * makes of its document. */
void day_result_make(const struct backtest *backtest, struct day_result *ret_result);

/* Reads what the store has. An error is of kind data (limit: more than json_parse takes), names the
 * member, and says that the object is none of ours or damaged. Records that the run does not cover
 * are damage, too. */
bool day_result_read(const char *bytes, size_t size, struct day_result *ret_result,
                     struct error *error);

/* The writers have it: status and outputs change, in the document too, all else stays to the byte
 * but white space between members. Takes the outputs, which may not be the result's own. */
void day_result_finish(struct day_result *result, struct publish_outputs *outputs);

void day_result_release(struct day_result *result); /* accepts a zeroed one */

#endif
