#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The log writes into one end of a socket pair that keeps messages apart: one receive is what one
 * write had. */
static int receiver;
static FILE *stream;
static char line[2 * LOG_LINE_SIZE_MAX];

static int begin(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    receiver = ends[0];
    stream = fdopen(ends[1], "w");
    assert_non_null(stream);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fclose(stream);
    close(receiver);
    return 0;
}

/* What the next write had, "" when there was none. */
static const char *next_line(void)
{
    ssize_t size = recv(receiver, line, sizeof line - 1, MSG_DONTWAIT);
    line[size > 0 ? size : 0] = '\0';
    return line;
}

static void assert_begins(const char *text, const char *beginning)
{
    if (strncmp(text, beginning, strlen(beginning)) != 0)
        fail_msg("'%s' does not begin with '%s'", text, beginning);
}

static void assert_ends(const char *text, const char *ending)
{
    size_t size = strlen(text), ending_size = strlen(ending);
    if (size < ending_size || strcmp(text + size - ending_size, ending) != 0)
        fail_msg("'%s' does not end with '%s'", text, ending);
}

static void a_person_reads_time_level_and_message(void **state)
{
    (void)state;
    log_open(stream, LOG_DEBUG, LOG_FORMAT_TEXT);
    log_event(LOG_WARN, "%s: %d of %d bars", "QQQ", 40, 45);
    const char *text = next_line();
    for (size_t i = 0; i < strlen("13:30:01"); i++)
        assert_true(i == 2 || i == 5 ? text[i] == ':' : text[i] >= '0' && text[i] <= '9');
    assert_string_equal(text + 8, " warn  QQQ: 40 of 45 bars\n");
    log_event(LOG_ERROR, "it \"broke\" in C:\\");
    assert_string_equal(next_line() + 8, " error it \"broke\" in C:\\\n");
}

static void a_machine_reads_one_object_a_line(void **state)
{
    (void)state;
    log_open(stream, LOG_DEBUG, LOG_FORMAT_JSON);
    static const char *const severities[] = { "DEBUG", "INFO", "WARNING", "ERROR" };
    for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
        log_event((enum log_level)level, "say \"no\" to C:\\");
        char beginning[128];
        snprintf(beginning, sizeof beginning,
                 "{\"severity\":\"%s\",\"message\":\"say \\\"no\\\" to C:\\\\\",\"time\":\"2",
                 severities[level]);
        assert_begins(next_line(), beginning);
        assert_ends(line, "Z\"}\n");
    }
}

static void what_is_no_terminal_gets_json_and_no_colour(void **state)
{
    (void)state;
    log_open(stream, LOG_INFO, LOG_FORMAT_AUTO);
    log_event(LOG_ERROR, "m");
    assert_begins(next_line(), "{\"severity\"");
    log_open(stream, LOG_INFO, LOG_FORMAT_TEXT);
    log_event(LOG_ERROR, "m");
    assert_null(strchr(next_line(), '\x1b'));
}

static void a_terminal_gets_coloured_text(void **state)
{
    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        skip();
    FILE *terminal = fopen(ptsname(master), "w");
    assert_non_null(terminal);
    log_open(terminal, LOG_INFO, LOG_FORMAT_AUTO);
    log_event(LOG_ERROR, "m");
    ssize_t size = read(master, line, sizeof line - 1);
    assert_true(size > 8);
    line[size] = '\0';
    assert_string_equal(line + 8, " \x1b[31merror\x1b[0m m\r\n");
    log_event(LOG_INFO, "m");
    size = read(master, line, sizeof line - 1);
    assert_true(size > 8);
    line[size] = '\0';
    assert_string_equal(line + 8, " info  m\r\n");
    fclose(terminal);
    close(master);
}

static void what_is_below_the_level_is_dropped(void **state)
{
    (void)state;
    log_open(stream, LOG_WARN, LOG_FORMAT_TEXT);
    log_event(LOG_INFO, "quiet");
    log_event(LOG_DEBUG, "quiet");
    assert_string_equal(next_line(), "");
    log_event(LOG_WARN, "loud");
    assert_ends(next_line(), "loud\n");
}

static void a_message_cannot_break_out_of_its_line(void **state)
{
    (void)state;
    const char *message = "a\nb\r\tc\x1b[31m\x7f\xC2\x85 \xE2\x80\xA8\xE2\x80\xA9 \xC3\xA9";
    const char *escaped = "a\\nb\\u000d\\tc\\u001b[31m\\u007f\\u0085 \\u2028\\u2029 \xC3\xA9";
    char ending[128];
    log_open(stream, LOG_INFO, LOG_FORMAT_TEXT);
    log_event(LOG_INFO, "%s", message);
    snprintf(ending, sizeof ending, " info  %s\n", escaped);
    assert_ends(next_line(), ending);
    log_open(stream, LOG_INFO, LOG_FORMAT_JSON);
    log_event(LOG_INFO, "%s", message);
    snprintf(ending, sizeof ending, "\"message\":\"%s\",\"time\"", escaped);
    assert_non_null(strstr(next_line(), ending));
}

static void bytes_that_are_not_utf_8_are_replaced(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "\xFF", "\xEF\xBF\xBD" },
        { "\xC3", "\xEF\xBF\xBD" },                                 /* cut off */
        { "\x80x", "\xEF\xBF\xBDx" },                               /* begins in the middle */
        { "\xC0\x8A", "\xEF\xBF\xBD\xEF\xBF\xBD" },                 /* a newline, overlong */
        { "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" }, /* a surrogate */
        { "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF" },                 /* the last character */
        { "\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
        { "\xE2\x82\xAC\xF0\x9F\x98\x80", "\xE2\x82\xAC\xF0\x9F\x98\x80" },
    };
    log_open(stream, LOG_INFO, LOG_FORMAT_TEXT);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char ending[64];
        log_event(LOG_INFO, "%s", cases[i][0]);
        snprintf(ending, sizeof ending, " info  %s\n", cases[i][1]);
        assert_ends(next_line(), ending);
    }
}

