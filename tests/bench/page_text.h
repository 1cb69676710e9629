/* The pages of page_server.h: what a question in an url is answered. */
#ifndef PLAYBOOK_TESTS_BENCH_PAGE_TEXT_H
#define PLAYBOOK_TESTS_BENCH_PAGE_TEXT_H

#include "service/base/date.h"
#include "service/base/text.h"
#include "service/market/series.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

enum { PAGE_HEAD_MAX = 16384, PAGE_VALUE_MAX = 4096, PAGE_SYMBOLS_MAX = 100 };
/* What it was asked; shared with the process. */
struct page_counts {
    atomic_int requests;
    atomic_int longest_chain; /* of pages whose tokens each came with the page before */
};

struct page_server {
    const struct series *bars;
    int latency_ms;
    struct text rendered; /* the bars in JSON, with commas between */
    size_t *places;       /* of each bar there, and of the end */
    struct page_counts *counts;
    int listener, port;
    pid_t pid;
};

static inline void page_server_render(struct page_server *server)
{
    server->places = calloc(server->bars->count + 1, sizeof *server->places);
    for (size_t i = 0; i < server->bars->count; i++) {
        const struct bar *bar = &server->bars->bars[i];
        char time[TIMESTAMP_TEXT_SIZE];
        server->places[i] = server->rendered.size;
        text_format(&server->rendered,
                    "{\"c\":%.2f,\"h\":%.2f,\"l\":%.2f,\"n\":%d,\"o\":%.2f,\"t\":\"%s\",\"v\":%d,"
                    "\"vw\":%.6f},",
                    bar->close, bar->high, bar->low, (int)bar->volume / 80, bar->open,
                    timestamp_format(bar->open_time_us, time), (int)bar->volume,
                    (bar->high + bar->low + bar->close) / 3);
    }
    server->places[server->bars->count] = server->rendered.size;
}

/* The value of a parameter in the first line, unescaped; "" when it is not there. */
static inline void page_parameter(const char *line, const char *name, char value[PAGE_VALUE_MAX])
{
    char wanted[32];
    size_t size = 0;
    snprintf(wanted, sizeof wanted, "%s=", name);
    const char *next = strstr(line, wanted);
    for (next = next ? next + strlen(wanted) : "&"; *next != '&' && *next != ' '; next++) {
        unsigned byte = (unsigned char)*next;
        if (*next == '%' && sscanf(next + 1, "%2x", &byte) == 1)
            next += 2;
        assert(size + 1 < PAGE_VALUE_MAX);
        value[size++] = (char)byte;
    }
    value[size] = '\0';
}

static inline size_t page_row(const struct page_server *server, const char *line, const char *name,
                              int64_t behind_us)
{
    char value[PAGE_VALUE_MAX];
    int64_t time_us;
    bool has_zone;
    page_parameter(line, name, value);
    if (!timestamp_parse(value, strlen(value), &time_us, &has_zone))
        abort();
    return series_find(server->bars, time_us + behind_us);
}

/* What is sent, piece by piece: nothing is copied, so that little is measured but the client. */
struct page {
    struct text text; /* what is not rendered */
    struct iovec pieces[3 * PAGE_SYMBOLS_MAX];
    size_t count, size;
    size_t written; /* of the text, in pieces already */
};

static inline void page_add(struct page *page, const char *bytes, size_t size)
{
    assert(page->count < sizeof page->pieces / sizeof *page->pieces);
    page->pieces[page->count++] = (struct iovec) { (void *)(uintptr_t)bytes, size };
    page->size += size;
}

static inline void page_add_text(struct page *page)
{
    page_add(page, page->text.bytes + page->written, page->text.size - page->written);
    page->written = page->text.size;
}

static inline void page_note_chain(const struct page_server *server, int pages)
{
    for (int most = server->counts->longest_chain; pages > most;)
        if (atomic_compare_exchange_weak(&server->counts->longest_chain, &most, pages))
            break;
}

/* Bars [told, end) of all symbols', each of which has the rows from `first` on. Returns how many
 * there are in all. A token is the number of bars told so far, and of pages. */
static inline size_t page_add_bars(const struct page_server *server, char *symbols, size_t first,
                                   size_t rows, size_t told, size_t end, struct page *page)
{
    const size_t *places = server->places + first;
    size_t all = 0;
    text_append(&page->text, "{\"bars\":{");
    for (char *name; (name = strsep(&symbols, ",")) != NULL; all += rows) {
        size_t from = told > all ? told - all : 0;
        size_t to = end > all ? end - all : 0;
        to = to < rows ? to : rows;
        if (from >= to)
            continue;
        text_format(&page->text, "%s\"%s\":[", page->count > 0 ? "]," : "", name);
        page_add_text(page);
        page_add(page, server->rendered.bytes + places[from], places[to] - places[from] - 1);
    }
    text_append(&page->text, page->count > 0 ? "]}" : "}");
    return all;
}

static inline void page_write(const struct page_server *server, const char *line, struct page *page)
{
    char symbols[PAGE_VALUE_MAX], token[PAGE_VALUE_MAX], limit[PAGE_VALUE_MAX];
    page_parameter(line, "symbols", symbols);
    page_parameter(line, "page_token", token);
    page_parameter(line, "limit", limit);
    size_t first = page_row(server, line, "start", 0), last = page_row(server, line, "end", 1);
    size_t told = 0;
    int number = 1;
    if (sscanf(token, "%zu.%d", &told, &number) == 2)
        number++;
    page_note_chain(server, number);
    size_t end = told + strtoul(limit, NULL, 10);
    size_t all = page_add_bars(server, symbols, first, last - first, told, end, page);
    if (end < all)
        text_format(&page->text, ",\"next_page_token\":\"%zu.%d\"}", end, number);
    else
        text_append(&page->text, ",\"next_page_token\":null}");
    page_add_text(page);
}

#endif
