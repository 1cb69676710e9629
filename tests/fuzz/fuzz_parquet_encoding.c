/* What is inside Parquet's pages, as bytes that end where they say: nothing behind them is used,
 * and numbers are the same in whatever pieces they are read. The first byte chooses. */
#include "service/parquet/encoding.h"
#include "service/parquet/snappy.h"
#include "service/parquet/thrift.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { WORDS_MAX = 300, TARGET_MAX = 1 << 16, HYBRID_WIDTH_MAX = 32, DELTA };

static uint8_t *new_block(size_t size, int filling)
{
    uint8_t *block = malloc(size);
    assert(block != NULL);
    memset(block, filling, size);
    return block;
}

/* How many words are there, up to WORDS_MAX, when `piece` of them are read at a time. Encoded as
 * deltas, or as a hybrid of numbers of that width. */
static size_t read_words(const uint8_t *bytes, size_t size, unsigned encoding, size_t piece,
                         uint64_t *words)
{
    struct hybrid hybrid;
    struct delta delta;
    bool is_delta = encoding == DELTA;
    if (!(is_delta ? delta_begin(&delta, bytes, bytes + size)
                   : hybrid_begin(&hybrid, bytes, bytes + size, encoding)))
        return 0;
    size_t count = 0;
    while (count + piece <= WORDS_MAX && (is_delta ? delta_read(&delta, words + count, piece)
                                                   : hybrid_read(&hybrid, words + count, piece)))
        count += piece;
    return count;
}

static void assert_hybrid(const uint8_t *bytes, size_t size, unsigned width, const uint64_t *words,
                          size_t count)
{
    struct hybrid hybrid;
    hybrid_begin(&hybrid, bytes, bytes + size, width);
    for (size_t i = 0; i < count; i++) {
        uint64_t word;
        assert(words[i] >> width == 0);
        bool repeats = hybrid_repeats(&hybrid, words[i], count - i);
        for (size_t j = i; repeats && j < count; j++)
            assert(words[j] == words[i]);
        bool read = hybrid_read(&hybrid, &word, 1);
        assert(read && word == words[i]);
    }
}

/* Behind the bytes is slack that may be looked at; what is in it makes no difference. */
static void assert_words(const uint8_t *bytes, size_t size, unsigned encoding)
{
    uint64_t words[WORDS_MAX], other_words[WORDS_MAX];
    uint8_t *copy = new_block(size + ENCODING_SLACK, 0);
    uint8_t *other_copy = new_block(size + ENCODING_SLACK, 0xff);
    memcpy(copy, bytes, size);
    memcpy(other_copy, bytes, size);
    size_t count = read_words(copy, size, encoding, 1, words);
    for (size_t piece = 1; piece <= WORDS_MAX; piece = piece * 2 + 1) {
        size_t other_count = read_words(other_copy, size, encoding, piece, other_words);
        assert(other_count == count - count % piece);
        assert(memcmp(words, other_words, other_count * sizeof *words) == 0);
    }
    if (encoding != DELTA)
        assert_hybrid(copy, size, encoding, words, count);
    free(copy);
    free(other_copy);
}

static void assert_decompressed(const uint8_t *bytes, size_t size)
{
    struct thrift_reader preamble = { .next = bytes, .end = bytes + size };
    size_t target_size = (size_t)thrift_read_varint(&preamble);
    if (target_size > TARGET_MAX)
        return;
    uint8_t *target = new_block(target_size + SNAPPY_SLACK, 0);
    uint8_t *other_target = new_block(target_size + SNAPPY_SLACK, 0xff);
    bool decompressed = snappy_decompress(bytes, size, target, target_size);
    assert(decompressed == snappy_decompress(bytes, size, other_target, target_size));
    assert(!decompressed || memcmp(target, other_target, target_size) == 0);
    free(target);
    free(other_target);
}

static void assert_struct(const uint8_t *bytes, size_t size)
{
    struct thrift_reader reader = { .next = bytes, .end = bytes + size };
    struct thrift_field field = { 0 };
    while (thrift_read_field(&reader, &field)) {
        size_t text_size = 0;
        const uint8_t *text = bytes;
        if (field.type == THRIFT_BINARY)
            text = thrift_read_bytes(&reader, field.type, &text_size);
        else
            thrift_skip(&reader, field.type);
        assert(reader.next >= bytes && reader.next <= reader.end);
        assert(text_size == 0 || (text >= bytes && text_size <= (size_t)(reader.end - text)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    unsigned choice = *bytes++;
    size--;
    if (choice <= DELTA)
        assert_words(bytes, size, choice);
    else if (choice % 2 == 0)
        assert_decompressed(bytes, size);
    else
        assert_struct(bytes, size);
    return 0;
}
