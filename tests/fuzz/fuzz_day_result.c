/* What a store has of a run: a result that was read is as its document says, which stays the same
 * but for what finishing it changes; its records are written and read again alike. */
#include "service/base/json.h"
#include "service/jobs/day_result.h"
#include "tests/fuzz/fuzz.h"
#include "writers/record_json.h"

#include <stdlib.h>

static void append_list(struct text *text, const struct record_list *list)
{
    const struct record_set set = { .table = list->table,
                                    .cells = list->cells,
                                    .count = list->count };
    record_set_append_json(&set, text);
}

static void assert_written_again(const struct record_list *list)
{
    struct text written = { 0 }, rewritten = { 0 };
    struct record_list read = { .table = list->table };
    struct error error = { 0 };
    append_list(&written, list);
    struct json_object *document = json_parse(written.bytes, written.size, &error);
    if (document == NULL || !record_list_read_json(&read, document, &error)) {
        fprintf(stderr, "%s\n%s\n", written.bytes, error.message);
        abort();
    }
    append_list(&rewritten, &read);
    assert(read.count == list->count);
    assert(strcmp(text_string(&written), text_string(&rewritten)) == 0);
    json_object_put(document);
    record_list_release(&read);
    text_release(&written);
    text_release(&rewritten);
}

static void assert_result(const struct day_result *result)
{
    char key[STORE_KEY_MAX + 1];
    struct error error = { 0 };
    day_result_key(result->playbook, result->date, key);
    assert(store_key_check(key, &error));
    assert(result->symbol_count > 0);
    for (size_t i = 0; i < result->findings.count; i++)
        assert(result->findings.items[i].symbol < result->symbol_count);
    assert_written_again(&result->trades);
    assert_written_again(&result->journal);
}

/* Finishes it with the outputs that it has, and reads what has become of it. */
static struct day_result finished(struct day_result *result)
{
    struct publish_outputs outputs = result->outputs;
    result->outputs = (struct publish_outputs) { 0 };
    size_t count = outputs.count;
    day_result_finish(result, &outputs);
    assert(result->is_done && outputs.items == NULL && result->outputs.count == count);

    struct day_result again;
    struct error error = { 0 };
    if (!day_result_read(result->document.bytes, result->document.size, &again, &error)) {
        fprintf(stderr, "%s\n%s\n", result->document.bytes, error.message);
        abort();
    }
    assert(again.is_done && again.date == result->date && again.outputs.count == count);
    assert(again.trades.count == result->trades.count && again.net_pnl == result->net_pnl);
    return again;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct day_result result;
    struct error error = { 0 };
    memset(&result, UNTOUCHED, sizeof result);
    if (!day_result_read((const char *)bytes, size, &result, &error)) {
        assert_untouched(&result, sizeof result);
        assert_error(&error, "not the result of a run, or a damaged one: ");
        assert(error.kind == ERROR_DATA);
        return 0;
    }
    assert_no_error(&error);
    assert(result.document.size == size && memcmp(result.document.bytes, bytes, size) == 0);
    assert_result(&result);

    struct day_result once = finished(&result), twice = finished(&once);
    assert(strcmp(result.document.bytes, once.document.bytes) == 0);
    assert(strcmp(once.document.bytes, twice.document.bytes) == 0);
    day_result_release(&result);
    day_result_release(&once);
    day_result_release(&twice);
    return 0;
}
