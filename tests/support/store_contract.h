/* What every store must do, as one suite over all kinds. A new kind brings a place of its own, a
 * row of store_places; its other tests are only about what is its own. */
#ifndef PLAYBOOK_TESTS_SUPPORT_STORE_CONTRACT_H
#define PLAYBOOK_TESTS_SUPPORT_STORE_CONTRACT_H

/* Where a store of a kind can be during a test. */
struct store_place {
    const char *type; /* the name of a row of store_types */
    void *(*place_new)(void);
    void (*place_free)(void *place);
    const char *(*location)(void *place); /* nothing is there yet */
};

/* The table, ended by NULL. */
extern const struct store_place *const store_places[];

/* Runs the suite; returns the number of failed tests. */
int store_contract_run(const struct store_place *place);

#endif
