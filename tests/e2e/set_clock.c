/* Preloaded into the program (LD_PRELOAD), this sets its wall clock, which goes on from there:
 * SET_CLOCK says by how many seconds. What waits, waits as long as ever. libfaketime does the same,
 * but leaves shared memory behind when the program is killed. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
    int status = (int)syscall(SYS_clock_gettime, clock, ret_now);
    const char *seconds = getenv("SET_CLOCK");
    if (status == 0 && clock == CLOCK_REALTIME && seconds != NULL)
        ret_now->tv_sec += strtol(seconds, NULL, 10);
    return status;
}
