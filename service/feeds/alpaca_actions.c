#include "service/feeds/alpaca_actions.h"

#include "service/base/date.h"
#include "service/base/json_pull.h"
#include "service/base/memory.h"
#include "service/feeds/alpaca_plan.h"

#include <stdlib.h>
#include <string.h>

/* The service searches by process date, an action counts by either: so far apart they may be. */
enum { DATES_APART_MAX = 31 };

#define PAGE_ACTIONS "1000"

/* By which type actions are asked for, and in which group of a reply they come. A dividend paid in
 * shares may be adjusted for like a split. */
static const struct group {
    const char *type, *name, *symbol_key;
    bool is_split;   /* has rates */
    bool is_for_all; /* bars adjusted for splits only stay as they are */
} groups[] = {
    { "forward_split", "forward_splits", "symbol", true, false },
    { "reverse_split", "reverse_splits", "symbol", true, false },
    { "stock_dividend", "stock_dividends", "symbol", false, false },
    { "cash_dividend", "cash_dividends", "symbol", false, true },
    { "spin_off", "spin_offs", "source_symbol", false, true },
};

enum { GROUP_COUNT = sizeof groups / sizeof *groups };

/* An action as far as it has been read. */
struct reading {
    struct alpaca_action action;
    double new_rate, old_rate;
};

static bool date_read(struct json_pull *pull, int32_t *ret_date)
{
    struct json_text text;
    return json_pull_string(pull, &text) && date_parse(text.bytes, text.size, ret_date);
}

/* A symbol longer than any of ours is cut, and still none of ours. */
static bool symbol_read(struct json_pull *pull, char symbol[static SYMBOL_TEXT_SIZE])
{
    struct json_text text;
    if (!json_pull_string(pull, &text))
        return false;
    size_t length = text.size < SYMBOL_LENGTH_MAX ? text.size : SYMBOL_LENGTH_MAX;
    memcpy(symbol, text.bytes, length);
    symbol[length] = '\0';
    return true;
}

static bool member_read(struct json_pull *pull, const struct group *group,
                        const struct json_text *key, struct reading *reading)
{
    if (json_text_is(key, group->symbol_key))
        return symbol_read(pull, reading->action.symbol);
    if (json_text_is(key, "ex_date"))
        return date_read(pull, &reading->action.ex_date);
    if (json_text_is(key, "process_date"))
        return date_read(pull, &reading->action.process_date);
    if (group->is_split && json_text_is(key, "new_rate"))
        return json_pull_double(pull, &reading->new_rate);
    if (group->is_split && json_text_is(key, "old_rate"))
        return json_pull_double(pull, &reading->old_rate);
    json_pull_skip(pull);
    return true;
}

static bool action_read(struct json_pull *pull, const struct group *group,
                        struct alpaca_action *ret_action)
{
    struct reading reading = { .action = { .ex_date = DATE_NONE, .process_date = DATE_NONE } };
    struct json_text key;
    if (!json_pull_enter(pull, '{'))
        return false;
    while (json_pull_member(pull, &key))
        if (!member_read(pull, group, &key, &reading))
            return false;
    bool is_whole = reading.action.symbol[0] != '\0' && reading.action.ex_date != DATE_NONE &&
                    reading.action.process_date != DATE_NONE;
    if (!is_whole || (group->is_split && !(reading.new_rate > 0 && reading.old_rate > 0)))
        return false;
    if (group->is_split)
        reading.action.new_shares = reading.new_rate / reading.old_rate;
    *ret_action = reading.action;
    return true;
}

static bool group_read(struct json_pull *pull, const struct json_text *name,
                       struct alpaca_actions *actions, struct error *error)
{
    const struct group *group = groups;
    while (group < groups + GROUP_COUNT && !json_text_is(name, group->name))
        group++;
    if (group == groups + GROUP_COUNT) {
        json_pull_skip(pull);
        return true;
    }
    if (json_pull_null(pull))
        return true;
    if (!json_pull_enter(pull, '['))
        return error_set(error, ERROR_PROVIDER, "the %s are not an array", group->name);
    while (json_pull_element(pull)) {
        struct alpaca_action action;
        if (!action_read(pull, group, &action))
            return error_set(error, ERROR_PROVIDER,
                             "one of the %s is no object with %s, ex_date, process_date%s",
                             group->name, group->symbol_key,
                             group->is_split ? ", new_rate and old_rate" : "");
        actions->actions = memory_grow(actions->actions, actions->count, &actions->capacity,
                                       sizeof *actions->actions);
        actions->actions[actions->count++] = action;
    }
    return true;
}

static bool groups_read(struct json_pull *pull, struct alpaca_actions *actions, struct error *error)
{
    struct json_text name;
    if (json_pull_null(pull))
        return true;
    if (!json_pull_enter(pull, '{'))
        return error_set(error, ERROR_PROVIDER, "\"corporate_actions\" is not an object of groups");
    while (json_pull_member(pull, &name))
        if (!group_read(pull, &name, actions, error))
            return false;
    return true;
}

