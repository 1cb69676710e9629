/* Bar files and runs of the program, for measuring. A call that fails ends the measurement. */
#ifndef PLAYBOOK_TESTS_BENCH_FILES_H
#define PLAYBOOK_TESTS_BENCH_FILES_H

#include "service/base/file.h"
#include "service/base/parallel.h"
#include "service/feeds/bar_file.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The yardstick of everything that begins with a file: counting its lines. */
static inline size_t files_count_lines(const char *path)
{
    struct error error = { 0 };
    struct file_view view;
    bool opened = file_view_open(path, &view, &error);
    assert(opened);
    size_t lines = 0;
    const char *end = view.bytes + view.size;
    for (const char *at = view.bytes; at < end; at++, lines++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at)
            break;
    }
    file_view_close(&view);
    return lines;
}

static inline void files_read_bars(const char *path)
{
    struct error error = { 0 };
    struct series series = { 0 };
    struct bar_file_report report = { 0 };
    struct bar_zone zone = { 0 };
    bool is_daily;
    bool read = bar_file_read(path, &zone, parallel_threads(), &series, &is_daily, &report, &error);
    assert(read && series.count > 0);
    series_release(&series);
    bar_file_report_release(&report);
}

static inline void files_write_bars(const char *path, const struct series *series)
{
    struct error error = { 0 };
    bool written = bar_file_write(path, series, false, &error);
    assert(written);
}

/* Runs a program to its end, without its output. Returns the most memory it held, in MiB. */
static inline double files_run_for_memory(const char *const arguments[])
{
    int status;
    struct rusage usage;
    fflush(stdout); /* or the child would print it, too */
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0)
            execv(arguments[0], (char *const *)arguments);
        _exit(127);
    }
    wait4(child, &status, 0, &usage);
    assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return (double)usage.ru_maxrss / 1024;
}

static inline void files_run(const char *const arguments[])
{
    files_run_for_memory(arguments);
}

static inline const char *files_program(void)
{
    const char *program = getenv("PLAYBOOK");
    assert(program && "run by `make bench`");
    return program;
}

#endif
