#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/store/store.h"
#include "tests/support/file_faults.h"
#include "tests/support/random.h"
#include "tests/support/store_contract.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 1000, PROCESSES_MAX = 8, KILLS = 100, LARGE = 50000 };

/* What the processes of a test have in common. */
struct shared {
    atomic_size_t arrived;
    atomic_bool failed;
    atomic_size_t puts;
    atomic_size_t wins[ROUNDS];
    atomic_size_t winner[ROUNDS];
};

static const struct store_place *kind;
static void *place;
static struct shared *shared;
static struct store *store; /* every process has its own */
static struct error error;
static pid_t putting; /* the process that start_putting started; 0: none */

static void open_store(int timeout_ms)
{
    struct store_options options = { .location = kind->location(place), .timeout_ms = timeout_ms };
    store_close(store);
    store = store_open(&options, &error);
}

/* Nothing is flushed and large values are written piece by piece, see file_faults.h. */
static int begin(void **state)
{
    (void)state;
    place = kind->place_new();
    store = NULL;
    open_store(60000);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(shared, MAP_FAILED);
    file_faults_begin(&(struct file_fault) { .transfer_max = 4096 });
    return 0;
}

static void end_putting(void)
{
    int status;
    assert_int_equal(kill(putting, SIGKILL), 0);
    assert_int_equal(waitpid(putting, &status, 0), putting);
    putting = 0;
    assert_true(WIFSIGNALED(status));
}

static int end(void **state)
{
    (void)state;
    file_faults_end();
    if (putting != 0)
        end_putting();
    munmap(shared, sizeof *shared);
    store_close(store);
    kind->place_free(place);
    return 0;
}

/* In a process of its own there is nobody to fail but the process. */
static void require(bool condition)
{
    if (condition)
        return;
    fprintf(stderr, "process %d: %s\n", (int)getpid(), error.message);
    shared->failed = true;
    _exit(1);
}

/* Until all have called it `times` times. */
static void meet(size_t processes, size_t times)
{
    atomic_fetch_add(&shared->arrived, 1);
    while (atomic_load(&shared->arrived) < processes * times) {
        if (shared->failed)
            _exit(1);
        sched_yield();
    }
}

/* The value as a string, "" for none. */
static struct version get(const char *key, struct text *value)
{
    struct version version;
    require(store_get(store, key, value, &version, &error));
    return version;
}

static struct version version_of(const char *key)
{
    struct text value;
    struct version version = get(key, &value);
    text_release(&value);
    return version;
}

static bool put(const char *key, const char *value, struct version expected)
{
    struct version version;
    error = (struct error) { 0 };
    bool put = store_put(store, key, value, strlen(value), expected, &version, &error);
    require(put || error.kind == ERROR_CONFLICT);
    return put;
}

static bool drop(const char *key, struct version expected)
{
    error = (struct error) { 0 };
    bool removed = store_remove(store, key, expected, &error);
    require(removed || error.kind == ERROR_CONFLICT);
    return removed;
}

static void assert_value(const char *key, const char *expected)
{
    struct text value;
    get(key, &value);
    assert_string_equal(text_string(&value), expected);
    text_release(&value);
}

static void wait_for(const pid_t *children, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
}

struct attempt {
    size_t round;
    size_t process;
    char key[32];
    struct version seen; /* by all, before the first acts */
};

static void race_rounds(size_t processes, size_t process, bool (*act)(const struct attempt *))
{
    open_store(60000);
    for (size_t round = 0; round < ROUNDS; round++) {
        struct attempt attempt = { .round = round, .process = process };
        snprintf(attempt.key, sizeof attempt.key, "races/%zu", round % (ROUNDS / 2));
        meet(processes, 2 * round + 1);
        attempt.seen = version_of(attempt.key);
        meet(processes, 2 * round + 2);
        if (act(&attempt)) {
            atomic_fetch_add(&shared->wins[round], 1);
            shared->winner[round] = process;
        }
    }
    store_close(store);
    _exit(0);
}

/* A thousand rounds over five hundred keys, in each of which all have seen the same version; of
 * those who act on it one wins. */
static void race(size_t processes, bool (*act)(const struct attempt *))
{
    pid_t children[PROCESSES_MAX];
    for (size_t i = 0; i < processes; i++) {
        children[i] = fork();
        if (children[i] == 0)
            race_rounds(processes, i, act);
    }
    wait_for(children, processes);
    for (size_t round = 0; round < ROUNDS; round++)
        assert_int_equal(shared->wins[round], 1);
}

static void value_of(size_t round, size_t process, char value[static 48])
{
    snprintf(value, 48, "round %zu, process %zu", round, process);
}

static bool put_own_value(const struct attempt *attempt)
{
    char value[48];
    value_of(attempt->round, attempt->process, value);
    return put(attempt->key, value, attempt->seen);
}

