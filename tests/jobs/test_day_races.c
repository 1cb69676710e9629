/* Runs that are killed, stores and writers that fail, and other processes that come in between. */
#include "service/base/date.h"
#include "service/base/memory.h"
#include "tests/support/bars_made.h"
#include "tests/support/day_stage.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define TUESDAY "2024-06-25"
#define PLAYBOOK "mine"

enum { ALWAYS = 0, PUTS_MAX = 64 };

/* What a put comes to. */
enum ending {
    WORKS,
    FAILS,       /* nothing was put */
    GOES_UNSEEN, /* put, but nobody can tell */
    LOST_UNSEEN, /* not put, and nobody can tell */
};

/* A store before the stage's that fails at a put, or lets others in before it. */
static struct {
    struct store store; /* first */
    struct store *inner;
    size_t puts;
    size_t bad_put; /* ALWAYS: each */
    enum ending ending;
    void (*before)(size_t put); /* NULL: nothing happens */
    void (*after)(size_t put);
    bool get_fails;
} between;

static struct day_stage stage, other;
static char *clean_trades, *clean_journal; /* of a run that nothing happened to */

static bool between_get(struct store *store, const char *key, struct text *ret_value,
                        struct version *ret_version, struct error *error)
{
    (void)store;
    if (between.get_fails)
        return error_set(error, ERROR_DATA, "%s: cannot be read", key);
    return store_get(between.inner, key, ret_value, ret_version, error);
}

static bool between_put(struct store *store, const char *key, const void *value, size_t size,
                        struct version expected, struct version *ret_version, struct error *error)
{
    (void)store;
    assert_in_range(between.puts, 0, PUTS_MAX);
    size_t put = ++between.puts;
    if (between.before)
        between.before(put);
    enum ending ending =
        between.bad_put == ALWAYS || between.bad_put == put ? between.ending : WORKS;
    if (ending == WORKS) {
        bool done = store_put(between.inner, key, value, size, expected, ret_version, error);
        if (between.after)
            between.after(put);
        return done;
    }
    struct version ignored;
    if (ending == GOES_UNSEEN &&
        !store_put(between.inner, key, value, size, expected, &ignored, error))
        return false;
    error_set(error, ERROR_WRITER, "%s: no space", key);
    error->outcome = ending == FAILS ? OUTCOME_FAILED : OUTCOME_UNKNOWN;
    return false;
}

static const struct store_type between_type = {
    .name = "between",
    .get = between_get,
    .put = between_put,
};

static void add_to(struct day_stage *of, const char *setting)
{
    day_stage_add(of, PLAYBOOK, "wed_tue_11am", setting, "QQQ", NULL);
}

static void begin(struct day_stage *of)
{
    day_stage_open(of);
    add_to(of, NULL);
}

