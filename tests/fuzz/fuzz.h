/* What the fuzz targets share. A target is one file, fuzz_<what>.c, and asserts what the header of
 * its part promises of any bytes; run.sh runs it with libFuzzer. */
#ifndef PLAYBOOK_TESTS_FUZZ_FUZZ_H
#define PLAYBOOK_TESTS_FUZZ_FUZZ_H

#include "service/base/error.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* libFuzzer calls it with every input, a block of exactly that size. Always 0; -1 keeps an input
 * out of the corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What is filled with this and still holds it was not written to. */
enum { UNTOUCHED = 0xA5 };

static inline void assert_untouched(const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < size; i++)
        assert(byte[i] == UNTOUCHED);
}

/* An error is one sentence that begins as promised, and never our own mistake. */
static inline void assert_error(const struct error *error, const char *begins)
{
    assert(error->kind > ERROR_NONE && error->kind < ERROR_INTERNAL);
    assert(strncmp(error->message, begins, strlen(begins)) == 0);
    assert(strlen(error->message) > strlen(begins) && strchr(error->message, '\n') == NULL);
}

static inline void assert_no_error(const struct error *error)
{
    assert(error->kind == ERROR_NONE && error->message[0] == '\0');
}

/* To the bit, only that every NaN is like every other. */
static inline void assert_same_number(double a, double b)
{
    assert(memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)));
}

/* The path of a regular file that holds the bytes, in memory; until the next call. */
static inline const char *file_of(const void *bytes, size_t size)
{
    static char path[32];
    static int descriptor = -1;
    if (descriptor < 0) {
        descriptor = memfd_create("input", MFD_CLOEXEC);
        assert(descriptor >= 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    }
    int cut = ftruncate(descriptor, 0);
    assert(cut == 0);
    ssize_t written = pwrite(descriptor, bytes, size, 0);
    assert(written == (ssize_t)size);
    return path;
}

#endif
