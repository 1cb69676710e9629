#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/base/csv.h"
#include "tests/support/file_faults.h"
#include "tests/support/scratch.h"
#include "tests/support/writer_contract.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct scratch scratch;
static struct error error;

static void *destination_new(void)
{
    scratch_init(&scratch);
    return &scratch;
}

static void destination_free(void *destination)
{
    file_faults_end();
    scratch_release(destination);
}

static struct writer *destination_open(void *destination, const char *table)
{
    struct scratch *folder = destination;
    struct writer_options options = {
        .locations = (struct writer_location[]) { { table, scratch_path(folder, "contract.csv") } },
        .location_count = 1,
        .lock_timeout_ms = 10000,
    };
    return writer_find("csv")->open(&options, &error);
}

/* Told here once more, not taken from what is tested. */
static const char *without_defusing(const char *cell)
{
    size_t apostrophes = strspn(cell, "'");
    bool defused = apostrophes > 0 && cell[apostrophes] != '\0' &&
                   strchr("=+-@\t\r", cell[apostrophes]) != NULL;
    return defused ? cell + 1 : cell;
}

static void destination_read(void *destination, struct text *rows)
{
    char *content = scratch_read(destination, "contract.csv");
    assert_non_null(content);
    struct csv_reader reader;
    csv_reader_init(&reader, content, strlen(content));
    bool at_end, header = true;
    while (csv_reader_next(&reader, &at_end, &error) && !at_end) {
        for (size_t i = 0; i < reader.cell_count && !header; i++)
            text_format(rows, "%s%s", i ? "|" : "", without_defusing(reader.cells[i].text));
        text_append(rows, header ? "" : "\n");
        header = false;
    }
    assert_true(at_end && !header);
    csv_reader_release(&reader);
    free(content);
}

static void destination_fingerprint(void *destination, struct text *text)
{
    struct stat status;
    assert_int_equal(stat(scratch_path(destination, "contract.csv"), &status), 0);
    char *content = scratch_read(destination, "contract.csv");
    text_format(text, "%ju %jd.%09ld %jd.%09ld %s", (uintmax_t)status.st_ino,
                (intmax_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                (intmax_t)status.st_ctim.tv_sec, status.st_ctim.tv_nsec, content);
    free(content);
}

static void destination_set_broken(void *destination, bool broken)
{
    (void)destination;
    if (broken)
        file_faults_begin(&(struct file_fault) { FILE_CALL_WRITE, .nth = 2, .lasting = true,
                                                 .error_number = ENOSPC, .transfer_max = 16 });
    else
        file_faults_end();
}

int main(void)
{
    const struct writer_contract contract = {
        .type = "csv",
        .destination_new = destination_new,
        .destination_free = destination_free,
        .open = destination_open,
        .read = destination_read,
        .fingerprint = destination_fingerprint,
        .set_broken = destination_set_broken,
    };
    return writer_contract_run(&contract);
}
