/* Several runs of one thing, timed, and what is told of them.
 *
 * Machines differ, and shared ones from minute to minute. So every measurement takes turns with a
 * yardstick, and what counts is the median of their ratios, round by round. */
#ifndef PLAYBOOK_TESTS_BENCH_STOPWATCH_H
#define PLAYBOOK_TESTS_BENCH_STOPWATCH_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STOPWATCH_ROUNDS_MAX = 101 };

struct stopwatch {
    double seconds[STOPWATCH_ROUNDS_MAX]; /* round by round */
    size_t rounds;
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
    assert(watch->rounds < STOPWATCH_ROUNDS_MAX);
    watch->seconds[watch->rounds++] = stopwatch_now() - watch->begun;
}

static inline int stopwatch_compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

/* One line for run.sh: name, what a second is divided by, best, median and worst in seconds, the
 * median ratio to the yardstick, and a goal in words. `units` of `unit` are done in a round. */
static inline void stopwatch_report(const struct stopwatch *watch,
                                    const struct stopwatch *yardstick, const char *name,
                                    double units, const char *unit, const char *goal)
{
    double sorted[STOPWATCH_ROUNDS_MAX], ratios[STOPWATCH_ROUNDS_MAX];
    size_t rounds = watch->rounds;
    assert(rounds > 0 && yardstick->rounds == rounds);
    memcpy(sorted, watch->seconds, rounds * sizeof *sorted);
    for (size_t i = 0; i < rounds; i++)
        ratios[i] = watch->seconds[i] / yardstick->seconds[i];
    qsort(sorted, rounds, sizeof *sorted, stopwatch_compare);
    qsort(ratios, rounds, sizeof *ratios, stopwatch_compare);
    printf("%s\t%.0f\t%s\t%.9f\t%.9f\t%.9f\t%.5f\t%s\n", name, units, unit, sorted[0],
           sorted[rounds / 2], sorted[rounds - 1], ratios[rounds / 2], goal);
}

#endif
