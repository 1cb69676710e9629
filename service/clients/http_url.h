/* Where a request may go: anywhere by https, by http to this machine only. Read by libcurl's own
 * parser, so that what is checked here is what it will connect to. */
#ifndef PLAYBOOK_CLIENTS_HTTP_URL_H
#define PLAYBOOK_CLIENTS_HTTP_URL_H

#include "service/base/error.h"

#include <stdbool.h>

enum { HTTP_HOST_SIZE = 272 };

struct http_url {
    bool secure;               /* https */
    bool loopback;             /* this machine, by its name or address */
    char host[HTTP_HOST_SIZE]; /* with the port if there is one: "127.0.0.1:8080", "[::1]" */
};

/* Kind usage: it is no url, neither https nor http to the loopback, or holds a user's name. The
 * message tells at most scheme and host, since paths and queries may be secrets. */
bool http_url_parse(const char *url, struct http_url *ret_url, struct error *error);

#endif
