#include "writers/csv_rows.h"

#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "writers/csv_record.h"
#include "writers/record_list.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Rows that a thread sorts and prints at a time: some milliseconds of work, so that a few thousand
 * rows already are worth a second thread. */
enum { BLOCK_ROWS = 2048 };

/* A row that was read. */
struct csv_line {
    struct row_identity identity;
    const char *text;
    size_t size;
};

void csv_rows_init(struct csv_rows *rows, const struct table *table)
{
    *rows = (struct csv_rows) { .table = table };
}

void csv_rows_release(struct csv_rows *rows)
{
    free(rows->lines);
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
    assert(rows->set == NULL);
    rows->set = set;
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
    rows->lines =
        memory_grow(rows->lines, rows->line_count, &rows->line_capacity, sizeof *rows->lines);
    rows->lines[rows->line_count++] = (struct csv_line) {
        .identity = {
            .session = identity->session,
            .playbook = keep(rows, identity->playbook),
            .symbol = keep(rows, identity->symbol),
            .key = keep(rows, identity->key),
        },
        .text = text_pool_keep(&rows->texts, line->bytes, line->size),
        .size = line->size,
    };
    return true;
}

/* A row's place among all: the lines by their numbers, behind them the records. */
struct place {
    int32_t session;
    uint32_t number;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *left = a;
    const struct place *right = b;
    int order = (left->session > right->session) - (left->session < right->session);
    return order ? order : (left->number > right->number) - (left->number < right->number);
}

/* Results come sorted by session, or nearly so. */
static void sort_places(struct place *places, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (places[i].session < places[i - 1].session) {
            qsort(places, count, sizeof *places, compare_places);
            return;
        }
    }
}

static struct place *places_of(const struct csv_rows *rows, size_t count)
{
    struct place *places = memory_resize(NULL, count, sizeof *places);
    struct record_roles roles = record_roles_of(rows->table);
    assert(count <= UINT32_MAX);
    for (size_t i = 0; i < count; i++) {
        places[i].number = (uint32_t)i;
        places[i].session = i < rows->line_count
                                ? rows->lines[i].identity.session
                                : record_session(rows->set, &roles, i - rows->line_count);
    }
    sort_places(places, count);
    return places;
}

/* A row whose turn it is: a line, or a record. */
struct row {
    struct row_identity identity;
    size_t number;
    const struct csv_line *line; /* NULL: a record */
    const struct cell *cells;
};

/* What a thread prints with. */
struct printer {
    struct record_list records;
    struct row *rows;
    size_t capacity;
    struct text text;
};

static void printer_release(struct printer *printer)
{
    record_list_release(&printer->records);
    free(printer->rows);
    text_release(&printer->text);
}

/* Blocks are printed on several threads, and each is handed over when its turn has come. */
struct printing {
    const struct csv_rows *rows;
    const struct csv_target *target;
    struct place *places;
    size_t *begins; /* of the blocks, and the end */
    size_t block_count;
    struct printer *printers; /* of each thread */
    pthread_mutex_t lock;
    pthread_cond_t next_changed;
    size_t next;         /* the block whose turn it is */
    size_t size;         /* handed over so far */
    struct error *error; /* of the first block that failed */
    bool failed;
};

/* Whole sessions, so that no row of another block comes between. */
static void cut_blocks(struct printing *printing, size_t count)
{
    const struct place *places = printing->places;
    printing->begins = memory_new(count / BLOCK_ROWS + 2, sizeof *printing->begins);
    for (size_t begin = 0, end; begin < count; begin = end) {
        end = begin + 1;
        while (end < count &&
               (end - begin < BLOCK_ROWS || places[end].session == places[end - 1].session))
            end++;
        printing->begins[++printing->block_count] = end;
    }
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *left = a;
    const struct row *right = b;
    int order = row_identity_compare(&left->identity, &right->identity);
    return order ? order : (left->number > right->number) - (left->number < right->number);
}

static void sort_rows(struct row *rows, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (compare_rows(&rows[i - 1], &rows[i]) > 0) {
            qsort(rows, count, sizeof *rows, compare_rows);
            return;
        }
    }
}

