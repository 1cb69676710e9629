#include "tests/support/parquet_made.h"

#include "service/parquet/schema.h"
#include "service/parquet/write_thrift.h"

#include <endian.h>
#include <string.h>

void made_page_append(struct text *target, const struct made_page *page)
{
    struct thrift_writer writer = { .target = target };
    bool is_v2 = page->kind == MADE_DATA_V2;
    thrift_write_begin(&writer, 0);
    thrift_write_i32(&writer, 1, page->kind);
    thrift_write_i32(&writer, 2,
                     (int32_t)(page->plain_size ? page->plain_size : (int64_t)page->size));
    thrift_write_i32(&writer, 3,
                     (int32_t)(page->stored_size ? page->stored_size : (int64_t)page->size));
    if (page->checksum)
        thrift_write_i32(&writer, 4, *page->checksum);
    if (page->kind != MADE_INDEX) {
        thrift_write_begin(&writer, page->kind == MADE_DATA ? 5 : is_v2 ? 8 : 7);
        thrift_write_i32(&writer, 1, (int32_t)page->value_count);
        if (!is_v2)
            thrift_write_i32(&writer, 2, page->encoding);
        if (page->kind == MADE_DATA)
            thrift_write_i32(&writer, 3, page->levels_encoding ? page->levels_encoding : 3);
        if (is_v2) {
            thrift_write_i32(&writer, 4, page->encoding);
            thrift_write_i32(&writer, 5, (int32_t)page->levels_size);
            thrift_write_i32(&writer, 6, (int32_t)page->repeated_size);
            thrift_write_bool(&writer, 7, !page->is_stored_plain);
        }
        thrift_write_end(&writer);
    }
    thrift_write_end(&writer);
    text_append_bytes(target, page->bytes, page->size);
}

static const char *const made_names[] = { "timestamp", "open",   "high",  "low",
                                          "close",     "volume", "symbol" };

struct made_place {
    int64_t offset, size;
};

static size_t made_column_count(const struct made_file *file)
{
    return MADE_COLUMNS + (file->symbol_pages != NULL);
}

static int made_type(const struct made_file *file, size_t column)
{
    if (column == 0)
        return PARQUET_INT64;
    if (column == MADE_SYMBOL)
        return PARQUET_BYTE_ARRAY;
    return column == MADE_CLOSE && file->close_type ? file->close_type : PARQUET_DOUBLE;
}

/* Row i opens at i + 100, and so on: the word of a column in a row. */
uint64_t made_word(size_t column, size_t row)
{
    double number = (double)row + 100.0 * (double)column;
    uint64_t word;
    if (column == 0)
        return (uint64_t)(MADE_START_US + (int64_t)row * MADE_STEP_US);
    memcpy(&word, &number, sizeof word);
    return word;
}

static struct made_place made_chunk(const struct made_file *file, size_t column,
                                    struct text *target)
{
    struct made_place place = { .offset = (int64_t)target->size };
    if (column == MADE_CLOSE && file->pages) {
        text_append_bytes(target, file->pages->bytes, file->pages->size);
    } else if (column == MADE_SYMBOL) {
        text_append_bytes(target, file->symbol_pages->bytes, file->symbol_pages->size);
    } else {
        struct text values = { 0 };
        for (size_t row = 0; row < file->rows; row++) {
            uint64_t word = htole64(made_word(column, row));
            text_append_bytes(&values, &word, sizeof word);
        }
        made_page_append(target, &(struct made_page) { .value_count = (int64_t)file->rows,
                                                       .bytes = text_string(&values),
                                                       .size = values.size });
        text_release(&values);
    }
    place.size = (int64_t)target->size - place.offset;
    return place;
}

static void made_schema(struct thrift_writer *writer, const struct made_file *file)
{
    size_t columns = made_column_count(file);
    thrift_write_list(writer, 2, THRIFT_STRUCT, columns + 1);
    thrift_write_begin(writer, 0);
    thrift_write_string(writer, 4, "schema");
    thrift_write_i32(writer, 5, (int32_t)columns);
    thrift_write_end(writer);
    for (size_t column = 0; column < columns; column++) {
        thrift_write_begin(writer, 0);
        thrift_write_i32(writer, 1, made_type(file, column));
        thrift_write_i32(
            writer, 3, column == MADE_SYMBOL || (column == MADE_CLOSE && file->is_close_optional));
        thrift_write_string(writer, 4, made_names[column]);
        if (column == 0)
            thrift_write_i32(writer, 6, 10); /* TIMESTAMP_MICROS */
        thrift_write_end(writer);
    }
}

static void made_column(struct thrift_writer *writer, const struct made_file *file, size_t column,
                        struct made_place place)
{
    bool is_close = column == MADE_CLOSE;
    thrift_write_begin(writer, 0);
    if (is_close && file->is_close_elsewhere)
        thrift_write_string(writer, 1, "other.parquet");
    if (!is_close || !file->has_close_no_place) {
        bool is_counted = is_close && file->value_count;
        thrift_write_begin(writer, 3);
        thrift_write_i32(writer, 1, made_type(file, column));
        thrift_write_i32(writer, 4, is_close ? file->close_codec : 0);
        thrift_write_i64(writer, 5, is_counted ? file->value_count : (int64_t)file->rows);
        thrift_write_i64(writer, 7, is_close && file->close_size ? file->close_size : place.size);
        thrift_write_i64(writer, 9,
                         is_close && file->close_offset ? file->close_offset : place.offset);
        thrift_write_end(writer);
    }
    if (is_close && file->is_close_encrypted) {
        thrift_write_begin(writer, 8);
        thrift_write_end(writer);
    }
    thrift_write_end(writer);
}

static void made_footer(const struct made_file *file, const struct made_place *places,
                        struct text *target)
{
    struct thrift_writer writer = { .target = target };
    size_t groups = file->groups ? file->groups : 1;
    size_t columns = made_column_count(file) - file->lacks_last_column;
    thrift_write_begin(&writer, 0);
    thrift_write_i32(&writer, 1, 1);
    made_schema(&writer, file);
    if (file->file_rows >= 0)
        thrift_write_i64(&writer, 3,
                         file->file_rows ? file->file_rows : (int64_t)(file->rows * groups));
    thrift_write_list(&writer, 4, THRIFT_STRUCT, groups);
    for (size_t group = 0; group < groups; group++) {
        thrift_write_begin(&writer, 0);
        thrift_write_list(&writer, 1, THRIFT_STRUCT, columns);
        for (size_t column = 0; column < columns; column++)
            made_column(&writer, file, column, places[column]);
        if (file->group_rows >= 0)
            thrift_write_i64(&writer, 3, file->group_rows ? file->group_rows : (int64_t)file->rows);
        thrift_write_end(&writer);
    }
    if (file->is_encrypted) {
        thrift_write_begin(&writer, 8);
        thrift_write_end(&writer);
    }
    thrift_write_end(&writer);
}

void made_file_append(const struct made_file *file, struct text *target)
{
    struct made_place places[MADE_COLUMNS + 1];
    struct text footer = { 0 };
    text_append(target, "PAR1");
    for (size_t column = 0; column < made_column_count(file); column++)
        places[column] = made_chunk(file, column, target);
    made_footer(file, places, &footer);
    uint32_t size = htole32((uint32_t)footer.size);
    text_append_bytes(target, footer.bytes, footer.size);
    text_append_bytes(target, &size, sizeof size);
    text_append(target, "PAR1");
    text_release(&footer);
}
