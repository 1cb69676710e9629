#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/base/file.h"
#include "service/base/hash.h"
#include "service/store/store.h"
#include "tests/support/scratch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct scratch scratch;
static struct store *store;
static struct error error;

static const struct version none = { 0 };

static void open_at(const char *location)
{
    struct store_options options = { .location = location, .timeout_ms = 10 };
    store_close(store);
    store = store_open(&options, &error);
}

static const char *at(const char *name)
{
    return scratch_path(&scratch, name);
}

static int begin(void **state)
{
    (void)state;
    error = (struct error) { 0 };
    scratch_init(&scratch);
    store = NULL;
    open_at(at("state"));
    assert_non_null(store);
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_close(store);
    scratch_release(&scratch);
    return 0;
}

static void assert_done(bool done)
{
    if (!done)
        fail_msg("%s", error.message);
}

static void assert_mentions(const char *part)
{
    if (strstr(error.message, part) == NULL)
        fail_msg("'%s' does not mention '%s'", error.message, part);
}

static void assert_failed(bool done, enum error_kind kind, const char *part)
{
    assert_false(done);
    assert_int_equal(error.kind, kind);
    assert_mentions(part);
}

static bool put(const char *key, const char *value, struct version expected)
{
    struct version version;
    return store_put(store, key, value, strlen(value), expected, &version, &error);
}

static bool get(const char *key, struct version *version)
{
    struct text value;
    bool got = store_get(store, key, &value, version, &error);
    if (got)
        text_release(&value);
    return got;
}

static struct version version_of(const char *key)
{
    struct version version;
    assert_done(get(key, &version));
    return version;
}

static bool add_key(void *context, const char *key)
{
    text_format(context, "%s ", key);
    return true;
}

static void assert_listed(const char *expected)
{
    struct text keys = { 0 };
    assert_done(store_list(store, "", add_key, &keys, &error));
    assert_string_equal(text_string(&keys), expected);
    text_release(&keys);
}

static void assert_content(const char *name, const char *expected)
{
    char *content = scratch_read(&scratch, name);
    assert_non_null(content);
    assert_string_equal(content, expected);
    free(content);
}

