/* Preloaded into the program (LD_PRELOAD), this makes its calls to the file system fail, or ends it
 * at one of them. The standard streams are left alone. What to do is told in the environment:
 *
 *   FAULT_PATH           only calls about paths that contain this are counted
 *   FAULT_CALLS          only these, "read,write"; or "changes", those that change something
 *   FAULT_NTH            of the counted calls, the one that is hit, from 1; without it, none is
 *   FAULT_LASTING        and all behind it too
 *   FAULT_ERRNO          the number of the error with which it fails
 *   FAULT_SIGNAL         the number of the signal that the program gets, before it or,
 *   FAULT_AFTER          behind it
 *   FAULT_TRANSFER_MAX   most bytes of one read or write
 *   FAULT_LOG            the file that gets the name of each counted call, a line each
 *
 * Nothing is flushed to the disk. No power is cut here, so that it would only take time. */
#undef _FORTIFY_SOURCE /* whose read would be in the way of the one below */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DESCRIPTOR_MAX = 1024, LOG_DESCRIPTOR = 900 };

static struct {
    bool is_read; /* before it is, libraries may call in their own constructors */
    const char *path, *calls;
    long nth, error_number, signal_number, transfer_max;
    bool lasting, after;
    int log;
} plan = { .log = -1 };

static atomic_long counted;

/* Of the descriptors that the program has opened: whether the path is one to count, and whether it
 * may write there. */
static bool watched[DESCRIPTOR_MAX], written[DESCRIPTOR_MAX];

static long number_of(const char *variable)
{
    const char *value = getenv(variable);
    return value ? strtol(value, NULL, 10) : 0;
}

__attribute__((constructor)) static void read_plan(void)
{
    plan.path = getenv("FAULT_PATH");
    plan.calls = getenv("FAULT_CALLS");
    plan.nth = number_of("FAULT_NTH");
    plan.error_number = number_of("FAULT_ERRNO");
    plan.signal_number = number_of("FAULT_SIGNAL");
    plan.transfer_max = number_of("FAULT_TRANSFER_MAX");
    plan.lasting = getenv("FAULT_LASTING") != NULL;
    plan.after = getenv("FAULT_AFTER") != NULL;
    const char *log = getenv("FAULT_LOG");
    plan.is_read = true;
    if (log == NULL)
        return;
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    long opened = syscall(SYS_openat, AT_FDCWD, log, flags, 0600);
    plan.log = (int)syscall(SYS_dup3, opened, LOG_DESCRIPTOR, O_CLOEXEC);
    syscall(SYS_close, opened);
}

static bool has_path(const char *path)
{
    return plan.is_read && (plan.path == NULL || strstr(path, plan.path) != NULL);
}

static bool in_range(int descriptor)
{
    return descriptor > STDERR_FILENO && descriptor < DESCRIPTOR_MAX;
}

static bool is_watched(int descriptor)
{
    return in_range(descriptor) && watched[descriptor];
}

static bool is_chosen(const char *name, bool changes)
{
    if (plan.calls == NULL)
        return true;
    if (strcmp(plan.calls, "changes") == 0)
        return changes;
    size_t size = strlen(name);
    for (const char *at = plan.calls; (at = strstr(at, name)); at += size)
        if ((at == plan.calls || at[-1] == ',') && (at[size] == ',' || at[size] == '\0'))
            return true;
    return false;
}

static bool is_hit(const char *name)
{
    long number = atomic_fetch_add(&counted, 1) + 1;
    char line[32];
    int size = snprintf(line, sizeof line, "%s\n", name);
    if (plan.log >= 0)
        syscall(SYS_write, plan.log, line, size);
    return plan.nth > 0 && (plan.lasting ? number >= plan.nth : number == plan.nth);
}

/* The system call of that number. It counts when it is about a watched path. */
static long make(const char *name, bool counts, bool changes, long number, const long with[6])
{
    bool hit = counts && is_chosen(name, changes) && is_hit(name);
    bool fails = hit && plan.error_number;
    if (hit && plan.signal_number && !plan.after)
        raise((int)plan.signal_number);
    long result = -1;
    if (!fails || number == SYS_close) /* which closes even when it fails */
        result = syscall(number, with[0], with[1], with[2], with[3], with[4], with[5]);
    if (hit && plan.signal_number && plan.after)
        raise((int)plan.signal_number);
    if (fails)
        errno = (int)plan.error_number;
    return fails ? -1 : result;
}

