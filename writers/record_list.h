/* Records in the making: rows of cells of one table, and the texts that they own. */
#ifndef PLAYBOOK_WRITERS_RECORD_LIST_H
#define PLAYBOOK_WRITERS_RECORD_LIST_H

#include "service/base/text_pool.h"
#include "writers/record.h"

#include <stddef.h>
#include <stdint.h>

struct record_list {
    const struct table *table;
    struct cell *cells;     /* row by row, as struct record_set has them */
    size_t count, capacity; /* rows */
    struct text_pool texts;
};

/* Adds a row of absent cells; borrowed until the next one is added. */
struct cell *record_list_add(struct record_list *list);

/* Adds so many rows at once, at least one, not even absent yet: every cell must be set. */
struct cell *record_list_add_rows(struct record_list *list, size_t count);

/* A copy of a text that lives as long as the list. */
const char *record_list_keep(struct record_list *list, const char *text);

/* Room for so many rows in all, so that no addition below it moves them. */
void record_list_reserve(struct record_list *list, size_t capacity);

/* Moves the texts of another list here: its rows may be copied, and outlive it. */
void record_list_take_texts(struct record_list *list, struct record_list *source);

void record_list_clear(struct record_list *list);   /* keeps some memory */
void record_list_release(struct record_list *list); /* accepts a zeroed one */

/* Values; a text is borrowed, a number that is not finite stays absent. */
void cell_set_text(struct cell *cell, const char *text);
void cell_set_integer(struct cell *cell, int64_t integer);
void cell_set_number(struct cell *cell, double number);

#endif
