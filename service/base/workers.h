/* Threads that do tasks for one owner, who goes on meanwhile and comes for what has ended. Tasks
 * are begun in the order in which they were added, and may end in any. */
#ifndef PLAYBOOK_BASE_WORKERS_H
#define PLAYBOOK_BASE_WORKERS_H

#include <stddef.h>

struct workers;

/* It stays where it is from workers_add until workers_take has returned it. */
struct task {
    void (*run)(void *context); /* on one of the threads; shares nothing with other tasks */
    void *context;
    struct task *next; /* the workers' own */
};

/* No thread is begun before there is a task for it. `ended` is called whenever a task has ended, on
 * its thread: it wakes the owner, and may do nothing else. */
struct workers *workers_open(size_t threads, void (*ended)(void *context), void *context);

/* Waits for the tasks that run; those that have not begun are dropped. Accepts NULL. */
void workers_close(struct workers *workers);

/* When no thread can be had at all, the task is done at once, by the caller. */
void workers_add(struct workers *workers, struct task *task);

/* A task that has ended, the first of them first; NULL when there is none. Does not wait. */
struct task *workers_take(struct workers *workers);

#endif
