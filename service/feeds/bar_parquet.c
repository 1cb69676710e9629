#include "service/feeds/bar_parquet.h"

#include "service/base/memory.h"
#include "service/base/parallel.h"
#include "service/feeds/bar_parquet_part.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* 4 GiB of bars. */
#define ROWS_MAX ((size_t)1 << 26)

/* Many rows can stand in few bytes, but no more than this: all prices alike and a bar every minute
 * still take a byte for a few hundred rows. So a small file cannot ask for much memory. */
#define ROWS_FREE ((size_t)1 << 16)
#define ROWS_PER_BYTE_MAX ((size_t)1 << 10)

static const char index_name[] = "__index_level_0__"; /* how pandas calls an index without a name */

bool bar_parquet_is(const struct bar_source *source)
{
    return parquet_is((const uint8_t *)source->bytes, source->size);
}

static enum bar_field field_of(const struct parquet_column *column)
{
    return bar_field_find(column->name, column->name_size);
}

static bool is_index(const struct parquet_column *column)
{
    return column->meaning == MEANING_TIMESTAMP &&
           bar_name_is(column->name, column->name_size, index_name);
}

static bool columns_find(struct bar_parquet_file *file, char ignored[static BAR_IGNORED_SIZE],
                         struct error *error)
{
    const struct parquet_schema *schema = &file->footer.schema;
    size_t seen[FIELD_COUNT + 1] = { 0 };
    for (size_t i = 0; i < schema->column_count; i++)
        seen[field_of(&schema->columns[i])]++;
    bool needs_index = seen[FIELD_STAMP] == 0;
    for (size_t i = 0; i < schema->column_count; i++) {
        const struct parquet_column *column = &schema->columns[i];
        enum bar_field field = field_of(column);
        if (needs_index && is_index(column)) {
            field = FIELD_STAMP;
            seen[field]++;
        }
        if (field == FIELD_IGNORED)
            bar_note_ignored(column->name, column->name_size, ignored);
        else if (field != FIELD_SYMBOL || column->meaning != MEANING_NOTHING)
            file->columns[field] = column;
    }
    return bar_fields_check(seen, file->source->name, "the file", error);
}

static bool rows_check(const struct bar_parquet_file *file, struct error *error)
{
    size_t rows = file->footer.row_count;
    size_t size = file->source->size;
    if (rows > ROWS_MAX)
        return error_set(error, ERROR_LIMIT, "%s: the file has %zu rows, more than the %zu allowed",
                         file->source->name, rows, ROWS_MAX);
    if (rows > ROWS_FREE && (rows - ROWS_FREE) / ROWS_PER_BYTE_MAX > size)
        return error_set(error, ERROR_LIMIT,
                         "%s: the file has %zu rows in %zu bytes, more than %zu in a byte",
                         file->source->name, rows, size, ROWS_PER_BYTE_MAX);
    return true;
}

/* What the threads share. */
struct work {
    const struct bar_parquet_file *file;
    struct bar_parquet_part *parts;
    atomic_bool failed;
};

static bool part_read(void *context, size_t thread, size_t index)
{
    (void)thread;
    struct work *work = context;
    struct error ignored = { 0 };
    if (!bar_parquet_part_read(work->file, &work->parts[index], &ignored))
        work->failed = true;
    return !work->failed;
}

/* Appends to the first part the others; false when they do not go together. */
static bool parts_join(struct bar_parquet_part *parts, size_t count)
{
    struct bar_parquet_part *first = &parts[0];
    for (size_t i = 1; i < count; i++) {
        struct bar_parquet_part *part = &parts[i];
        if (strcmp(part->symbol, first->symbol) != 0)
            return false;
        parquet_stamps_join(&first->stamps, &part->stamps, part->series.bars[0].open_time_us);
    }
    return true;
}

/* Each part is read to its place in one series. */
static bool parts_read(const struct bar_parquet_file *file, size_t count,
                       struct bar_parquet_part *ret_whole)
{
    size_t rows = file->footer.row_count;
    struct series series = { 0 };
    struct work work = { .file = file, .parts = memory_new(count, sizeof *work.parts) };
    series_reserve(&series, rows);
    for (size_t i = 0; i < count; i++) {
        size_t begin = rows * i / count, end = rows * (i + 1) / count;
        struct series place = { .bars = series.bars + begin, .capacity = end - begin };
        work.parts[i] = (struct bar_parquet_part) { .begin = begin, .end = end, .series = place };
    }
    parallel_for(count, count, part_read, &work);
    bool is_read = !work.failed && parts_join(work.parts, count);
    if (is_read) {
        series.count = rows;
        *ret_whole = work.parts[0];
        ret_whole->end = rows;
        ret_whole->series = series;
    } else {
        series_release(&series);
    }
    free(work.parts);
    return is_read;
}

/* What goes wrong on several threads is read again on one: it comes upon the first thing wrong. */
static bool rows_read(const struct bar_parquet_file *file, size_t threads, struct bar_rows *rows,
                      struct error *error)
{
    size_t row_count = file->footer.row_count;
    struct bar_parquet_part whole = { .end = row_count };
    size_t parts = row_count > file->rows_trusted ? 1 : row_count < threads ? row_count : threads;
    bool is_read = (parts > 1 && parts_read(file, parts, &whole)) ||
                   bar_parquet_part_read(file, &whole, error);
    rows->series = whole.series;
    memcpy(rows->symbol, whole.symbol, sizeof rows->symbol);
    return is_read && parquet_stamps_finish(&whole.stamps, rows, error);
}

bool bar_parquet_parse(const struct bar_source *source, size_t threads, struct bar_rows *ret_rows,
                       struct error *error)
{
    struct bar_parquet_file file = { .source = source, .rows_trusted = source->size + ROWS_FREE };
    struct bar_rows rows = { 0 };
    bool is_read = parquet_footer_read(source->name, (const uint8_t *)source->bytes, source->size,
                                       &file.footer, error) &&
                   rows_check(&file, error) && columns_find(&file, rows.ignored_columns, error) &&
                   rows_read(&file, threads, &rows, error);
    if (is_read)
        *ret_rows = rows;
    else
        series_release(&rows.series);
    parquet_footer_release(&file.footer);
    return is_read;
}