static void collect_rows(struct printer *printer, const struct csv_rows *from,
                         const struct place *places, size_t count)
{
    struct record_roles roles = record_roles_of(from->table);
    record_list_clear(&printer->records);
    record_list_reserve(&printer->records, count);
    if (count > printer->capacity) {
        printer->rows = memory_resize(printer->rows, count, sizeof *printer->rows);
        printer->capacity = count;
    }
    for (size_t i = 0; i < count; i++) {
        struct row row = { .number = places[i].number };
        if (row.number < from->line_count) {
            row.line = &from->lines[row.number];
            row.identity = row.line->identity;
        } else {
            row.cells = record_row(from->set, row.number - from->line_count, &printer->records);
            bool identified = record_identify(&roles, row.cells, &row.identity);
            assert(identified && row.identity.session == places[i].session);
        }
        printer->rows[i] = row;
    }
    sort_rows(printer->rows, count);
}

static bool print_rows(struct printer *printer, const struct csv_rows *from, size_t count,
                       struct error *error)
{
    struct text *text = &printer->text;
    text_clear(text);
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &printer->rows[i];
        size_t begin = text->size;
        if (row->line)
            text_append_bytes(text, row->line->text, row->line->size);
        else
            csv_append_record(text, from->table, row->cells);
        if (!check_length(from, text, begin, error))
            return false;
    }
    return true;
}

static bool hand_over(struct printing *printing, const struct text *text, struct error *error)
{
    printing->size += text->size;
    if (printing->size > TEXT_SIZE_MAX)
        return error_set(error, ERROR_WRITER, "the rows of %s are larger than %zu bytes",
                         printing->rows->table->name, TEXT_SIZE_MAX);
    return printing->target->take(printing->target->context, text_string(text), text->size, error);
}

/* Also a block that failed takes its turn, so that the error is that of the first. */
static bool print_block(void *context, size_t thread, size_t index)
{
    struct printing *printing = context;
    struct printer *printer = &printing->printers[thread];
    size_t begin = printing->begins[index];
    size_t count = printing->begins[index + 1] - begin;
    struct error error = { 0 };
    collect_rows(printer, printing->rows, printing->places + begin, count);
    bool done = print_rows(printer, printing->rows, count, &error);

    pthread_mutex_lock(&printing->lock);
    while (printing->next != index)
        pthread_cond_wait(&printing->next_changed, &printing->lock);
    if (!printing->failed) {
        done = done && hand_over(printing, &printer->text, &error);
        printing->failed = !done;
        if (!done)
            *printing->error = error;
    }
    printing->next++;
    pthread_cond_broadcast(&printing->next_changed);
    pthread_mutex_unlock(&printing->lock);
    return done;
}

static bool print_header(struct printing *printing)
{
    struct text header = { 0 };
    csv_append_header(&header, printing->rows->table);
    bool printed = hand_over(printing, &header, printing->error);
    text_release(&header);
    return printed;
}

bool csv_rows_print(const struct csv_rows *rows, const struct csv_target *target,
                    struct error *error)
{
    assert(rows->set);
    size_t threads = parallel_threads();
    size_t count = rows->line_count + rows->set->count;
    struct printing printing = {
        .rows = rows,
        .target = target,
        .places = places_of(rows, count),
        .printers = memory_new(threads, sizeof *printing.printers),
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .next_changed = PTHREAD_COND_INITIALIZER,
        .error = error,
    };
    cut_blocks(&printing, count);
    for (size_t i = 0; i < threads; i++)
        printing.printers[i].records.table = rows->table;
    printing.failed = !print_header(&printing);
    if (!printing.failed)
        parallel_for(printing.block_count, threads, print_block, &printing);
    for (size_t i = 0; i < threads; i++)
        printer_release(&printing.printers[i]);
    pthread_cond_destroy(&printing.next_changed);
    pthread_mutex_destroy(&printing.lock);
    free(printing.printers);
    free(printing.begins);
    free(printing.places);
    return !printing.failed;
}