static void a_long_message_is_cut_with_a_mark(void **state)
{
    (void)state;
    char *message = malloc(10 * LOG_LINE_SIZE_MAX);
    static const char fills[] = { 'x', '"', '\n', '\x01' };
    for (size_t i = 0; i < sizeof fills; i++) {
        for (size_t size = 500; size < 3 * LOG_LINE_SIZE_MAX; size += 97) {
            memset(message, fills[i], size);
            message[size] = '\0';
            log_open(stream, LOG_INFO, LOG_FORMAT_JSON);
            log_event(LOG_INFO, "%s", message);
            assert_true(strlen(next_line()) <= LOG_LINE_SIZE_MAX);
            assert_begins(line, "{\"severity\":\"INFO\",\"message\":\"");
            assert_ends(line, "Z\"}\n");
            if (size > LOG_LINE_SIZE_MAX)
                assert_non_null(strstr(line, "...\",\"time\":\"2"));
            log_open(stream, LOG_INFO, LOG_FORMAT_TEXT);
            log_event(LOG_INFO, "%s", message);
            assert_true(strlen(next_line()) <= LOG_LINE_SIZE_MAX);
            assert_ends(line, size > LOG_LINE_SIZE_MAX ? "...\n" : "\n");
        }
    }
    free(message);
}

static void a_message_that_just_fits_has_no_mark(void **state)
{
    (void)state;
    char message[3000];
    memset(message, 'x', sizeof message - 1);
    message[sizeof message - 1] = '\0';
    log_open(stream, LOG_INFO, LOG_FORMAT_JSON);
    log_event(LOG_INFO, "%s", message);
    assert_non_null(strstr(next_line(), message));
    assert_null(strstr(line, "..."));
}

static void write_many(FILE *shared, char mark)
{
    char message[1001];
    memset(message, mark, sizeof message - 1);
    message[sizeof message - 1] = '\0';
    log_open(shared, LOG_INFO, LOG_FORMAT_TEXT);
    for (int i = 0; i < 200; i++)
        log_event(LOG_INFO, "%s", message);
}

static void lines_of_several_processes_do_not_mix(void **state)
{
    (void)state;
    enum { PROCESSES = 4 };
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    FILE *shared = fdopen(ends[1], "w");
    for (int i = 0; i < PROCESSES; i++) {
        if (fork() == 0) {
            write_many(shared, (char)('a' + i));
            _exit(0);
        }
    }
    fclose(shared);
    FILE *reader = fdopen(ends[0], "r");
    int lines = 0;
    while (fgets(line, sizeof line, reader)) {
        const char *message = line + strlen("13:30:01 info  ");
        assert_int_equal(strspn(message, (char[]) { message[0], '\0' }), 1000);
        assert_string_equal(message + 1000, "\n");
        lines++;
    }
    assert_int_equal(lines, PROCESSES * 200);
    fclose(reader);
    for (int i = 0; i < PROCESSES; i++)
        assert_true(wait(NULL) > 0);
}

static void a_log_that_cannot_be_written_is_no_error(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    log_open(full, LOG_INFO, LOG_FORMAT_TEXT);
    errno = ENOENT;
    log_event(LOG_INFO, "lost");
    assert_int_equal(errno, ENOENT);
    fclose(full);
}

static void names_are_read_in_any_case(void **state)
{
    (void)state;
    enum log_level level;
    assert_true(log_level_parse("debug", &level) && level == LOG_DEBUG);
    assert_true(log_level_parse("Info", &level) && level == LOG_INFO);
    assert_true(log_level_parse("WARN", &level) && level == LOG_WARN);
    assert_true(log_level_parse("error", &level) && level == LOG_ERROR);
    assert_false(log_level_parse("loud", &level) || log_level_parse("", &level));
    enum log_format format;
    assert_true(log_format_parse("auto", &format) && format == LOG_FORMAT_AUTO);
    assert_true(log_format_parse("Text", &format) && format == LOG_FORMAT_TEXT);
    assert_true(log_format_parse("JSON", &format) && format == LOG_FORMAT_JSON);
    assert_false(log_format_parse("xml", &format));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_person_reads_time_level_and_message, begin, end),
        cmocka_unit_test_setup_teardown(a_machine_reads_one_object_a_line, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_terminal_gets_json_and_no_colour, begin, end),
        cmocka_unit_test_setup_teardown(a_terminal_gets_coloured_text, begin, end),
        cmocka_unit_test_setup_teardown(what_is_below_the_level_is_dropped, begin, end),
        cmocka_unit_test_setup_teardown(a_message_cannot_break_out_of_its_line, begin, end),
        cmocka_unit_test_setup_teardown(bytes_that_are_not_utf_8_are_replaced, begin, end),
        cmocka_unit_test_setup_teardown(a_long_message_is_cut_with_a_mark, begin, end),
        cmocka_unit_test_setup_teardown(a_message_that_just_fits_has_no_mark, begin, end),
        cmocka_unit_test_setup_teardown(lines_of_several_processes_do_not_mix, begin, end),
        cmocka_unit_test_setup_teardown(a_log_that_cannot_be_written_is_no_error, begin, end),
        cmocka_unit_test_setup_teardown(names_are_read_in_any_case, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
