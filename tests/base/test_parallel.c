#include "service/base/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

enum { TASKS = 1000, THREADS = 4 };

struct work {
    atomic_int calls[TASKS];
    size_t fails_from; /* tasks from here on fail */
    atomic_size_t lowest_failed;
    int by_thread[THREADS]; /* each touched by its thread only */
};

static struct work work;

static int start(void **state)
{
    (void)state;
    for (size_t i = 0; i < TASKS; i++)
        atomic_store(&work.calls[i], 0);
    for (size_t i = 0; i < THREADS; i++)
        work.by_thread[i] = 0;
    work.fails_from = TASKS;
    atomic_store(&work.lowest_failed, TASKS);
    return 0;
}

static bool task(void *context, size_t thread, size_t index)
{
    assert_ptr_equal(context, &work);
    work.by_thread[thread]++;
    atomic_fetch_add(&work.calls[index], 1);
    if (index < work.fails_from)
        return true;
    size_t lowest = atomic_load(&work.lowest_failed);
    while (index < lowest && !atomic_compare_exchange_weak(&work.lowest_failed, &lowest, index)) {
    }
    return false;
}

static void every_index_has_its_task_once(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= THREADS; threads++) {
        start(NULL);
        parallel_for(TASKS, threads, task, &work);
        int sum = 0;
        for (size_t i = 0; i < TASKS; i++)
            assert_int_equal(atomic_load(&work.calls[i]), 1);
        for (size_t i = 0; i < threads; i++)
            sum += work.by_thread[i];
        assert_int_equal(sum, TASKS);
    }
}

static void no_index_is_no_task(void **state)
{
    (void)state;
    parallel_for(0, THREADS, task, &work);
    assert_int_equal(atomic_load(&work.calls[0]), 0);
}

static void one_thread_takes_them_in_order_and_stops_at_the_first_failure(void **state)
{
    (void)state;
    work.fails_from = 10;
    parallel_for(TASKS, 1, task, &work);
    assert_int_equal(work.by_thread[0], 11);
    assert_int_equal(atomic_load(&work.lowest_failed), 10);
}

static void the_lowest_failure_does_not_depend_on_the_threads(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        start(NULL);
        work.fails_from = (size_t)round;
        parallel_for(TASKS, THREADS, task, &work);
        assert_int_equal(atomic_load(&work.lowest_failed), round);
        for (int i = 0; i <= round; i++)
            assert_int_equal(atomic_load(&work.calls[i]), 1);
    }
}

static void there_is_at_least_one_thread_and_no_more_than_processors(void **state)
{
    (void)state;
    assert_in_range(parallel_threads(), 1, (size_t)sysconf(_SC_NPROCESSORS_CONF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_index_has_its_task_once, start),
        cmocka_unit_test_setup(no_index_is_no_task, start),
        cmocka_unit_test_setup(one_thread_takes_them_in_order_and_stops_at_the_first_failure,
                               start),
        cmocka_unit_test_setup(the_lowest_failure_does_not_depend_on_the_threads, start),
        cmocka_unit_test_setup(there_is_at_least_one_thread_and_no_more_than_processors, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
