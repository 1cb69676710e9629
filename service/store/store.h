/* Small values under names, of which exactly one of several writers wins. Behind it: a folder, and
 * one day a bucket or a collection.
 *
 * A key is a path of names with '/' between, such as "runs/dp20/2024-06-28.json" (store_key_check);
 * no key may be a folder of another, as "runs/dp20" would be of this one. Every value has a
 * version; a put says which version it replaces, and when somebody else was there first, it fails
 * and changes nothing. Values are whole: a reader sees the old one or the new, also after a crash.
 * One store, one thread; any number of stores and processes.
 *
 * Errors name the key. Their kinds: usage (no key), limit (the value's size), conflict (somebody
 * else was there first), claimed with outcome retry (others kept it busy until the timeout), else
 * data where reading failed and writer where changing did. A change that fails with outcome unknown
 * may have happened: get and compare. What a call returns is written only on success. */
#ifndef PLAYBOOK_STORE_STORE_H
#define PLAYBOOK_STORE_STORE_H

#include "service/base/error.h"
#include "service/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STORE_KEY_MAX = 512, STORE_NAME_MAX = 200 };

/* Larger values are refused with kind limit. */
#define STORE_VALUE_MAX ((size_t)256 << 20)

struct store;

struct store_options {
    const char *location; /* a folder, made when first needed; later gs://bucket/prefix; copied */
    int timeout_ms;       /* the longest a call waits for others */
};

/* Of a value; 0: there is none. Equal versions mean equal values, so that whoever replaces a
 * version replaces what he has read, even if it was another value in between. */
struct version {
    uint64_t number;
};

/* The members are called through the functions below, which check keys and sizes. */
struct store_type {
    const char *name;

    /* Whether a location is one of its kind. */
    bool (*is_mine)(const char *location);

    /* Touches nothing yet. NULL with an error, of kind usage for a location that cannot be one. */
    struct store *(*open)(const struct store_options *options, struct error *error);

    bool (*get)(struct store *store, const char *key, struct text *ret_value,
                struct version *ret_version, struct error *error);
    bool (*put)(struct store *store, const char *key, const void *value, size_t size,
                struct version expected, struct version *ret_version, struct error *error);
    bool (*list)(struct store *store, const char *prefix,
                 bool (*visit)(void *context, const char *key), void *context, struct error *error);
    bool (*remove)(struct store *store, const char *key, struct version expected,
                   struct error *error);
    void (*close)(struct store *store); /* accepts NULL */
};

/* What every store begins with. */
struct store {
    const struct store_type *type;
};

/* The table, ended by NULL. */
extern const struct store_type *const store_types[];

/* Opens the store of the kind that the location is of. */
struct store *store_open(const struct store_options *options, struct error *error);
void store_close(struct store *store); /* accepts NULL */

/* A key has 1 to STORE_KEY_MAX bytes; its names have letters, digits, and any of "-_.=@+", at most
 * STORE_NAME_MAX, and do not begin with a dot. Else an error of kind usage. */
bool store_key_check(const char *key, struct error *error);

/* The value, to be released, in place of what the text holds, which is not released. Absent: true,
 * an empty text and version 0. Waits for nobody. */
bool store_get(struct store *store, const char *key, struct text *ret_value,
               struct version *ret_version, struct error *error);

/* Replaces the expected version; 0: there must be none. On success the value is on the disk. Of
 * the value that is there already, this only makes sure. */
bool store_put(struct store *store, const char *key, const void *value, size_t size,
               struct version expected, struct version *ret_version, struct error *error);

/* Visits the keys that begin with the prefix ("" for all) in the order of their bytes; false from
 * visit ends it early, which is no error. Visit may use the store: what is put and removed
 * meanwhile may be visited or not. */
bool store_list(struct store *store, const char *prefix,
                bool (*visit)(void *context, const char *key), void *context, struct error *error);

/* Removes the expected version; what is absent when 0 is expected is removed already. */
bool store_remove(struct store *store, const char *key, struct version expected,
                  struct error *error);

#endif
