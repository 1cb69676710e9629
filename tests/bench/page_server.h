/* A stand-in for Alpaca that is quick enough to measure against: a process of its own on the
 * loopback that answers questions for bars, each so many milliseconds after it came. Every symbol
 * has the same bars; they are put into JSON once, and a page is a piece of that. */
#ifndef PLAYBOOK_TESTS_BENCH_PAGE_SERVER_H
#define PLAYBOOK_TESTS_BENCH_PAGE_SERVER_H

#include "tests/bench/page_text.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct page_visit {
    const struct page_server *server;
    int connection;
};

static inline void page_sleep_until(const struct timespec *came, int latency_ms)
{
    struct timespec due = *came;
    due.tv_nsec += latency_ms * 1000000L;
    due.tv_sec += due.tv_nsec / 1000000000L;
    due.tv_nsec %= 1000000000L;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

static inline bool page_send(int connection, const struct page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        const char *bytes = page->pieces[i].iov_base;
        for (size_t left = page->pieces[i].iov_len; left > 0;) {
            ssize_t sent =
                send(connection, bytes, left, MSG_NOSIGNAL | (i + 1 < page->count ? MSG_MORE : 0));
            if (sent <= 0)
                return false;
            bytes += sent;
            left -= (size_t)sent;
        }
    }
    return true;
}

static inline void page_answer(const struct page_server *server, int connection, const char *line)
{
    struct timespec came;
    struct page head = { 0 }, page = { 0 };
    clock_gettime(CLOCK_MONOTONIC, &came);
    server->counts->requests++;
    static const char room[PAGE_HEAD_MAX];
    text_append_bytes(&page.text, room, sizeof room); /* so that it never moves */
    text_clear(&page.text);
    if (strstr(line, "/bars?")) {
        page_write(server, line, &page);
    } else {
        text_append(&page.text, "{\"corporate_actions\":{},\"next_page_token\":null}");
        page_add_text(&page);
    }
    text_format(&head.text,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                "X-RateLimit-Limit: 1000000\r\n\r\n",
                page.size);
    page_add_text(&head);
    page_sleep_until(&came, server->latency_ms);
    if (page_send(connection, &head))
        page_send(connection, &page);
    text_release(&head.text);
    text_release(&page.text);
}

/* A request comes whole: it is small, and its client does not send the next before the answer. */
static inline void *page_serve(void *argument)
{
    struct page_visit *visit = argument;
    char head[PAGE_HEAD_MAX];
    size_t size = 0;
    for (;;) {
        ssize_t more = recv(visit->connection, head + size, sizeof head - 1 - size, 0);
        if (more <= 0)
            break;
        size += (size_t)more;
        head[size] = '\0';
        if (strstr(head, "\r\n\r\n") == NULL)
            continue;
        *strchr(head, '\r') = '\0';
        page_answer(visit->server, visit->connection, head);
        size = 0;
    }
    close(visit->connection);
    free(visit);
    return NULL;
}

static inline void page_accept_all(const struct page_server *server)
{
    for (;;) {
        int connection = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC), on = 1;
        assert(connection >= 0);
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct page_visit *visit = calloc(1, sizeof *visit);
        *visit = (struct page_visit) { server, connection };
        pthread_t thread;
        int failed = pthread_create(&thread, NULL, page_serve, visit);
        assert(!failed);
        pthread_detach(thread);
    }
}

/* The bars are borrowed. Before the caller has other threads. */
static inline void page_server_start(struct page_server *server, const struct series *bars,
                                     int latency_ms)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    *server = (struct page_server) { .bars = bars, .latency_ms = latency_ms };
    page_server_render(server);
    server->counts = mmap(NULL, sizeof *server->counts, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert(server->counts != MAP_FAILED);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool listens = bind(server->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
                   listen(server->listener, 64) == 0 &&
                   getsockname(server->listener, (struct sockaddr *)&address, &size) == 0;
    assert(listens);
    server->port = ntohs(address.sin_port);
    server->pid = fork();
    if (server->pid != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    page_accept_all(server);
}

static inline void page_server_stop(struct page_server *server)
{
    kill(server->pid, SIGTERM);
    waitpid(server->pid, NULL, 0);
    close(server->listener);
    munmap(server->counts, sizeof *server->counts);
    text_release(&server->rendered);
    free(server->places);
}

#endif