bool alpaca_actions_read(const char *body, size_t size, struct alpaca_actions *actions,
                         char token[static ALPACA_TOKEN_SIZE], struct error *error)
{
    struct json_pull pull;
    struct json_text key;
    bool is_reply = false;
    if (!alpaca_reply_begin(body, size, &pull, error))
        return false;
    token[0] = '\0';
    while (json_pull_member(&pull, &key)) {
        bool is_token = json_text_is(&key, "next_page_token");
        bool is_actions = json_text_is(&key, "corporate_actions");
        if (is_token ? !alpaca_token_read(&pull, token, error)
                     : is_actions && !groups_read(&pull, actions, error))
            return false;
        if (!is_token && !is_actions)
            json_pull_skip(&pull);
        is_reply |= is_token || is_actions;
    }
    return is_reply || error_set(error, ERROR_PROVIDER, "the reply has no \"corporate_actions\"");
}

bool alpaca_actions_since(const struct alpaca_actions *actions, const char *symbol, int32_t date)
{
    for (size_t i = 0; i < actions->count; i++) {
        const struct alpaca_action *action = &actions->actions[i];
        if (strcmp(action->symbol, symbol) == 0 &&
            (action->ex_date >= date || action->process_date >= date))
            return true;
    }
    return false;
}

/* A symbol splits once on a date: what comes again says the same, or corrects what came before. */
static bool is_last_of_its_date(const struct alpaca_actions *actions, size_t index)
{
    const struct alpaca_action *split = &actions->actions[index];
    for (size_t i = index + 1; i < actions->count; i++) {
        const struct alpaca_action *later = &actions->actions[i];
        if (later->new_shares > 0 && later->ex_date == split->ex_date &&
            strcmp(later->symbol, split->symbol) == 0)
            return false;
    }
    return true;
}

double alpaca_actions_shares_since(const struct alpaca_actions *actions, const char *symbol,
                                   int32_t date, int32_t today)
{
    double shares = 1;
    for (size_t i = 0; i < actions->count; i++) {
        const struct alpaca_action *action = &actions->actions[i];
        if (action->new_shares > 0 && action->ex_date > date && action->ex_date <= today &&
            strcmp(action->symbol, symbol) == 0 && is_last_of_its_date(actions, i))
            shares *= action->new_shares;
    }
    return shares;
}

void alpaca_actions_release(struct alpaca_actions *actions)
{
    free(actions->actions);
    *actions = (struct alpaca_actions) { 0 };
}

struct load {
    struct alpaca_actions actions;
    struct error error;
};

static bool read_page(void *context, const char *body, size_t size,
                      char token[static ALPACA_TOKEN_SIZE], struct error *error)
{
    struct load *load = context;
    return alpaca_actions_read(body, size, &load->actions, token, error);
}

static void ended(void *context, const struct error *error, const char *refused)
{
    struct load *load = context;
    (void)refused;
    if (error != NULL && load->error.kind == ERROR_NONE)
        load->error = *error;
}

static void add_query(const struct alpaca_actions_request *request, size_t first, size_t count,
                      struct text *query)
{
    const char *types[GROUP_COUNT];
    size_t type_count = 0;
    for (size_t i = 0; i < GROUP_COUNT; i++)
        if (!groups[i].is_for_all || request->adjustment == ADJUSTMENT_ALL)
            types[type_count++] = groups[i].type;
    char date[DATE_TEXT_SIZE];
    alpaca_query_add_list(query, "symbols", request->symbols + first, count);
    alpaca_query_add_list(query, "types", types, type_count);
    alpaca_query_add(query, "start", date_format(request->first_date - DATES_APART_MAX, date));
    alpaca_query_add(query, "end", date_format(request->last_date + DATES_APART_MAX, date));
    alpaca_query_add(query, "limit", PAGE_ACTIONS);
    alpaca_query_add(query, "sort", "asc");
}

static bool is_between(int32_t date, const struct alpaca_actions_request *request)
{
    return date >= request->first_date && date <= request->last_date;
}

static void keep_wanted(const struct alpaca_actions_request *request,
                        struct alpaca_actions *actions)
{
    size_t kept = 0;
    for (size_t i = 0; i < actions->count; i++) {
        const struct alpaca_action *action = &actions->actions[i];
        if (is_between(action->ex_date, request) || is_between(action->process_date, request))
            actions->actions[kept++] = *action;
    }
    actions->count = kept;
}

bool alpaca_actions_load(const struct alpaca_account *account,
                         const struct alpaca_actions_request *request,
                         struct alpaca_actions *ret_actions, struct error *error)
{
    size_t walk_count = (request->symbol_count + ALPACA_SYMBOLS_MAX - 1) / ALPACA_SYMBOLS_MAX;
    struct alpaca_walk *walks = memory_new(walk_count, sizeof *walks);
    struct load load = { 0 };
    for (size_t i = 0; i < walk_count && load.error.kind == ERROR_NONE; i++) {
        size_t first = i * ALPACA_SYMBOLS_MAX;
        size_t rest = request->symbol_count - first;
        walks[i] = (struct alpaca_walk) {
            .account = account,
            .route = "/v1/corporate-actions",
            .deadline_us = request->deadline_us,
            .read = read_page,
            .ended = ended,
            .context = &load,
        };
        add_query(request, first, rest < ALPACA_SYMBOLS_MAX ? rest : ALPACA_SYMBOLS_MAX,
                  &walks[i].query);
        alpaca_walk_start(&walks[i], &load.error);
    }
    http_client_run(account->client);
    for (size_t i = 0; i < walk_count; i++)
        alpaca_walk_release(&walks[i]);
    free(walks);
    if (load.error.kind != ERROR_NONE) {
        *error = load.error;
        alpaca_actions_release(&load.actions);
        return false;
    }
    keep_wanted(request, &load.actions);
    *ret_actions = load.actions;
    return true;
}
