#include "tests/support/file_faults.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static struct file_fault current;
static bool active;
static size_t counted;
static unsigned made, failed;

void file_faults_begin(const struct file_fault *fault)
{
    current = *fault;
    active = true;
    counted = 0;
    made = failed = 0;
}

size_t file_faults_end(void)
{
    active = false;
    return counted;
}

unsigned file_faults_made(void)
{
    return made;
}

unsigned file_faults_failed(void)
{
    return failed;
}

static bool fails(enum file_call call)
{
    if (!active)
        return false;
    made |= call;
    if (!(current.calls & call))
        return false;
    counted++;
    bool due = current.lasting ? counted >= current.nth : counted == current.nth;
    if (current.nth == 0 || !due)
        return false;
    if (current.error_number == FILE_FAULT_KILL)
        kill(getpid(), SIGKILL);
    failed |= call;
    errno = current.error_number;
    return true;
}

static size_t transfer(size_t size)
{
    bool cut = active && current.transfer_max > 0 && size > current.transfer_max;
    return cut ? current.transfer_max : size;
}

/* The linker's names: __wrap_x is called in place of x, __real_x is x itself. */
int __real_openat(int folder, const char *name, int flags, ...);
ssize_t __real_read(int descriptor, void *bytes, size_t size);
ssize_t __real_write(int descriptor, const void *bytes, size_t size);
int __real_fsync(int descriptor);
int __real_close(int descriptor);
int __real_stat(const char *path, struct stat *status);
int __real_fstat(int descriptor, struct stat *status);
int __real_fstatat(int folder, const char *name, struct stat *status, int flags);
int __real_fchmod(int descriptor, mode_t mode);
int __real_renameat(int source_folder, const char *source, int target_folder, const char *target);
int __real_unlinkat(int folder, const char *name, int flags);
int __real_mkdir(const char *path, mode_t mode);
int __real_flock(int descriptor, int operation);
void *__real_mmap(void *place, size_t size, int protection, int flags, int descriptor,
                  off_t offset);

int __wrap_openat(int folder, const char *name, int flags, ...);
ssize_t __wrap_read(int descriptor, void *bytes, size_t size);
ssize_t __wrap_write(int descriptor, const void *bytes, size_t size);
int __wrap_fsync(int descriptor);
int __wrap_close(int descriptor);
int __wrap_stat(const char *path, struct stat *status);
int __wrap_fstat(int descriptor, struct stat *status);
int __wrap_fstatat(int folder, const char *name, struct stat *status, int flags);
int __wrap_fchmod(int descriptor, mode_t mode);
int __wrap_renameat(int source_folder, const char *source, int target_folder, const char *target);
int __wrap_unlinkat(int folder, const char *name, int flags);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_flock(int descriptor, int operation);
void *__wrap_mmap(void *place, size_t size, int protection, int flags, int descriptor,
                  off_t offset);

int __wrap_openat(int folder, const char *name, int flags, ...)
{
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return fails(FILE_CALL_OPEN) ? -1 : __real_openat(folder, name, flags, mode);
}

ssize_t __wrap_read(int descriptor, void *bytes, size_t size)
{
    return fails(FILE_CALL_READ) ? -1 : __real_read(descriptor, bytes, transfer(size));
}

ssize_t __wrap_write(int descriptor, const void *bytes, size_t size)
{
    return fails(FILE_CALL_WRITE) ? -1 : __real_write(descriptor, bytes, transfer(size));
}

/* No power is cut here, so that a flush has no effect but the time it takes: thousands of them. */
int __wrap_fsync(int descriptor)
{
    if (fails(FILE_CALL_FSYNC))
        return -1;
    return active ? 0 : __real_fsync(descriptor);
}

int __wrap_close(int descriptor)
{
    if (!fails(FILE_CALL_CLOSE))
        return __real_close(descriptor);
    __real_close(descriptor);
    errno = current.error_number;
    return -1;
}

int __wrap_stat(const char *path, struct stat *status)
{
    return fails(FILE_CALL_STAT) ? -1 : __real_stat(path, status);
}

int __wrap_fstat(int descriptor, struct stat *status)
{
    return fails(FILE_CALL_STAT) ? -1 : __real_fstat(descriptor, status);
}

int __wrap_fstatat(int folder, const char *name, struct stat *status, int flags)
{
    return fails(FILE_CALL_STAT) ? -1 : __real_fstatat(folder, name, status, flags);
}

int __wrap_fchmod(int descriptor, mode_t mode)
{
    return fails(FILE_CALL_CHMOD) ? -1 : __real_fchmod(descriptor, mode);
}

int __wrap_renameat(int source_folder, const char *source, int target_folder, const char *target)
{
    if (fails(FILE_CALL_RENAME))
        return -1;
    return __real_renameat(source_folder, source, target_folder, target);
}

int __wrap_unlinkat(int folder, const char *name, int flags)
{
    return fails(FILE_CALL_UNLINK) ? -1 : __real_unlinkat(folder, name, flags);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
    return fails(FILE_CALL_MKDIR) ? -1 : __real_mkdir(path, mode);
}

int __wrap_flock(int descriptor, int operation)
{
    return fails(FILE_CALL_LOCK) ? -1 : __real_flock(descriptor, operation);
}

void *__wrap_mmap(void *place, size_t size, int protection, int flags, int descriptor, off_t offset)
{
    if (fails(FILE_CALL_MAP))
        return MAP_FAILED;
    return __real_mmap(place, size, protection, flags, descriptor, offset);
}
