#include "service/parquet/text.h"

#include "service/base/memory.h"
#include "service/parquet/encoding.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PART_SIZE = 512 };

struct parquet_text {
    const char *bytes;
    size_t size;
};

void parquet_texts_init(struct parquet_texts *texts, const struct parquet_footer *footer,
                        const struct parquet_column *column, struct parquet_codecs *codecs,
                        size_t row, struct parquet_text_taker taker)
{
    *texts = (struct parquet_texts) {
        .pages = { .footer = footer, .column = column, .codecs = codecs },
        .taker = taker,
        .row = row,
    };
}

static void dictionary_release(struct parquet_texts *texts)
{
    free(texts->bytes);
    free(texts->entries);
    texts->bytes = NULL;
    texts->entries = NULL;
    texts->entry_count = 0;
}

void parquet_texts_release(struct parquet_texts *texts)
{
    parquet_pages_release(&texts->pages);
    dictionary_release(texts);
}

/* A text with its size in front of it. */
static bool plain_read(const uint8_t **next, const uint8_t *end, struct parquet_text *ret_text)
{
    uint32_t size;
    size_t left = (size_t)(end - *next);
    if (left < sizeof size)
        return false;
    memcpy(&size, *next, sizeof size);
    size = le32toh(size);
    if (size > left - sizeof size)
        return false;
    *ret_text = (struct parquet_text) { (const char *)*next + sizeof size, size };
    *next += sizeof size + size;
    return true;
}

/* A copy, for the next page takes the place of this one. */
static bool dictionary_read(struct parquet_texts *texts, const struct parquet_page *page,
                            struct error *error)
{
    size_t size = (size_t)(page->values_end - page->values);
    if (texts->bytes != NULL)
        return parquet_page_error(&texts->pages, error, "it is a second dictionary");
    if (page->value_count > size / sizeof(uint32_t))
        return parquet_page_error(&texts->pages, error, "it has fewer values than it says");
    texts->bytes = memory_new(size, 1);
    texts->entries = memory_new(page->value_count, sizeof *texts->entries);
    memcpy(texts->bytes, page->values, size);
    const uint8_t *next = (const uint8_t *)texts->bytes;
    const uint8_t *end = next + size;
    for (size_t i = 0; i < page->value_count; i++)
        if (!plain_read(&next, end, &texts->entries[i]))
            return parquet_page_error(&texts->pages, error, "it has fewer values than it says");
    texts->entry_count = page->value_count;
    return true;
}

/* The values of a page that are there: texts one after the other, or indices of the dictionary. */
struct page_reader {
    const struct parquet_texts *texts;
    const struct parquet_page *page;
    bool are_indices, has_nulls;
    struct hybrid levels;
    struct hybrid indices;
    const uint8_t *next;
};

static bool page_begin(const struct parquet_texts *texts, const struct parquet_page *page,
                       struct page_reader *ret_reader)
{
    struct page_reader reader = { .texts = texts, .page = page, .next = page->values };
    if (page->levels != NULL) {
        hybrid_begin(&reader.levels, page->levels, page->levels_end, 1);
        reader.has_nulls = !hybrid_repeats(&reader.levels, 1, page->value_count);
    }
    bool is_begun = true;
    reader.are_indices = page->encoding != ENCODING_PLAIN;
    /* The width of the indices stands in front of them; a page of nulls alone may have neither. */
    if (reader.are_indices && page->values < page->values_end)
        is_begun = hybrid_begin(&reader.indices, page->values + 1, page->values_end, *page->values);
    *ret_reader = reader;
    return is_begun;
}

/* The texts of the next rows, at most PART_SIZE. */
static bool part_read(struct page_reader *reader, struct parquet_text *ret_texts, size_t count)
{
    uint64_t levels[PART_SIZE], indices[PART_SIZE];
    size_t present = count;
    if (reader->has_nulls) {
        if (!hybrid_read(&reader->levels, levels, count))
            return false;
        present = 0;
        for (size_t i = 0; i < count; i++)
            present += levels[i];
    }
    if (reader->are_indices && !hybrid_read(&reader->indices, indices, present))
        return false;
    for (size_t i = 0, k = 0; i < count; i++) {
        if (reader->has_nulls && levels[i] == 0)
            ret_texts[i] = (struct parquet_text) { "", 0 };
        else if (!reader->are_indices) {
            if (!plain_read(&reader->next, reader->page->values_end, &ret_texts[i]))
                return false;
        } else {
            if (indices[k] >= reader->texts->entry_count)
                return false;
            ret_texts[i] = reader->texts->entries[indices[k++]];
        }
    }
    return true;
}

static bool is_same(const struct parquet_text *a, const struct parquet_text *b)
{
    return a->size == b->size && (a->bytes == b->bytes || memcmp(a->bytes, b->bytes, a->size) == 0);
}

/* The page's texts from `begin` up to `end`; those before are passed over. */
static bool page_read(struct parquet_texts *texts, const struct parquet_page *page, size_t begin,
                      size_t end, struct error *error)
{
    struct page_reader reader;
    if (!page_begin(texts, page, &reader))
        return parquet_page_error(&texts->pages, error, "its values do not begin as they should");
    struct parquet_text part[PART_SIZE], last = { NULL, 0 };
    for (size_t done = 0, count; done < end; done += count) {
        size_t left = done < begin ? begin - done : end - done;
        count = left < PART_SIZE ? left : PART_SIZE;
        if (!part_read(&reader, part, count))
            return parquet_page_error(&texts->pages, error,
                                      "its values end early or are not in the dictionary");
        for (size_t i = 0; i < count && done >= begin; i++, texts->row++) {
            if (last.bytes != NULL && is_same(&part[i], &last))
                continue;
            last = part[i];
            if (!texts->taker.take(texts->taker.context, texts->row, last.bytes, last.size, error))
                return false;
        }
    }
    return true;
}

bool parquet_texts_read(struct parquet_texts *texts, const struct parquet_chunk *chunk, size_t skip,
                        size_t count, struct error *error)
{
    size_t chunk_left = chunk->value_count - skip;
    parquet_pages_begin(&texts->pages, chunk, skip);
    dictionary_release(texts);
    while (count > 0) {
        struct parquet_page page;
        if (!parquet_pages_next(&texts->pages, &page, error))
            return false;
        if (page.is_dictionary) {
            if (!dictionary_read(texts, &page, error))
                return false;
            continue;
        }
        size_t begin = texts->pages.skip;
        if (page.value_count > begin + chunk_left)
            return parquet_page_error(&texts->pages, error,
                                      "it has more values than the row group has left");
        size_t wanted = page.value_count - begin < count ? page.value_count - begin : count;
        if (!page_read(texts, &page, begin, begin + wanted, error))
            return false;
        texts->pages.skip = 0;
        chunk_left -= wanted;
        count -= wanted;
    }
    return true;
}
