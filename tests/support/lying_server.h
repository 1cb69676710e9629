/* tests/support/lying_server.py in a process of its own: an HTTP server on the loopback that does
 * what the path of a request says. What goes wrong in here fails the test. */
#ifndef PLAYBOOK_TESTS_SUPPORT_LYING_SERVER_H
#define PLAYBOOK_TESTS_SUPPORT_LYING_SERVER_H

#include <stdio.h>
#include <sys/types.h>

struct lying_server {
    pid_t pid;
    FILE *questions, *answers;
    int port;
    const char *scheme;
    char url[512]; /* of lying_server_url */
};

/* With a certificate and its key, paths of PEM files, it is https; both are NULL: http. */
void lying_server_start(struct lying_server *server, const char *certificate, const char *key);
void lying_server_stop(struct lying_server *server);

/* "http://127.0.0.1:PORT" and the path; valid until the next call. */
const char *lying_server_url(struct lying_server *server, const char *path);

/* "connections", "most", "requests" to a path or "forget": see lying_server.py. */
int lying_server_ask(struct lying_server *server, const char *question, const char *path);

#endif
