#include "service/feeds/alpaca_walk.h"

#include "service/base/log.h"
#include "service/feeds/alpaca_error.h"

#include <stdio.h>
#include <string.h>

#define DATA_URL "https://data.alpaca.markets"

enum { STATUS_OK = 200 };

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

void alpaca_url_begin(struct text *url, const struct alpaca_account *account)
{
    const char *base = is_set(account->data_url) ? account->data_url : DATA_URL;
    size_t length = strlen(base);
    text_append_bytes(url, base, length - (base[length - 1] == '/'));
}

/* All but what RFC 3986 calls unreserved is escaped, and commas, which separate symbols. */
static void append_escaped(struct text *text, const char *value)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~,";
    while (*value != '\0') {
        size_t length = strspn(value, plain);
        text_append_bytes(text, value, length);
        for (value += length; *value != '\0' && strchr(plain, *value) == NULL; value++)
            text_format(text, "%%%02X", (unsigned)(unsigned char)*value);
    }
}

void alpaca_query_add(struct text *query, const char *name, const char *value)
{
    text_format(query, "%s%s=", query->size > 0 ? "&" : "", name);
    append_escaped(query, value);
}

void alpaca_query_add_list(struct text *query, const char *name, const char *const *values,
                           size_t count)
{
    struct text joined = { 0 };
    for (size_t i = 0; i < count; i++)
        text_format(&joined, "%s%s", i > 0 ? "," : "", values[i]);
    alpaca_query_add(query, name, text_string(&joined));
    text_release(&joined);
}

static void digest(void *context, const struct http_response *response);
static void done(void *context, const struct http_response *response, const struct error *error);

static bool ask(struct alpaca_walk *walk, struct error *error)
{
    const struct alpaca_account *account = walk->account;
    const struct http_header headers[] = {
        { "APCA-API-KEY-ID", account->key },
        { "APCA-API-SECRET-KEY", account->secret },
    };
    struct text query = { 0 };
    text_append(&query, text_string(&walk->query));
    if (walk->token[0] != '\0')
        alpaca_query_add(&query, "page_token", walk->token);
    struct text url = { 0 };
    alpaca_url_begin(&url, account);
    text_format(&url, "%s?%s", walk->route, text_string(&query));
    struct http_request request = {
        .url = text_string(&url),
        .route = walk->route,
        .headers = headers,
        .header_count = walk->is_keyless ? 0 : sizeof headers / sizeof *headers,
        .rate_limit = account->rate_limit,
        .deadline_us = walk->deadline_us,
        .digest = walk->reads_apart ? digest : NULL,
        .done = done,
        .context = walk,
    };
    bool started = http_client_start(account->client, &request, error);
    text_release(&query);
    text_release(&url);
    return started;
}

/* A token that comes again leads in a circle. */
static bool token_is_new(struct alpaca_walk *walk)
{
    size_t size = strlen(walk->token) + 1;
    if (walk->seen.size == 0)
        text_append_character(&walk->seen, '\0');
    char between[ALPACA_TOKEN_SIZE + 1] = "";
    memcpy(between + 1, walk->token, size);
    if (memmem(walk->seen.bytes, walk->seen.size, between, size + 1) != NULL)
        return false;
    text_append_bytes(&walk->seen, walk->token, size);
    return true;
}

/* Writes the next page's token into the walk. */
static bool page_read(struct alpaca_walk *walk, const struct http_response *response,
                      struct error *error)
{
    char next[ALPACA_TOKEN_SIZE];
    if (response->status != STATUS_OK)
        return alpaca_error_set(response, walk->where, error);
    if (!walk->read(walk->context, response->body, response->body_size, next, error))
        return alpaca_error_context(response, walk->where, error);
    memcpy(walk->token, next, strlen(next) + 1);
    walk->broken_count = 0;
    if (next[0] == '\0' || (++walk->page_count < ALPACA_PAGES_MAX && token_is_new(walk)))
        return true;
    if (walk->page_count == ALPACA_PAGES_MAX)
        error_set(error, ERROR_PROVIDER, "%d pages, and no end", ALPACA_PAGES_MAX);
    else
        error_set(error, ERROR_PROVIDER, "the page's token is that of a page before");
    return alpaca_error_context(response, walk->where, error);
}

/* The client repeats what ended badly by its status; that a page broke on its way shows here. */
static bool is_worth_another_try(struct alpaca_walk *walk, const struct http_response *response,
                                 const struct error *problem)
{
    return response->status == STATUS_OK && problem->outcome == OUTCOME_RETRY &&
           ++walk->broken_count < ALPACA_BROKEN_MAX;
}

static void digest(void *context, const struct http_response *response)
{
    struct alpaca_walk *walk = context;
    walk->problem = (struct error) { 0 };
    walk->is_read = page_read(walk, response, &walk->problem);
}

/* Whether it goes on: with the next page, or with this one once more. */
static bool turn(struct alpaca_walk *walk, const struct http_response *response)
{
    struct error *problem = &walk->problem;
    if (walk->turned != NULL && !walk->turned(walk->context, problem)) {
        walk->is_read = false;
        return false;
    }
    if (walk->is_read)
        return walk->token[0] != '\0';
    if (!is_worth_another_try(walk, response, problem))
        return false;
    log_event(LOG_INFO, "%s; the page is asked for again", problem->message);
    return true;
}

static void done(void *context, const struct http_response *response, const struct error *error)
{
    struct alpaca_walk *walk = context;
    char refused[SYMBOL_TEXT_SIZE] = "";
    if (response == NULL) {
        walk->ended(walk->context, error, refused);
        return;
    }
    if (!walk->reads_apart)
        digest(walk, response);
    bool goes_on = turn(walk, response);
    if (goes_on && ask(walk, &walk->problem))
        return;
    alpaca_error_symbol(response, refused);
    walk->ended(walk->context, walk->is_read && !goes_on ? NULL : &walk->problem, refused);
}

bool alpaca_walk_start(struct alpaca_walk *walk, struct error *error)
{
    const struct alpaca_account *account = walk->account;
    if (!walk->is_keyless && !(is_set(account->key) && is_set(account->secret)))
        return error_set(error, ERROR_DENIED,
                         "stocks need the keys of an Alpaca account, a free one will do: set "
                         "ALPACA_API_KEY and ALPACA_SECRET_KEY");
    struct text url = { 0 };
    alpaca_url_begin(&url, account);
    const char *host = strstr(url.bytes, "://");
    snprintf(walk->where, sizeof walk->where, "%s%s", host != NULL ? host + 3 : url.bytes,
             walk->route);
    text_release(&url);
    return ask(walk, error);
}

void alpaca_walk_release(struct alpaca_walk *walk)
{
    text_release(&walk->query);
    text_release(&walk->seen);
}
