#include "writers/csv_rows.h"

#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "writers/csv_record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Rows that a thread sorts and prints at a time: some milliseconds of work, so that a few thousand
 * rows already are worth a second thread. For each thread several, since they differ in length. */
enum { BLOCK_ROWS = 2048, BLOCKS_PER_THREAD = 4 };

/* A line that was read, or a record of the set. */
struct csv_row {
    struct row_identity identity;
    size_t number;    /* in the order of adding */
    const char *line; /* NULL: a record */
    size_t line_size;
    size_t record;
};

void csv_rows_init(struct csv_rows *rows, const struct table *table)
{
    *rows = (struct csv_rows) { .table = table };
}

void csv_rows_release(struct csv_rows *rows)
{
    free(rows->rows);
    text_pool_release(&rows->texts);
    text_release(&rows->line);
    *rows = (struct csv_rows) { 0 };
}

/* Of the row that begins there and ends with the text. */
static bool check_length(const struct csv_rows *rows, const struct text *text, size_t begin,
                         struct error *error)
{
    if (!text->full && text->size - begin < CSV_ROW_SIZE_MAX)
        return true;
    return error_set(error, ERROR_WRITER, "a row of %s is longer than %d bytes", rows->table->name,
                     CSV_ROW_SIZE_MAX - 1);
}

void csv_rows_add_set(struct csv_rows *rows, const struct record_set *set)
{
    struct record_roles roles = record_roles_of(set->table);
    assert(rows->set == NULL);
    rows->set = set;
    rows->capacity = rows->count + set->count;
    rows->rows = memory_resize(rows->rows, rows->capacity, sizeof *rows->rows);
    for (size_t i = 0; i < set->count; i++) {
        struct csv_row row = { .number = rows->count, .record = i };
        bool identified = record_identify(set, &roles, i, &row.identity);
        assert(identified);
        rows->rows[rows->count++] = row;
    }
}

static const char *keep(struct csv_rows *rows, const char *text)
{
    return text ? text_pool_keep(&rows->texts, text, strlen(text)) : NULL;
}

bool csv_rows_add_cells(struct csv_rows *rows, const struct csv_cell *cells,
                        const struct row_identity *identity, struct error *error)
{
    struct text *line = &rows->line;
    text_clear(line);
    csv_append_cells(line, rows->table, cells);
    if (!check_length(rows, line, 0, error))
        return false;
    rows->rows = memory_grow(rows->rows, rows->count, &rows->capacity, sizeof *rows->rows);
    rows->rows[rows->count] = (struct csv_row) {
        .identity = {
            .session = identity->session,
            .playbook = keep(rows, identity->playbook),
            .symbol = keep(rows, identity->symbol),
            .key = keep(rows, identity->key),
        },
        .number = rows->count,
        .line = text_pool_keep(&rows->texts, line->bytes, line->size),
        .line_size = line->size,
    };
    rows->count++;
    return true;
}

static int compare_rows(const void *a, const void *b)
{
    const struct csv_row *left = a;
    const struct csv_row *right = b;
    int order = row_identity_compare(&left->identity, &right->identity);
    return order ? order : (left->number > right->number) - (left->number < right->number);
}

/* Results come sorted, or nearly so. */
static void sort_rows(struct csv_row *rows, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (compare_rows(&rows[i - 1], &rows[i]) > 0) {
            qsort(rows, count, sizeof *rows, compare_rows);
            return;
        }
    }
}

/* Rows that no row of another block comes between, to be sorted and printed by themselves. */
struct block {
    const struct csv_rows *all;
    struct csv_row *rows;
    size_t count;
    struct text text;
    struct error error;
};

static bool print_block(void *context, size_t thread, size_t index)
{
    (void)thread;
    struct block *block = (struct block *)context + index;
    sort_rows(block->rows, block->count);
    for (size_t i = 0; i < block->count; i++) {
        const struct csv_row *row = &block->rows[i];
        size_t begin = block->text.size;
        if (row->line)
            text_append_bytes(&block->text, row->line, row->line_size);
        else
            csv_append_record(&block->text, block->all->set, row->record);
        if (!check_length(block->all, &block->text, begin, &block->error))
            return false;
    }
    return true;
}

static bool session_precedes(const struct csv_row *left, const struct csv_row *right)
{
    return left->identity.session < right->identity.session;
}

/* Sessions are not torn apart, so blocks of rows whose sessions ascend need no more sorting. */
static void order_sessions(struct csv_rows *rows)
{
    for (size_t i = 1; i < rows->count; i++) {
        if (session_precedes(&rows->rows[i], &rows->rows[i - 1])) {
            qsort(rows->rows, rows->count, sizeof *rows->rows, compare_rows);
            return;
        }
    }
}

/* The block that begins with that row: whole sessions. */
static size_t block_rows(const struct csv_rows *rows, size_t begin)
{
    size_t end = begin + 1;
    while (end < rows->count &&
           (end - begin < BLOCK_ROWS || !session_precedes(&rows->rows[end - 1], &rows->rows[end])))
        end++;
    return end - begin;
}

/* Prints the next blocks, at most so many, behind the text. */
static bool print_blocks(const struct csv_rows *rows, size_t *begin, struct block *blocks,
                         size_t block_max, size_t threads, struct text *text, struct error *error)
{
    size_t count = 0;
    for (; count < block_max && *begin < rows->count; count++) {
        struct block *block = &blocks[count];
        block->all = rows;
        block->rows = rows->rows + *begin;
        block->count = block_rows(rows, *begin);
        text_clear(&block->text);
        *begin += block->count;
    }
    parallel_for(count, threads, print_block, blocks);
    for (size_t i = 0; i < count; i++) {
        if (blocks[i].error.kind != ERROR_NONE) {
            *error = blocks[i].error;
            return false;
        }
        text_append_bytes(text, text_string(&blocks[i].text), blocks[i].text.size);
    }
    return true;
}

bool csv_rows_print(struct csv_rows *rows, struct text *text, struct error *error)
{
    size_t threads = parallel_threads();
    size_t block_max = threads * BLOCKS_PER_THREAD;
    struct block *blocks = memory_new(block_max, sizeof *blocks);
    bool printed = true;
    csv_append_header(text, rows->table);
    order_sessions(rows);
    for (size_t begin = 0; begin < rows->count && printed;)
        printed = print_blocks(rows, &begin, blocks, block_max, threads, text, error);
    for (size_t i = 0; i < block_max; i++)
        text_release(&blocks[i].text);
    free(blocks);
    if (printed && text->full)
        return error_set(error, ERROR_WRITER, "the rows of %s are larger than %zu bytes",
                         rows->table->name, TEXT_SIZE_MAX);
    return printed;
}
