/* Makes the system calls of file.c fail on command. The calls are caught at link time: a test that
 * uses this has `@tests/support/file_faults.ldflags` in its .ldflags file, and then every such call
 * in the test program passes here; outside begin and end it goes straight on. One thread. */
#ifndef PLAYBOOK_TESTS_SUPPORT_FILE_FAULTS_H
#define PLAYBOOK_TESTS_SUPPORT_FILE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

enum file_call {
    FILE_CALL_OPEN = 1 << 0, /* openat */
    FILE_CALL_READ = 1 << 1,
    FILE_CALL_WRITE = 1 << 2,
    FILE_CALL_FSYNC = 1 << 3,  /* between begin and end it is counted, but not done */
    FILE_CALL_CLOSE = 1 << 4,  /* closes even when it fails, as Linux does */
    FILE_CALL_STAT = 1 << 5,   /* stat, fstat, fstatat */
    FILE_CALL_CHMOD = 1 << 6,  /* fchmod */
    FILE_CALL_RENAME = 1 << 7, /* renameat */
    FILE_CALL_UNLINK = 1 << 8, /* unlinkat */
    FILE_CALL_MKDIR = 1 << 9,
    FILE_CALL_LOCK = 1 << 10, /* flock */
    FILE_CALL_MAP = 1 << 11,  /* mmap */
    FILE_CALL_ALL = (1 << 12) - 1,
};

enum { FILE_FAULT_KILL = -1 };

struct file_fault {
    unsigned calls;      /* which calls are counted and may fail: file_call, or'ed */
    size_t nth;          /* of these, the one that fails, from 1; 0: none */
    bool lasting;        /* and all behind it too */
    int error_number;    /* errno; FILE_FAULT_KILL: the process dies instead of making the call */
    size_t transfer_max; /* most bytes of one read or write; 0: any */
};

void file_faults_begin(const struct file_fault *fault);

/* How many calls were counted. */
size_t file_faults_end(void);

/* Since the last begin: which calls were made, which of them failed (file_call, or'ed). */
unsigned file_faults_made(void);
unsigned file_faults_failed(void);

#endif
