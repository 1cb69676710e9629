#include "service/parquet/write.h"

#include "service/parquet/footer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A file of one column and three rows. */
static struct text made(const struct parquet_pair *pairs, size_t pair_count)
{
    static const struct written_column column = { "close", PARQUET_DOUBLE, MEANING_NONE, false };
    const uint64_t words[] = { 1, 2, 3 };
    struct written_values values = { .words = words, .count = 3, .rows = 3 };
    struct parquet_writer writer;
    struct text file = { 0 };
    parquet_writer_begin(&writer, &column, 1, &file);
    parquet_writer_append(&writer, &values);
    parquet_writer_end(&writer, pairs, pair_count);
    return file;
}

/* What the file says under a key, for free(); NULL: nothing. Reads an exact copy, so that the
 * address sanitizer sees a look beyond the end. */
static char *find(const struct text *file, const char *key)
{
    struct parquet_footer footer;
    struct error error = { 0 };
    uint8_t *copy = malloc(file->size);
    memcpy(copy, file->bytes, file->size);
    char *found = NULL;
    if (parquet_footer_read("close.parquet", copy, file->size, &footer, &error)) {
        size_t size = 0;
        const uint8_t *value = parquet_footer_find(&footer, key, &size);
        if (value != NULL)
            found = strndup((const char *)value, size);
        parquet_footer_release(&footer);
    }
    free(copy);
    return found;
}

static void assert_says(const struct text *file, const char *key, const char *value)
{
    char *found = find(file, key);
    if (value == NULL)
        assert_null(found);
    else
        assert_string_equal(found, value);
    free(found);
}

static void what_a_file_says_of_itself_is_found(void **state)
{
    (void)state;
    const struct parquet_pair pairs[] = {
        { "symbol", "QQQ" }, { "symbols", "SPY" }, { "", "nothing" }, { "symbol", "IWM" }
    };
    struct text file = made(pairs, 4);
    assert_says(&file, "symbol", "QQQ"); /* the first one */
    assert_says(&file, "symbols", "SPY");
    assert_says(&file, "", "nothing");
    assert_says(&file, "symb", NULL);
    assert_says(&file, "Symbol", NULL);
    text_release(&file);
}

static void a_file_may_say_nothing(void **state)
{
    (void)state;
    struct text file = made(NULL, 0);
    assert_says(&file, "symbol", NULL);
    assert_says(&file, "", NULL);
    text_release(&file);
}

/* Whatever is found is read within the file. */
static void a_damaged_footer_is_read_within_the_file(void **state)
{
    (void)state;
    const struct parquet_pair pairs[] = { { "symbol", "QQQ" }, { "as_of", "2024-06-28" } };
    struct text file = made(pairs, 2);
    for (size_t bit = 0; bit < 8 * file.size; bit++) {
        file.bytes[bit / 8] ^= (char)(1 << bit % 8);
        free(find(&file, "as_of"));
        file.bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    assert_says(&file, "as_of", "2024-06-28");
    text_release(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_file_says_of_itself_is_found),
        cmocka_unit_test(a_file_may_say_nothing),
        cmocka_unit_test(a_damaged_footer_is_read_within_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
