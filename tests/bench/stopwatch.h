/* Several runs of one thing, their best and their median. */
#ifndef PLAYBOOK_TESTS_BENCH_STOPWATCH_H
#define PLAYBOOK_TESTS_BENCH_STOPWATCH_H

#include <stdlib.h>
#include <time.h>

enum { STOPWATCH_RUNS_MAX = 101 };

struct stopwatch {
    double seconds[STOPWATCH_RUNS_MAX];
    size_t runs;
    double begun;
};

static inline double stopwatch_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline void stopwatch_begin(struct stopwatch *watch)
{
    watch->begun = stopwatch_now();
}

static inline void stopwatch_end(struct stopwatch *watch)
{
    if (watch->runs < STOPWATCH_RUNS_MAX)
        watch->seconds[watch->runs++] = stopwatch_now() - watch->begun;
}

static inline int stopwatch_compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static inline double stopwatch_best(struct stopwatch *watch)
{
    qsort(watch->seconds, watch->runs, sizeof *watch->seconds, stopwatch_compare);
    return watch->seconds[0];
}

static inline double stopwatch_median(struct stopwatch *watch)
{
    qsort(watch->seconds, watch->runs, sizeof *watch->seconds, stopwatch_compare);
    return watch->seconds[watch->runs / 2];
}

#endif
