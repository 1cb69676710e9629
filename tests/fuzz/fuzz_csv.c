/* CSV: the cells of any text that is read come back from what is written of them, and a text that
 * was written once is written the same again. */
#include "service/base/csv.h"
#include "tests/fuzz/fuzz.h"

/* Writes every row that is read; false with an error where the text is wrong. */
static bool copy_rows(const char *bytes, size_t size, struct text *text, struct error *error)
{
    struct csv_reader reader;
    csv_reader_init(&reader, bytes, size);
    size_t line = 0;
    bool end = false;
    bool read;
    while ((read = csv_reader_next(&reader, &end, error)) && !end) {
        assert(reader.cell_count > 0 && reader.line > line);
        line = reader.line;
        for (size_t i = 0; i < reader.cell_count; i++) {
            const struct csv_cell *cell = &reader.cells[i];
            assert(strlen(cell->text) == cell->size);
            csv_append_cell(text, i == 0, cell->text, cell->size);
        }
        csv_append_row_end(text);
    }
    assert(!read || (end && reader.cell_count == 0));
    csv_reader_release(&reader);
    return read;
}

/* Whether both texts have the same cells. */
static void assert_same_cells(const char *a, size_t a_size, const struct text *b)
{
    struct csv_reader left, right;
    struct error error = { 0 };
    csv_reader_init(&left, a, a_size);
    csv_reader_init(&right, text_string(b), b->size);
    for (bool end = false; !end;) {
        bool right_end, read = csv_reader_next(&left, &end, &error);
        assert(read);
        read = csv_reader_next(&right, &right_end, &error);
        assert(read && end == right_end && left.cell_count == right.cell_count);
        for (size_t i = 0; i < left.cell_count; i++) {
            assert(left.cells[i].size == right.cells[i].size);
            assert(strcmp(left.cells[i].text, right.cells[i].text) == 0);
        }
    }
    csv_reader_release(&left);
    csv_reader_release(&right);
}

/* Any bytes but NUL are a cell that is read as it was written, whatever stands beside it. */
static void assert_cell_survives(const char *bytes, size_t size)
{
    struct text text = { 0 };
    struct error error = { 0 };
    struct csv_reader reader;
    bool end, read;
    size = strnlen(bytes, size);
    for (int i = 0; i < 2; i++) {
        csv_append_cell(&text, true, bytes, size);
        csv_append_cell(&text, false, "", 0);
        csv_append_cell(&text, false, bytes, size);
        csv_append_row_end(&text);
    }
    csv_reader_init(&reader, text.bytes, text.size);
    for (int i = 0; i < 2; i++) {
        read = csv_reader_next(&reader, &end, &error);
        assert(read && !end && reader.cell_count == 3 && reader.cells[1].size == 0);
        for (size_t at = 0; at < 3; at += 2)
            assert(reader.cells[at].size == size &&
                   memcmp(reader.cells[at].text, bytes, size) == 0);
    }
    read = csv_reader_next(&reader, &end, &error);
    assert(read && end);
    csv_reader_release(&reader);
    text_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text once = { 0 }, twice = { 0 };
    struct error error = { 0 };
    if (copy_rows((const char *)bytes, size, &once, &error)) {
        assert_no_error(&error);
        assert_same_cells((const char *)bytes, size, &once);
        bool read = copy_rows(text_string(&once), once.size, &twice, &error);
        assert(read && strcmp(text_string(&once), text_string(&twice)) == 0);
    } else {
        assert_error(&error, "line ");
    }
    text_release(&once);
    text_release(&twice);
    if (size > 0)
        assert_cell_survives((const char *)bytes, size);
    return 0;
}