static long transfer(int descriptor, size_t size)
{
    bool cut = plan.transfer_max > 0 && is_watched(descriptor);
    return cut && (long)size > plan.transfer_max ? plan.transfer_max : (long)size;
}

/* ---- the calls of the program ---------------------------------------------------------------- */

int openat(int folder, const char *name, int flags, ...)
{
    bool counts = is_watched(folder) || has_path(name);
    bool creates = flags & (O_CREAT | O_TRUNC);
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    long opened = make("openat", counts, creates, SYS_openat,
                       (long[6]) { folder, (intptr_t)name, flags, mode });
    int descriptor = (int)opened;
    if (in_range(descriptor)) {
        watched[descriptor] = counts;
        written[descriptor] = creates || (flags & O_ACCMODE) != O_RDONLY;
    }
    return descriptor;
}

ssize_t read(int descriptor, void *bytes, size_t size)
{
    return make("read", is_watched(descriptor), false, SYS_read,
                (long[6]) { descriptor, (intptr_t)bytes, transfer(descriptor, size) });
}

ssize_t write(int descriptor, const void *bytes, size_t size)
{
    return make("write", is_watched(descriptor), true, SYS_write,
                (long[6]) { descriptor, (intptr_t)bytes, transfer(descriptor, size) });
}

/* Only that there is something to flush. F_GETFD gives the flags that a descriptor has. */
int fsync(int descriptor)
{
    long flags =
        make("fsync", is_watched(descriptor), true, SYS_fcntl, (long[6]) { descriptor, F_GETFD });
    return flags < 0 ? -1 : 0;
}

int close(int descriptor)
{
    bool changes = in_range(descriptor) && written[descriptor];
    return (int)make("close", is_watched(descriptor), changes, SYS_close, (long[6]) { descriptor });
}

int stat(const char *path, struct stat *status)
{
    return (int)make("stat", has_path(path), false, SYS_newfstatat,
                     (long[6]) { AT_FDCWD, (intptr_t)path, (intptr_t)status });
}

int fstat(int descriptor, struct stat *status)
{
    return (int)make("fstat", is_watched(descriptor), false, SYS_fstat,
                     (long[6]) { descriptor, (intptr_t)status });
}

int fstatat(int folder, const char *name, struct stat *status, int flags)
{
    return (int)make("fstatat", is_watched(folder) || has_path(name), false, SYS_newfstatat,
                     (long[6]) { folder, (intptr_t)name, (intptr_t)status, flags });
}

int fchmod(int descriptor, mode_t mode)
{
    return (int)make("fchmod", is_watched(descriptor), true, SYS_fchmod,
                     (long[6]) { descriptor, mode });
}

int renameat(int source_folder, const char *source, int target_folder, const char *target)
{
    return (int)make(
        "renameat", is_watched(target_folder) || has_path(target), true, SYS_renameat2,
        (long[6]) { source_folder, (intptr_t)source, target_folder, (intptr_t)target });
}

int unlinkat(int folder, const char *name, int flags)
{
    return (int)make("unlinkat", is_watched(folder) || has_path(name), true, SYS_unlinkat,
                     (long[6]) { folder, (intptr_t)name, flags });
}

int mkdir(const char *path, mode_t mode)
{
    return (int)make("mkdir", has_path(path), true, SYS_mkdirat,
                     (long[6]) { AT_FDCWD, (intptr_t)path, mode });
}

int flock(int descriptor, int operation)
{
    return (int)make("flock", is_watched(descriptor), true, SYS_flock,
                     (long[6]) { descriptor, operation });
}

void *mmap(void *place, size_t size, int protection, int flags, int descriptor, off_t offset)
{
    bool changes = (flags & MAP_SHARED) && (protection & PROT_WRITE);
    return (void *)make(
        "mmap", is_watched(descriptor), changes, SYS_mmap,
        (long[6]) { (intptr_t)place, (long)size, protection, flags, descriptor, offset });
}