static int start(void **state)
{
    (void)state;
    begin(&other);
    day_stage_run(&other, TUESDAY);
    assert_int_equal(other.runs[0].status, DAY_COMPLETED);
    clean_trades = day_stage_trades(&other);
    clean_journal = day_stage_journal(&other);
    day_stage_close(&other);

    begin(&stage);
    memset(&between, 0, sizeof between);
    between.store.type = &between_type;
    between.inner = stage.store;
    stage.options.store = &between.store;

    /* Another process on the same folder. */
    other = stage;
    other.count = 0;
    memset(other.runs, 0, sizeof other.runs);
    memset(&other.feed.asked, 0, sizeof other.feed.asked);
    other.options.playbooks = other.chosen;
    other.options.bars.feed = &other.feed.feed;
    other.options.store = other.store = day_stage_store(&stage);
    add_to(&other, NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    day_stage_forget(&other);
    store_close(other.store);
    day_feed_release(&other.feed);
    day_stage_close(&stage);
    free(clean_trades);
    free(clean_journal);
    return 0;
}

static void assert_status_of(const struct day_run *run, enum day_status status)
{
    if (run->status != status)
        fail_msg("%s, not %s: %s", day_status_name(run->status), day_status_name(status),
                 run->error.message);
}

static void run(enum day_status status)
{
    between.puts = 0;
    day_stage_run(&stage, TUESDAY);
    assert_status_of(&stage.runs[0], status);
}

static void run_other(enum day_status status)
{
    day_stage_run(&other, TUESDAY);
    assert_status_of(&other.runs[0], status);
}

static void assert_kept(const char *status)
{
    char expected[64];
    snprintf(expected, sizeof expected, "\"status\":\"%s\"", status);
    char *kept = day_stage_kept(&stage, PLAYBOOK, TUESDAY);
    assert_non_null(kept);
    assert_non_null(strstr(kept, expected));
    free(kept);
}

/* The folder is as after a run that nothing happened to. */
static void assert_clean(void)
{
    char *trades = day_stage_trades(&stage);
    char *journal = day_stage_journal(&stage);
    assert_non_null(trades);
    assert_string_equal(trades, clean_trades);
    assert_string_equal(journal, clean_journal);
    free(trades);
    free(journal);
    assert_kept("done");
}

/* The next run publishes what was computed, and asks for no bars. */
static void assert_gone_on_with(void)
{
    size_t requests = stage.feed.requests;
    between.bad_put = SIZE_MAX;
    run(DAY_COMPLETED);
    assert_true(stage.runs[0].was_computed);
    assert_true(stage.runs[0].result.is_done);
    assert_int_equal(stage.feed.requests, requests);
    assert_clean();
    run(DAY_DUPLICATE);
}

static void what_cannot_be_kept_is_not_published(void **state)
{
    (void)state;
    between.bad_put = 1;
    between.ending = FAILS;
    run(DAY_FAILED);
    assert_int_equal(stage.runs[0].error.kind, ERROR_WRITER);
    assert_true(day_stage_is_empty(&stage));
    between.bad_put = SIZE_MAX;
    run(DAY_COMPLETED);
    assert_int_equal(stage.feed.requests, 2);
    assert_clean();
}

static void what_cannot_be_replaced_stays_published(void **state)
{
    (void)state;
    run_other(DAY_COMPLETED);
    between.bad_put = 1;
    between.ending = FAILS;
    stage.options.force = true;
    run(DAY_FAILED);
    assert_clean();
}

static void a_writer_that_fails_leaves_a_result_to_be_published(void **state)
{
    (void)state;
    between.bad_put = SIZE_MAX;
    assert_int_equal(mkdir(scratch_path(&stage.scratch, "output"), 0777), 0);
    assert_int_equal(mkdir(stage.journal_path, 0777), 0);
    run(DAY_FAILED);
    assert_int_equal(stage.runs[0].error.kind, ERROR_WRITER);
    assert_null(stage.runs[0].result.document.bytes);
    assert_kept("computed");
    run(DAY_FAILED);
    assert_int_equal(stage.runs[0].error.kind, ERROR_WRITER);
    assert_int_equal(rmdir(stage.journal_path), 0);
    assert_gone_on_with();
}

static void a_run_that_ends_before_the_last_put_is_gone_on_with(void **state)
{
    (void)state;
    between.bad_put = 2;
    between.ending = FAILS;
    run(DAY_FAILED);
    assert_kept("computed");
    assert_gone_on_with();
}

static void a_put_that_nobody_saw_end_is_looked_for(void **state)
{
    (void)state;
    between.ending = GOES_UNSEEN;
    for (between.bad_put = 1; between.bad_put <= 2; between.bad_put++) {
        stage.options.force = between.bad_put == 2;
        run(DAY_COMPLETED);
        assert_false(stage.runs[0].was_computed);
        assert_int_equal(between.puts, 3); /* the one is made sure of */
        assert_clean();
    }
}

static void a_put_that_did_not_happen_is_done_again(void **state)
{
    (void)state;
    between.ending = LOST_UNSEEN;
    for (between.bad_put = 1; between.bad_put <= 2; between.bad_put++) {
        stage.options.force = between.bad_put == 2;
        run(DAY_COMPLETED);
        assert_int_equal(between.puts, 3);
        assert_clean();
    }
}

static void a_put_that_never_happens_is_given_up(void **state)
{
    (void)state;
    between.bad_put = ALWAYS;
    between.ending = LOST_UNSEEN;
    run(DAY_FAILED);
    assert_int_equal(stage.runs[0].error.kind, ERROR_WRITER);
    assert_int_equal(stage.runs[0].error.outcome, OUTCOME_UNKNOWN);
    assert_true(day_stage_is_empty(&stage));
}

static void a_store_that_cannot_be_read_fails_before_anything_is_fetched(void **state)
{
    (void)state;
    between.get_fails = true;
    run(DAY_FAILED);
    assert_int_equal(stage.runs[0].error.kind, ERROR_DATA);
    stage.options.force = true;
    run(DAY_FAILED);
    assert_int_equal(stage.feed.requests, 0);
    assert_true(day_stage_is_empty(&stage));
}

static void finish_before_the_first_put(size_t put)
{
    if (put == 1)
        run_other(DAY_COMPLETED);
}

static void who_was_faster_and_is_done_is_left_alone(void **state)
{
    (void)state;
    between.bad_put = SIZE_MAX;
    between.before = finish_before_the_first_put;
    run(DAY_DUPLICATE);
    assert_int_equal(between.puts, 1);
    assert_clean();
}

static void break_the_writer(void)
{
    mkdir(scratch_path(&stage.scratch, "output"), 0777);
    assert_int_equal(mkdir(stage.journal_path, 0777), 0);
}

static void compute_before_the_first_put(size_t put)
{
    if (put != 1)
        return;
    break_the_writer();
    run_other(DAY_FAILED);
    assert_int_equal(rmdir(stage.journal_path), 0);
}

/* His document is ours: the same bars, the same bytes. */
static void who_was_faster_with_the_same_result_is_joined(void **state)
{
    (void)state;
    between.bad_put = SIZE_MAX;
    between.before = compute_before_the_first_put;
    run(DAY_COMPLETED);
    assert_clean();
}

static void who_was_faster_with_another_result_has_his_published(void **state)
{
    (void)state;
    between.bad_put = SIZE_MAX;
    between.before = compute_before_the_first_put;
    day_stage_forget(&stage);
    add_to(&stage, "entry_time=12:00");
    run(DAY_COMPLETED);
    assert_true(stage.runs[0].was_computed);
    assert_true(stage.runs[0].is_other);
    assert_clean();
}

static void finish_before_the_second_put(size_t put)
{
    if (put == 2)
        run_other(DAY_COMPLETED);
}

static void two_may_publish_the_same_result(void **state)
{
    (void)state;
    between.bad_put = SIZE_MAX;
    between.before = finish_before_the_second_put;
    run(DAY_COMPLETED);
    assert_true(stage.runs[0].result.is_done);
    assert_clean();
}

static void replace_after_the_first_put(size_t put)
{
    if (put != 1)
        return;
    other.options.force = true;
    run_other(DAY_COMPLETED);
}

/* His records are over-written by ours, which are those of the old result, and put back. */
static void who_replaces_a_result_in_between_has_the_last_word(void **state)
{
    (void)state;
    between.bad_put = SIZE_MAX;
    between.after = replace_after_the_first_put;
    day_stage_forget(&stage);
    add_to(&stage, "entry_time=12:00");
    run(DAY_COMPLETED);
    assert_true(stage.runs[0].is_other);
    assert_clean();
}

static void replace_before_we_put(void *context)
{
    (void)context;
    other.options.force = true;
    run_other(DAY_COMPLETED);
}

static void two_that_force_end_in_one_result(void **state)
{
    (void)state;
    run_other(DAY_COMPLETED);
    between.bad_put = SIZE_MAX;
    stage.options.force = true;
    stage.feed.on_load = replace_before_we_put;
    day_stage_forget(&other);
    add_to(&other, "entry_time=12:00");
    run(DAY_COMPLETED);
    assert_false(stage.runs[0].was_computed);
    assert_clean();
}

static void remove_before_the_second_put(size_t put)
{
    char path[DAY_STAGE_PATH];
    snprintf(path, sizeof path, "%s",
             scratch_path(&stage.scratch, "state/runs/" PLAYBOOK "/" TUESDAY ".json"));
    if (put == 2)
        assert_int_equal(unlink(path), 0);
}

static void a_result_that_was_removed_in_between_is_put_again(void **state)
{
    (void)state;
    between.bad_put = SIZE_MAX;
    between.before = remove_before_the_second_put;
    run(DAY_COMPLETED);
    assert_clean();
}

/* Somebody who has nothing else to do. */
static void change_before_each_put(size_t put)
{
    char setting[32];
    snprintf(setting, sizeof setting, "entry_time=12:%02zu", 2 * (put % 30));
    day_stage_forget(&other);
    add_to(&other, setting);
    other.options.force = true;
    run_other(DAY_COMPLETED);
}

static void who_never_gets_a_turn_gives_up(void **state)
{
    (void)state;
    between.bad_put = SIZE_MAX;
    between.before = change_before_each_put;
    stage.options.force = true;
    run(DAY_FAILED);
    assert_int_equal(stage.runs[0].error.kind, ERROR_CONFLICT);
    assert_int_equal(stage.runs[0].error.outcome, OUTCOME_RETRY);
    assert_string_equal(stage.runs[0].error.message,
                        "runs/" PLAYBOOK "/" TUESDAY ".json: somebody else keeps changing it");
}

static void spoil_before_the_first_put(size_t put)
{
    if (put != 1)
        return;
    run_other(DAY_COMPLETED);
    day_stage_damage(&stage, PLAYBOOK, TUESDAY, "{}");
}

static void what_somebody_else_puts_must_be_readable(void **state)
{
    (void)state;
    between.bad_put = SIZE_MAX;
    between.before = spoil_before_the_first_put;
    run(DAY_FAILED);
    assert_int_equal(stage.runs[0].error.kind, ERROR_DATA);
    between.before = NULL;
    stage.options.force = true;
    run(DAY_COMPLETED);
    assert_clean();
}

static int status_of(pid_t child)
{
    int status = 0;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static size_t killed_at;

static void die_before(size_t put)
{
    if (2 * put == killed_at)
        raise(SIGKILL);
}

static void die_after(size_t put)
{
    if (2 * put + 1 == killed_at)
        raise(SIGKILL);
}

/* Before and after the first put, and before and after the last. */
static void who_is_killed_anywhere_is_gone_on_with(void **state)
{
    (void)state;
    between.bad_put = SIZE_MAX;
    for (killed_at = 2; killed_at <= 5; killed_at++) {
        between.puts = 0;
        between.before = die_before;
        between.after = die_after;
        stage.options.force = killed_at > 2;
        pid_t child = fork();
        if (child == 0) {
            day_stage_run(&stage, TUESDAY);
            _exit(0);
        }
        assert_true(WIFSIGNALED(status_of(child)));
        between.before = between.after = NULL;
        stage.options.force = false;
        run(killed_at < 5 ? DAY_COMPLETED : DAY_DUPLICATE);
        assert_int_equal(stage.runs[0].was_computed, killed_at > 2);
        assert_clean();
    }
}

static int run_in_child(void)
{
    struct store *store = day_stage_store(&stage);
    stage.options.store = store;
    day_stage_run(&stage, TUESDAY);
    enum day_status status = stage.runs[0].status;
    return status == DAY_COMPLETED || status == DAY_DUPLICATE ? 0 : 1;
}

static void processes_at_the_same_time_come_to_one_result(void **state)
{
    (void)state;
    enum { ROUNDS = 3, CHILDREN = 6 };
    for (int round = 0; round < ROUNDS; round++) {
        pid_t children[CHILDREN];
        stage.options.force = round > 0;
        for (size_t i = 0; i < CHILDREN; i++)
            if ((children[i] = fork()) == 0)
                _exit(run_in_child());
        for (size_t i = 0; i < CHILDREN; i++)
            assert_int_equal(status_of(children[i]), 0);
        assert_clean();
    }
}

#define STARTED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STARTED(what_cannot_be_kept_is_not_published),
        STARTED(what_cannot_be_replaced_stays_published),
        STARTED(a_writer_that_fails_leaves_a_result_to_be_published),
        STARTED(a_run_that_ends_before_the_last_put_is_gone_on_with),
        STARTED(a_put_that_nobody_saw_end_is_looked_for),
        STARTED(a_put_that_did_not_happen_is_done_again),
        STARTED(a_put_that_never_happens_is_given_up),
        STARTED(a_store_that_cannot_be_read_fails_before_anything_is_fetched),
        STARTED(who_was_faster_and_is_done_is_left_alone),
        STARTED(who_was_faster_with_the_same_result_is_joined),
        STARTED(who_was_faster_with_another_result_has_his_published),
        STARTED(two_may_publish_the_same_result),
        STARTED(who_replaces_a_result_in_between_has_the_last_word),
        STARTED(two_that_force_end_in_one_result),
        STARTED(a_result_that_was_removed_in_between_is_put_again),
        STARTED(who_never_gets_a_turn_gives_up),
        STARTED(what_somebody_else_puts_must_be_readable),
        STARTED(who_is_killed_anywhere_is_gone_on_with),
        STARTED(processes_at_the_same_time_come_to_one_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
