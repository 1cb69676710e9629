#include "service/base/workers.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <semaphore.h>

#include <cmocka.h>

enum { TASKS = 1000, THREADS = 4 };

/* What a task has done is not atomic: whoever takes it must see it. */
struct job {
    struct task task;
    int runs;
    pthread_t thread;
};

static struct job jobs[TASKS];
static sem_t ended, gate;

static void wake(void *context)
{
    assert_ptr_equal(context, jobs);
    sem_post(&ended);
}

static void run(void *context)
{
    struct job *job = context;
    job->runs++;
    job->thread = pthread_self();
}

static void wait_and_run(void *context)
{
    sem_wait(&gate);
    run(context);
}

static void add(struct workers *workers, size_t index, void (*what)(void *context))
{
    jobs[index].task = (struct task) { .run = what, .context = &jobs[index] };
    workers_add(workers, &jobs[index].task);
}

static struct job *take(struct workers *workers)
{
    sem_wait(&ended);
    struct task *task = workers_take(workers);
    assert_non_null(task);
    return task->context;
}

static int begin(void **state)
{
    (void)state;
    for (size_t i = 0; i < TASKS; i++)
        jobs[i] = (struct job) { .runs = 0 };
    sem_init(&ended, 0, 0);
    sem_init(&gate, 0, 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    sem_destroy(&ended);
    sem_destroy(&gate);
    return 0;
}

static void every_task_is_run_once_and_taken_once(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= THREADS; threads++) {
        begin(NULL);
        struct workers *workers = workers_open(threads, wake, jobs);
        assert_null(workers_take(workers));
        for (size_t i = 0; i < TASKS; i++)
            add(workers, i, run);
        for (size_t i = 0; i < TASKS; i++) {
            struct job *job = take(workers);
            assert_int_equal(job->runs, 1);
            assert_false(pthread_equal(job->thread, pthread_self()));
            job->runs = 0;
        }
        assert_null(workers_take(workers));
        workers_close(workers);
    }
}

static void a_task_that_waits_holds_up_no_other(void **state)
{
    (void)state;
    struct workers *workers = workers_open(2, wake, jobs);
    add(workers, 0, wait_and_run);
    add(workers, 1, run);
    add(workers, 2, run);
    assert_ptr_equal(take(workers), &jobs[1]);
    assert_ptr_equal(take(workers), &jobs[2]);
    sem_post(&gate);
    assert_ptr_equal(take(workers), &jobs[0]);
    workers_close(workers);
}

static void a_task_taken_may_be_added_again(void **state)
{
    (void)state;
    struct workers *workers = workers_open(2, wake, jobs);
    for (int round = 1; round <= 100; round++) {
        add(workers, 0, run);
        assert_int_equal(take(workers)->runs, round);
    }
    workers_close(workers);
}

static void closing_waits_for_what_runs_and_drops_the_rest(void **state)
{
    (void)state;
    struct workers *workers = workers_open(1, wake, jobs);
    add(workers, 0, run);
    add(workers, 1, wait_and_run);
    add(workers, 2, run);
    take(workers);
    sem_post(&gate);
    workers_close(workers);
    assert_int_equal(jobs[0].runs, 1);
    assert_true(jobs[1].runs <= 1 && jobs[2].runs <= jobs[1].runs);
    workers_close(NULL);
    workers_close(workers_open(THREADS, wake, jobs));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_task_is_run_once_and_taken_once),
        TEST(a_task_that_waits_holds_up_no_other),
        TEST(a_task_taken_may_be_added_again),
        TEST(closing_waits_for_what_runs_and_drops_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
