/* Records as JSON, the form in which a store keeps them:
 *
 *   {"table":"trades","version":1,"columns":["trade_id","playbook",...],
 *    "rows":[["dp20/QQQ/2024-06-28/1","dp20",...],...]}
 *
 * Every value comes back as the same bits. Dates, timestamps (UTC) and clock times are texts; money
 * and quantities are numbers with all their decimals, prices and other numbers the shortest that
 * read back; integers beyond 2^53, which JSON's readers do not agree on, are texts, too; an absent
 * cell is null, and so is a number that is not finite. It takes texts in UTF-8, dates and
 * timestamps of the years 1970 to 2199, and clock times up to 24:00:00.
 *
 * A reader finds columns by their names, whatever the table's version: one that it does not know is
 * passed over, one that is missing is empty. */
#ifndef PLAYBOOK_WRITERS_RECORD_JSON_H
#define PLAYBOOK_WRITERS_RECORD_JSON_H

#include "service/base/error.h"
#include "service/base/text.h"
#include "writers/record.h"
#include "writers/record_list.h"

#include <json-c/json_object.h>
#include <stdbool.h>

void record_set_append_json(const struct record_set *set, struct text *text);

/* Appends the rows to a list of the table that the value must name. An error, of kind data, names
 * row and column ("rows[3].net_pnl: ..."); rows before it may be in the list then. The value is
 * borrowed, as json_parse made it. */
bool record_list_read_json(struct record_list *list, struct json_object *value,
                           struct error *error);

#endif