static void assert_last_winners(void)
{
    for (size_t i = 0; i < ROUNDS / 2; i++) {
        char key[32], value[48];
        snprintf(key, sizeof key, "races/%zu", i);
        value_of(ROUNDS / 2 + i, shared->winner[ROUNDS / 2 + i], value);
        assert_value(key, value);
    }
}

/* The first half of the rounds is about what is absent, the second about what is there. */
static void of_two_processes_one_wins(void **state)
{
    (void)state;
    race(2, put_own_value);
    assert_last_winners();
}

static bool put_the_same(const struct attempt *attempt)
{
    return put(attempt->key, attempt->round < ROUNDS / 2 ? "claimed" : "done", attempt->seen);
}

static void of_eight_processes_that_put_the_same_value_one_wins(void **state)
{
    (void)state;
    race(8, put_the_same);
}

/* While the value is absent, all of them put. */
static bool remove_or_put(const struct attempt *attempt)
{
    bool removes = attempt->process % 2 == 0 && attempt->seen.number != 0;
    return removes ? drop(attempt->key, attempt->seen) : put_own_value(attempt);
}

static void one_wins_when_some_remove_and_some_put(void **state)
{
    (void)state;
    race(4, remove_or_put);
    for (size_t i = ROUNDS / 2; i < ROUNDS; i++) {
        char key[32];
        snprintf(key, sizeof key, "races/%zu", i - ROUNDS / 2);
        bool absent = version_of(key).number == 0;
        assert_int_equal(absent, shared->winner[i] % 2 == 0);
    }
}

static void increment(size_t times)
{
    while (times > 0) {
        struct text value;
        struct version version = get("counter", &value);
        char next[24];
        snprintf(next, sizeof next, "%ld", strtol(text_string(&value), NULL, 10) + 1);
        times -= put("counter", next, version);
        text_release(&value);
    }
}

static void no_increment_of_a_counter_is_lost(void **state)
{
    (void)state;
    enum { PROCESSES = 4 };
    pid_t children[PROCESSES];
    for (size_t i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] != 0)
            continue;
        open_store(60000);
        meet(PROCESSES, 1);
        increment(ROUNDS / PROCESSES);
        store_close(store);
        _exit(0);
    }
    wait_for(children, PROCESSES);
    assert_value("counter", "1000");
}

/* Puts a's and b's by turns, values of different sizes, until it is killed. */
static void start_putting(void)
{
    shared->puts = 0;
    putting = fork();
    if (putting != 0)
        return;
    open_store(60000);
    char a[LARGE + 1] = { 0 }, b[LARGE / 2 + 1] = { 0 };
    memset(a, 'a', LARGE);
    memset(b, 'b', LARGE / 2);
    for (struct version version = version_of("large");; shared->puts++) {
        const char *value = shared->puts % 2 == 0 ? a : b;
        require(store_put(store, "large", value, strlen(value), version, &version, &error));
    }
}

static void wait_for_puts(size_t count)
{
    while (shared->puts < count && !shared->failed)
        sched_yield();
    assert_false(shared->failed);
}

static void assert_whole(const struct text *value)
{
    const char *bytes = text_string(value);
    assert_int_equal(value->size, *bytes == 'a' ? LARGE : LARGE / 2);
    assert_int_equal(strspn(bytes, *bytes == 'a' ? "a" : "b"), value->size);
}

static void a_reader_sees_whole_values(void **state)
{
    (void)state;
    start_putting();
    wait_for_puts(1);
    for (int i = 0; i < ROUNDS; i++) {
        struct text value;
        get("large", &value);
        assert_whole(&value);
        text_release(&value);
    }
    wait_for_puts(10);
    end_putting();
}

/* A lock that outlived its process would be met by the put, which waits for nobody. */
static void a_killed_process_leaves_a_whole_value_and_no_lock(void **state)
{
    (void)state;
    struct random random = { 20240628 };
    open_store(0);
    for (int i = 0; i < KILLS; i++) {
        start_putting();
        wait_for_puts(1);
        usleep((useconds_t)random_below(&random, 1000));
        end_putting();
        struct text value;
        struct version version = get("large", &value);
        assert_whole(&value);
        text_release(&value);
        assert_true(put("large", "healed", version));
    }
}

#define RACE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RACE_TEST(of_two_processes_one_wins),
        RACE_TEST(of_eight_processes_that_put_the_same_value_one_wins),
        RACE_TEST(one_wins_when_some_remove_and_some_put),
        RACE_TEST(no_increment_of_a_counter_is_lost),
        RACE_TEST(a_reader_sees_whole_values),
        RACE_TEST(a_killed_process_leaves_a_whole_value_and_no_lock),
    };
    int failed = 0;
    for (const struct store_place *const *row = store_places; *row; row++) {
        kind = *row;
        failed += cmocka_run_group_tests_name(kind->type, tests, NULL, NULL);
    }
    return failed;
}
