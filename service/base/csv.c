#include "service/base/csv.h"

#include "service/base/memory.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char byte_order_mark[] = "\xEF\xBB\xBF";

/* What a cell without quotes cannot hold. None of it is above the comma, and most of what cells
 * hold is, so one comparison tells nearly always. */
static bool is_special(char character)
{
    return (unsigned char)character <= ',' &&
           (character == ',' || character == '\n' || character == '\r' || character == '"' ||
            character == '\0');
}

/* Whether one of eight characters is below '-', as all that is special is: a byte that borrows from
 * its highest bit, and did not have it before (Alan Mycroft's test for zeros, moved up). */
static bool any_may_be_special(const char *eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t word;
    memcpy(&word, eight, sizeof word);
    return ((word - ones * '-') & ~word & ones << 7) != 0;
}

static bool has_mark(const char *bytes, size_t size)
{
    const size_t mark_size = sizeof byte_order_mark - 1;
    return size >= mark_size && memcmp(bytes, byte_order_mark, mark_size) == 0;
}

/* How far a row is looked for: one byte over the cap, where a row that fits has its line end. */
static size_t row_window(const struct csv_reader *reader)
{
    size_t left = (size_t)(reader->end - reader->next);
    return left <= CSV_ROW_SIZE_MAX ? left : CSV_ROW_SIZE_MAX + 1;
}

void csv_reader_init(struct csv_reader *reader, const char *bytes, size_t size)
{
    if (size == 0)
        bytes = ""; /* an empty text may have no bytes at all */
    *reader = (struct csv_reader) { .next = bytes, .end = bytes + size };
    if (has_mark(bytes, size))
        reader->next += sizeof byte_order_mark - 1;
    /* A cell never grows by unquoting, and its NUL has the place of the comma behind it. */
    reader->scratch = memory_resize(NULL, row_window(reader) + 1, 1);
}

void csv_reader_release(struct csv_reader *reader)
{
    free(reader->cells);
    free(reader->scratch);
    *reader = (struct csv_reader) { 0 };
}

static bool line_error(size_t line, const char *what, struct error *error)
{
    return error_set(error, ERROR_DATA, "line %zu: %s", line, what);
}

/* Takes LF, CRLF, or a last CR whose LF is missing; false when something else is next. */
static bool take_line_end(struct csv_reader *reader)
{
    const char *next = reader->next;
    if (next < reader->end && *next == '\r')
        next++;
    if (next < reader->end && *next == '\n')
        next++;
    else if (next < reader->end)
        return false;
    bool taken = next > reader->next;
    reader->next = next;
    reader->lines_read += taken;
    return taken;
}

/* Copies a cell without quotes up to what ends it. Returns the end of the copy. */
static char *read_plain(struct csv_reader *reader, const char *limit, char *target)
{
    const char *next = reader->next;
    for (; limit - next >= 8 && !any_may_be_special(next); next += 8, target += 8)
        memcpy(target, next, 8);
    while (next < limit && !is_special(*next))
        *target++ = *next++;
    reader->next = next;
    return target;
}

/* Copies what is between quotes. Returns the end of the copy, or NULL where the quote is still
 * open: at the limit or at a NUL. */
static char *read_quoted(struct csv_reader *reader, const char *limit, char *target)
{
    const char *next = reader->next + 1;
    for (; next < limit && *next != '\0'; next++) {
        if (*next == '"') {
            if (next + 1 == limit || next[1] != '"')
                break;
            next++;
        }
        reader->lines_read += *next == '\n';
        *target++ = *next;
    }
    reader->next = next;
    if (next == limit || *next == '\0')
        return NULL;
    reader->next++;
    return target;
}

static bool row_is_too_large(const struct csv_reader *reader, const char *limit,
                             struct error *error)
{
    if (reader->next < limit || limit == reader->end)
        return false;
    error_set(error, ERROR_LIMIT,
              "line %zu: the row is longer than %d bytes; is a quote left open in it?",
              reader->line, CSV_ROW_SIZE_MAX);
    return true;
}

