#include "service/clients/http_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The parts of a url that matter here; NULL for one that is absent. */
struct parts {
    char *scheme, *host, *port, *user;
};

/* libcurl takes "localhost" for this machine without asking anybody. */
static bool is_loopback(const char *host)
{
    char address[INET6_ADDRSTRLEN];
    struct in_addr four;
    struct in6_addr six;
    if (strcasecmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
    snprintf(address, sizeof address, "%.*s", (int)strcspn(host, "]") - 1, host + 1);
    return *host == '[' && inet_pton(AF_INET6, address, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static bool check(const struct parts *parts, struct http_url *ret_url, struct error *error)
{
    if (parts->user != NULL)
        return error_set(error, ERROR_USAGE, "the url to %s holds a user's name", parts->host);
    struct http_url url = { .secure = strcmp(parts->scheme, "https") == 0,
                            .loopback = is_loopback(parts->host) };
    if (!url.secure && !(url.loopback && strcmp(parts->scheme, "http") == 0))
        return error_set(error, ERROR_USAGE,
                         "%s://%s is refused: https was expected, or http to this machine",
                         parts->scheme, parts->host);
    int length = snprintf(url.host, sizeof url.host, "%s%s%s", parts->host, parts->port ? ":" : "",
                          parts->port ? parts->port : "");
    if ((size_t)length >= sizeof url.host)
        return error_set(error, ERROR_USAGE, "the url's host is longer than %d characters",
                         HTTP_HOST_SIZE - 1);
    *ret_url = url;
    return true;
}

bool http_url_parse(const char *text, struct http_url *ret_url, struct error *error)
{
    struct parts parts = { 0 };
    CURLU *url = curl_url();
    if (url == NULL)
        return error_set(error, ERROR_INTERNAL, "no memory for a url");
    CURLUcode code = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME);
    if (code == CURLUE_OK)
        code = curl_url_get(url, CURLUPART_SCHEME, &parts.scheme, 0);
    if (code == CURLUE_OK)
        code = curl_url_get(url, CURLUPART_HOST, &parts.host, 0);
    curl_url_get(url, CURLUPART_PORT, &parts.port, 0);
    curl_url_get(url, CURLUPART_USER, &parts.user, 0);
    bool valid = code == CURLUE_OK ? check(&parts, ret_url, error)
                                   : error_set(error, ERROR_USAGE, "this is not a url: %s",
                                               curl_url_strerror(code));
    curl_free(parts.scheme);
    curl_free(parts.host);
    curl_free(parts.port);
    curl_free(parts.user);
    curl_url_cleanup(url);
    return valid;
}
