#include "writers/record_list.h"

#include "service/base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct cell *record_list_add(struct record_list *list)
{
    size_t columns = list->table->column_count;
    list->cells =
        memory_grow(list->cells, list->count, &list->capacity, columns * sizeof *list->cells);
    struct cell *row = list->cells + columns * list->count++;
    for (size_t i = 0; i < columns; i++)
        row[i] = (struct cell) { 0 };
    return row;
}

struct cell *record_list_add_rows(struct record_list *list, size_t count)
{
    assert(count > 0);
    record_list_reserve(list, list->count + count);
    struct cell *rows = list->cells + list->table->column_count * list->count;
    list->count += count;
    return rows;
}

const char *record_list_keep(struct record_list *list, const char *text)
{
    return text_pool_keep(&list->texts, text, strlen(text));
}

void record_list_reserve(struct record_list *list, size_t capacity)
{
    if (capacity <= list->capacity)
        return;
    list->cells =
        memory_resize(list->cells, capacity, list->table->column_count * sizeof *list->cells);
    list->capacity = capacity;
}

void record_list_take_texts(struct record_list *list, struct record_list *source)
{
    text_pool_take(&list->texts, &source->texts);
}

void record_list_clear(struct record_list *list)
{
    text_pool_clear(&list->texts);
    list->count = 0;
}

void record_list_release(struct record_list *list)
{
    text_pool_release(&list->texts);
    free(list->cells);
    *list = (struct record_list) { 0 };
}

void cell_set_text(struct cell *cell, const char *text)
{
    cell->present = true;
    cell->text = text;
}

void cell_set_integer(struct cell *cell, int64_t integer)
{
    cell->present = true;
    cell->integer = integer;
}

void cell_set_number(struct cell *cell, double number)
{
    cell->present = isfinite(number);
    cell->number = number;
}