/* That a cell was read whole. `quote_line`: where its quote was opened. */
static bool check_cell(const struct csv_reader *reader, const char *limit, bool quoted,
                       bool is_closed, size_t quote_line, struct error *error)
{
    if (row_is_too_large(reader, limit, error))
        return false;
    if (reader->next < limit && *reader->next == '\0')
        return line_error(reader->lines_read + 1, "a zero byte; this is not text", error);
    if (!is_closed)
        return line_error(quote_line, "a quote is opened and never closed", error);
    if (quoted && reader->next < limit && strchr(",\r\n", *reader->next) == NULL)
        return line_error(reader->lines_read + 1,
                          "text behind a closing quote; expected a comma or the line's end", error);
    if (reader->next < limit && *reader->next == '"')
        return line_error(quote_line, "a quote inside a cell that does not begin with one", error);
    return true;
}

/* Reads one cell, up to the comma or line end behind it, into *target, and moves *target on. */
static bool read_cell(struct csv_reader *reader, const char *limit, char **target,
                      struct error *error)
{
    size_t line = reader->lines_read + 1;
    bool quoted = reader->next < limit && *reader->next == '"';
    char *begin = *target;
    char *end = quoted ? read_quoted(reader, limit, begin) : read_plain(reader, limit, begin);
    bool is_plain = end && reader->next < limit && (*reader->next == ',' || *reader->next == '\n');
    if (!is_plain && !check_cell(reader, limit, quoted, end != NULL, line, error))
        return false;

    assert(end && "what does not end is no cell");
    *end = '\0';
    *target = end + 1;
    if (reader->cell_count == reader->cell_capacity)
        reader->cells = memory_grow(reader->cells, reader->cell_count, &reader->cell_capacity,
                                    sizeof *reader->cells);
    reader->cells[reader->cell_count++] = (struct csv_cell) { begin, (size_t)(end - begin) };
    return true;
}

bool csv_reader_next(struct csv_reader *reader, bool *ret_end, struct error *error)
{
    while (take_line_end(reader))
        ;
    reader->cell_count = 0;
    reader->line = reader->lines_read + 1;
    if (reader->next == reader->end) {
        *ret_end = true;
        return true;
    }

    const char *limit = reader->next + row_window(reader);
    char *target = reader->scratch;
    for (;;) {
        if (!read_cell(reader, limit, &target, error))
            return false;
        if (reader->next == reader->end || *reader->next != ',')
            break;
        reader->next++;
    }
    if (!take_line_end(reader) && reader->next < reader->end)
        return line_error(reader->lines_read + 1, "a carriage return without a line feed behind it",
                          error);
    *ret_end = false;
    return true;
}

static bool needs_quotes(const char *cell, size_t size)
{
    if (size == 0)
        return false;
    if (cell[0] == ' ' || cell[size - 1] == ' ' || has_mark(cell, size))
        return true;
    size_t i = 0;
    while (size - i >= 8 && !any_may_be_special(cell + i))
        i += 8;
    while (i < size && !is_special(cell[i]))
        i++;
    return i < size;
}

static void append_quoted(struct text *text, const char *cell, size_t size)
{
    text_append_character(text, '"');
    for (size_t i = 0; i < size; i++) {
        if (cell[i] == '"')
            text_append_character(text, '"');
        text_append_character(text, cell[i]);
    }
    text_append_character(text, '"');
}

void csv_append_cell(struct text *text, bool first, const char *cell, size_t size)
{
    bool is_quoted = needs_quotes(cell, size);
    char *target = text_room(text, 1 + size);
    if (!first)
        *target++ = ',';
    if (!is_quoted && size > 0)
        target = mempcpy(target, cell, size);
    text_take(text, target);
    if (is_quoted)
        append_quoted(text, cell, size);
}

void csv_append_row_end(struct text *text)
{
    if (text->size == 0 || text->bytes[text->size - 1] == '\n')
        text_append(text, "\"\"");
    text_append_character(text, '\n');
}
