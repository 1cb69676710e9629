#include "writers/record_list.h"

#include "service/base/memory.h"

#include <math.h>
#include <stdlib.h>

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

const char *record_list_keep(struct record_list *list, const char *text)
{
    list->texts =
        memory_grow(list->texts, list->text_count, &list->text_capacity, sizeof *list->texts);
    return list->texts[list->text_count++] = memory_copy_text(text);
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
    for (size_t i = 0; i < source->text_count; i++) {
        list->texts =
            memory_grow(list->texts, list->text_count, &list->text_capacity, sizeof *list->texts);
        list->texts[list->text_count++] = source->texts[i];
    }
    source->text_count = 0;
}

void record_list_release(struct record_list *list)
{
    for (size_t i = 0; i < list->text_count; i++)
        free(list->texts[i]);
    free(list->texts);
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
