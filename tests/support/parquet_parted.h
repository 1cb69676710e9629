/* A Parquet file of bars read on one thread and on several, which is to make no difference. */
#ifndef PLAYBOOK_TESTS_SUPPORT_PARQUET_PARTED_H
#define PLAYBOOK_TESTS_SUPPORT_PARQUET_PARTED_H

#include "service/feeds/bar_parquet.h"

#include <stdbool.h>
#include <stddef.h>

/* bar_parquet_parse on one thread. Aborts when on two, three and so on up to `threads_max` threads
 * the rows, what is known of them, or the error are others. */
bool parted_parse(const struct bar_source *source, size_t threads_max, struct bar_rows *ret_rows,
                  struct error *error);

#endif
