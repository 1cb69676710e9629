#include "service/base/workers.h"

#include "service/base/memory.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct queue {
    struct task *first, **end;
};

struct workers {
    pthread_t *threads;
    size_t thread_count, threads_max;
    void (*ended)(void *context);
    void *context;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct queue waiting, done;
    bool is_closing;
};

static void queue_put(struct queue *queue, struct task *task)
{
    task->next = NULL;
    *queue->end = task;
    queue->end = &task->next;
}

static struct task *queue_take(struct queue *queue)
{
    struct task *task = queue->first;
    if (task == NULL)
        return NULL;
    queue->first = task->next;
    if (queue->first == NULL)
        queue->end = &queue->first;
    return task;
}

static void *work(void *argument)
{
    struct workers *workers = argument;
    pthread_mutex_lock(&workers->lock);
    while (!workers->is_closing) {
        struct task *task = queue_take(&workers->waiting);
        if (task == NULL) {
            pthread_cond_wait(&workers->changed, &workers->lock);
            continue;
        }
        pthread_mutex_unlock(&workers->lock);
        task->run(task->context);
        pthread_mutex_lock(&workers->lock);
        queue_put(&workers->done, task);
        pthread_mutex_unlock(&workers->lock);
        workers->ended(workers->context);
        pthread_mutex_lock(&workers->lock);
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

struct workers *workers_open(size_t threads, void (*ended)(void *context), void *context)
{
    assert(threads >= 1);
    struct workers *workers = memory_new(1, sizeof *workers);
    workers->threads = memory_new(threads, sizeof *workers->threads);
    workers->threads_max = threads;
    workers->ended = ended;
    workers->context = context;
    workers->waiting.end = &workers->waiting.first;
    workers->done.end = &workers->done.first;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->changed, NULL);
    return workers;
}

void workers_close(struct workers *workers)
{
    if (workers == NULL)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->is_closing = true;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
    for (size_t i = 0; i < workers->thread_count; i++)
        pthread_join(workers->threads[i], NULL);
    pthread_mutex_destroy(&workers->lock);
    pthread_cond_destroy(&workers->changed);
    free(workers->threads);
    free(workers);
}

/* One more for each task, up to what was asked for. False: there is none at all. */
static bool begin_thread(struct workers *workers)
{
    if (workers->thread_count < workers->threads_max &&
        pthread_create(&workers->threads[workers->thread_count], NULL, work, workers) == 0)
        workers->thread_count++;
    return workers->thread_count > 0;
}

void workers_add(struct workers *workers, struct task *task)
{
    pthread_mutex_lock(&workers->lock);
    bool has_thread = begin_thread(workers);
    if (has_thread) {
        queue_put(&workers->waiting, task);
        pthread_cond_signal(&workers->changed);
    }
    pthread_mutex_unlock(&workers->lock);
    if (has_thread)
        return;
    task->run(task->context);
    pthread_mutex_lock(&workers->lock);
    queue_put(&workers->done, task);
    pthread_mutex_unlock(&workers->lock);
}

struct task *workers_take(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    struct task *task = queue_take(&workers->done);
    pthread_mutex_unlock(&workers->lock);
    return task;
}
