#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/store/store.h"
#include "tests/support/store_contract.h"

#include <string.h>

static void every_kind_of_store_has_a_place_in_the_suite(void **state)
{
    (void)state;
    for (const struct store_type *const *type = store_types; *type; type++) {
        size_t count = 0;
        for (const struct store_place *const *place = store_places; *place; place++)
            count += strcmp((*place)->type, (*type)->name) == 0;
        assert_int_equal(count, 1);
    }
}

static void a_location_of_no_kind_is_refused(void **state)
{
    (void)state;
    struct error error = { 0 };
    struct store_options options = { .location = "ftp://host/folder" };
    assert_null(store_open(&options, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.message, "ftp://host/folder: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_store_has_a_place_in_the_suite),
        cmocka_unit_test(a_location_of_no_kind_is_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (const struct store_place *const *place = store_places; *place; place++)
        failed += store_contract_run(*place);
    return failed;
}
