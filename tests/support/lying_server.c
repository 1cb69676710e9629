#include "tests/support/lying_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static int read_number(struct lying_server *server)
{
    char line[32], *end;
    assert_non_null(fgets(line, sizeof line, server->answers));
    long number = strtol(line, &end, 10);
    assert_int_equal(*end, '\n');
    return (int)number;
}

void lying_server_start(struct lying_server *server, const char *certificate, const char *key)
{
    const char *const words[] = { "python3", "tests/support/lying_server.py", certificate, key,
                                  NULL };
    int to[2], from[2];
    assert_int_equal(pipe2(to, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
    int code = posix_spawnp(&server->pid, words[0], &actions, NULL, (char **)words, environ);
    assert_int_equal(code, 0);
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    server->questions = fdopen(to[1], "w");
    server->answers = fdopen(from[0], "r");
    server->scheme = certificate ? "https" : "http";
    server->port = read_number(server);
}

void lying_server_stop(struct lying_server *server)
{
    int status;
    fclose(server->questions);
    assert_int_equal(waitpid(server->pid, &status, 0), server->pid);
    fclose(server->answers);
    assert_int_equal(status, 0);
}

const char *lying_server_url(struct lying_server *server, const char *path)
{
    int length = snprintf(server->url, sizeof server->url, "%s://127.0.0.1:%d%s", server->scheme,
                          server->port, path);
    assert_in_range(length, 1, sizeof server->url - 1);
    return server->url;
}

int lying_server_ask(struct lying_server *server, const char *question, const char *path)
{
    fprintf(server->questions, "%s %s\n", question, path);
    fflush(server->questions);
    return read_number(server);
}
