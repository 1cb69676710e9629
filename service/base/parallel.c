#include "service/base/parallel.h"

#include "service/base/memory.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

struct work {
    bool (*task)(void *context, size_t thread, size_t index);
    void *context;
    size_t count;
    atomic_size_t next;
    atomic_bool stopped;
};

struct worker {
    struct work *work;
    size_t number;
    pthread_t thread;
};

size_t parallel_threads(void)
{
    cpu_set_t processors;
    if (sched_getaffinity(0, sizeof processors, &processors) != 0)
        return 1;
    int count = CPU_COUNT(&processors);
    return count > 1 ? (size_t)count : 1;
}

static void *work_on(void *argument)
{
    struct worker *worker = argument;
    struct work *work = worker->work;
    while (!atomic_load(&work->stopped)) {
        size_t index = atomic_fetch_add(&work->next, 1);
        if (index >= work->count)
            break;
        if (!work->task(work->context, worker->number, index))
            atomic_store(&work->stopped, true);
    }
    return NULL;
}

/* The caller is the first worker. A thread that cannot be had leaves its work to the others. */
void parallel_for(size_t count, size_t threads,
                  bool (*task)(void *context, size_t thread, size_t index), void *context)
{
    struct work work = { .task = task, .context = context, .count = count };
    assert(threads >= 1);
    size_t wanted = threads < count ? threads : count;
    struct worker *workers = memory_new(wanted + 1, sizeof *workers);
    size_t started = 1;
    workers[0].work = &work;
    while (started < wanted) {
        struct worker *worker = &workers[started];
        *worker = (struct worker) { .work = &work, .number = started };
        if (pthread_create(&worker->thread, NULL, work_on, worker) != 0)
            break;
        started++;
    }
    work_on(&workers[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    free(workers);
}