/* How many names a folder has, those with a dot in front too. */
static size_t names_in(const char *folder)
{
    DIR *opened = opendir(at(folder));
    assert_non_null(opened);
    size_t count = 0;
    for (const struct dirent *entry; (entry = readdir(opened));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(opened);
    return count;
}

static void a_value_is_a_file_alone_in_its_folder(void **state)
{
    (void)state;
    assert_done(put("bars/symbol=QQQ/2024-06.parquet", "PAR1", none));
    assert_done(put("bars/symbol=QQQ/2024-06.parquet", "PAR2",
                    version_of("bars/symbol=QQQ/2024-06.parquet")));
    assert_content("state/bars/symbol=QQQ/2024-06.parquet", "PAR2");
    assert_int_equal(names_in("state/bars/symbol=QQQ"), 1);
    assert_int_equal(names_in("state/bars"), 1);
    assert_int_equal(names_in("state"), 2);
    assert_int_equal(names_in("state/.locks"), 1);
}

/* Of FIPS 180-2, appendix B.1: the SHA-256 of "abc" begins with these digits. */
static void a_version_is_that_of_the_content(void **state)
{
    (void)state;
    assert_done(put("folder/a", "abc", none));
    assert_int_equal(version_of("folder/a").number, 0xBA7816BF8F01CFEA);
    scratch_write(&scratch, "state/folder/b", "abc");
    assert_int_equal(version_of("folder/b").number, version_of("folder/a").number);
}

static void what_a_person_changes_has_another_version(void **state)
{
    (void)state;
    assert_done(put("a", "first", none));
    struct version version = version_of("a");
    scratch_write(&scratch, "state/a", "mended");
    assert_failed(put("a", "second", version), ERROR_CONFLICT, "somebody else has changed");
    assert_done(put("a", "second", version_of("a")));
    assert_int_equal(remove(at("state/a")), 0);
    assert_failed(put("a", "third", version), ERROR_CONFLICT, "the value is gone");
    assert_done(put("a", "fourth", none));
    assert_failed(put("a", "fifth", none), ERROR_CONFLICT, "a value is there already");
    assert_mentions(at("state/a"));
}

static void putting_the_same_value_again_touches_nothing(void **state)
{
    (void)state;
    struct stat before, after;
    assert_done(put("a", "same", none));
    assert_int_equal(stat(at("state/a"), &before), 0);
    assert_done(put("a", "same", version_of("a")));
    assert_int_equal(stat(at("state/a"), &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_done(put("a", "other", version_of("a")));
    assert_int_equal(stat(at("state/a"), &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino);
}

static void opening_and_reading_make_nothing(void **state)
{
    (void)state;
    assert_int_equal(version_of("folder/a").number, 0);
    assert_listed("");
    assert_int_equal(names_in("."), 0);
}

static void a_folder_that_a_remove_leaves_empty_stays(void **state)
{
    (void)state;
    assert_done(put("folder/a", "value", none));
    assert_done(store_remove(store, "folder/a", version_of("folder/a"), &error));
    assert_int_equal(names_in("state/folder"), 0);
    assert_listed("");
    assert_done(put("folder/b", "value", none));
}

static void locks_do_not_become_many(void **state)
{
    (void)state;
    for (int i = 0; i < 2000; i++) {
        char key[32];
        snprintf(key, sizeof key, "runs/%d", i);
        assert_done(store_remove(store, key, none, &error));
    }
    assert_in_range(names_in("state/.locks"), 200, 256);
}

static void a_lock_that_somebody_else_holds_is_waited_for_and_reported(void **state)
{
    (void)state;
    assert_done(put("folder/a", "first", none));
    struct version version = version_of("folder/a");
    char hex[SHA256_HEX_SIZE], name[32];
    sha256_hex("folder/a", strlen("folder/a"), hex);
    snprintf(name, sizeof name, "state/.locks/%.2s", hex);
    struct file_lock lock;
    assert_done(file_lock(at(name), 0, &lock, &error));
    assert_failed(put("folder/a", "second", version), ERROR_CLAIMED, "state/folder/a: ");
    assert_int_equal(error.outcome, OUTCOME_RETRY);
    assert_failed(store_remove(store, "folder/a", version, &error), ERROR_CLAIMED,
                  "state/folder/a: ");
    assert_int_equal(version_of("folder/a").number, version.number);
    assert_listed("folder/a ");
    file_unlock(&lock);
    assert_done(put("folder/a", "second", version));
}

static void a_location_is_a_folder(void **state)
{
    (void)state;
    char long_path[FILE_PATH_MAX] = { 0 };
    memset(long_path, 'x', sizeof long_path - 1);
    scratch_write(&scratch, "file", "");
    open_at("");
    assert_failed(store != NULL, ERROR_USAGE, "no folder");
    open_at(at("file"));
    assert_failed(store != NULL, ERROR_USAGE, "file: is not a folder");
    open_at(at("file/below"));
    assert_failed(store != NULL, ERROR_USAGE,
                  "file/below: cannot be a store's folder: Not a directory");
    open_at(long_path);
    assert_failed(store != NULL, ERROR_USAGE, "too long");
}

static void slashes_behind_a_location_say_nothing(void **state)
{
    (void)state;
    assert_done(put("a", "value", none));
    open_at(at("state//"));
    assert_failed(put("a", "other", none), ERROR_CONFLICT, "state/a: ");
}

static void a_location_may_be_relative(void **state)
{
    (void)state;
    char *old = getcwd(NULL, 0);
    assert_int_equal(chdir(scratch.folder), 0);
    open_at("here");
    bool done = put("folder/a", "value", none);
    assert_int_equal(chdir(old), 0);
    free(old);
    assert_done(done);
    assert_content("here/folder/a", "value");
}

/* Each of the calls, about a key that something else is in the way of. */
static void assert_in_the_way(const char *key, const char *part)
{
    struct version version;
    assert_failed(get(key, &version), ERROR_DATA, part);
    assert_mentions(key);
    assert_failed(put(key, "value", none), ERROR_WRITER, part);
    assert_mentions(key);
    assert_failed(store_remove(store, key, none, &error), ERROR_WRITER, part);
    assert_mentions(key);
    assert_int_equal(error.outcome, OUTCOME_FAILED);
}

static void a_file_in_place_of_a_folder_is_reported(void **state)
{
    (void)state;
    assert_done(put("a", "value", none));
    assert_done(put("folder/b", "value", none));
    assert_in_the_way("a/b/c", "state/a: the key a/b/c needs a folder there");
    assert_in_the_way("folder", "state/folder: the key folder needs a regular file there");
    assert_int_equal(mkfifo(at("state/pipe"), 0600), 0);
    assert_in_the_way("pipe", "state/pipe: the key pipe needs a regular file");
    assert_listed("a folder/b ");
}

static void links_below_the_location_are_not_followed(void **state)
{
    (void)state;
    assert_int_equal(mkdir(at("outside"), 0700) | mkdir(at("state"), 0700), 0);
    scratch_write(&scratch, "outside/a", "secret");
    assert_int_equal(symlink("../outside", at("state/folder")), 0);
    assert_int_equal(symlink("../outside/a", at("state/link")), 0);
    assert_int_equal(symlink("../nowhere", at("state/dangling")), 0);
    assert_in_the_way("folder/a", "state/folder: the key folder/a needs a folder");
    assert_in_the_way("folder/new/b", "state/folder: ");
    assert_in_the_way("link", "state/link: ");
    assert_in_the_way("dangling", "state/dangling: ");
    assert_listed("");
    assert_content("outside/a", "secret");
    assert_int_equal(names_in("outside"), 1);
    assert_int_equal(names_in("."), 2);
}

static void a_location_may_be_a_link(void **state)
{
    (void)state;
    assert_int_equal(mkdir(at("real"), 0700) | symlink("real", at("link")), 0);
    open_at(at("link"));
    assert_done(put("folder/a", "value", none));
    assert_listed("folder/a ");
    assert_content("real/folder/a", "value");
}

static void a_listing_passes_over_what_is_no_value(void **state)
{
    (void)state;
    assert_done(put("folder/a", "value", none));
    scratch_write(&scratch, "state/.hidden", "");
    scratch_write(&scratch, "state/folder/.a.1234.0.tmp", "half a val");
    scratch_write(&scratch, "state/my notes.txt", "");
    assert_int_equal(mkdir(at("state/.git"), 0700) | mkdir(at("state/my folder"), 0700), 0);
    scratch_write(&scratch, "state/.git/config", "");
    scratch_write(&scratch, "state/my folder/b", "");
    assert_int_equal(mkdir(at("state/empty"), 0700) | mkfifo(at("state/pipe"), 0600), 0);
    assert_int_equal(symlink("..", at("state/folder/loop")), 0);
    assert_listed("folder/a ");
}

static void a_put_sweeps_what_a_killed_one_left(void **state)
{
    (void)state;
    assert_done(put("folder/a", "value", none));
    scratch_write(&scratch, "state/folder/.a.1234.0.tmp", "half a val");
    scratch_write(&scratch, "state/folder/.b.1234.0.tmp", "somebody else's, who may live");
    assert_done(put("folder/a", "another", version_of("folder/a")));
    assert_int_not_equal(access(at("state/folder/.a.1234.0.tmp"), F_OK), 0);
    assert_content("state/folder/.b.1234.0.tmp", "somebody else's, who may live");
}

static void what_is_deeper_than_a_key_is_passed_over(void **state)
{
    (void)state;
    enum { NAME_SIZE = 190 };
    char name[NAME_SIZE + 1] = { 0 }, path[1024];
    memset(name, 'n', NAME_SIZE);
    snprintf(path, sizeof path, "%s/state/%s/%s/%s", scratch.folder, name, name, name);
    assert_done(file_make_folder(path, &error));
    snprintf(path, sizeof path, "%s/state/%s/%s/%s/a", scratch.folder, name, name, name);
    assert_done(file_replace(path, "", 0, &error));
    assert_done(put("b", "value", none));
    assert_listed("b ");
}

static void a_value_over_the_cap_is_not_read(void **state)
{
    (void)state;
    assert_int_equal(mkdir(at("state"), 0700), 0);
    scratch_write(&scratch, "state/large", "");
    assert_int_equal(truncate(at("state/large"), (off_t)STORE_VALUE_MAX + 1), 0);
    struct version version;
    assert_failed(get("large", &version), ERROR_LIMIT, "state/large: is larger than 268435456");
    assert_failed(put("large", "", none), ERROR_LIMIT, "state/large: is larger");
}

static void a_location_that_cannot_be_written_can_be_read(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    assert_done(put("folder/a", "value", none));
    assert_int_equal(chmod(scratch.folder, 0755) | chmod(at("state"), 0555), 0);
    assert_int_equal(chmod(at("state/folder"), 0555) | chmod(at("state/folder/a"), 0444), 0);
    bool root = geteuid() == 0; /* who may write everywhere */
    if (root && seteuid(NOBODY) != 0)
        skip();
    struct version version = version_of("folder/a");
    assert_listed("folder/a ");
    bool done = put("folder/b", "value", none);
    assert_true(!root || seteuid(0) == 0);
    assert_int_equal(chmod(at("state"), 0755) | chmod(at("state/folder"), 0755), 0);
    assert_failed(done, ERROR_WRITER, "Permission denied");
    assert_mentions("folder/b");
    assert_int_not_equal(version.number, 0);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_value_is_a_file_alone_in_its_folder),
        STORE_TEST(a_version_is_that_of_the_content),
        STORE_TEST(what_a_person_changes_has_another_version),
        STORE_TEST(putting_the_same_value_again_touches_nothing),
        STORE_TEST(opening_and_reading_make_nothing),
        STORE_TEST(a_folder_that_a_remove_leaves_empty_stays),
        STORE_TEST(locks_do_not_become_many),
        STORE_TEST(a_lock_that_somebody_else_holds_is_waited_for_and_reported),
        STORE_TEST(a_location_is_a_folder),
        STORE_TEST(slashes_behind_a_location_say_nothing),
        STORE_TEST(a_location_may_be_relative),
        STORE_TEST(a_file_in_place_of_a_folder_is_reported),
        STORE_TEST(links_below_the_location_are_not_followed),
        STORE_TEST(a_location_may_be_a_link),
        STORE_TEST(a_listing_passes_over_what_is_no_value),
        STORE_TEST(a_put_sweeps_what_a_killed_one_left),
        STORE_TEST(what_is_deeper_than_a_key_is_passed_over),
        STORE_TEST(a_value_over_the_cap_is_not_read),
        STORE_TEST(a_location_that_cannot_be_written_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
