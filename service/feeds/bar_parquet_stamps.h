/* When bars opened, as a Parquet column says it: TIMESTAMP in ms, us or ns, DATE, or INT64 counts
 * since 1970 as in bar_stamp.h; to microseconds UTC.
 *
 * A TIMESTAMP that is not adjusted to UTC is a clock reading in a zone that the person names. But
 * when its column is named date and every reading is a midnight, they are dates: so pandas has
 * them. As that is known at the end only, such a column is read as if in UTC until then. */
#ifndef PLAYBOOK_FEEDS_BAR_PARQUET_STAMPS_H
#define PLAYBOOK_FEEDS_BAR_PARQUET_STAMPS_H

#include "service/base/error.h"
#include "service/feeds/bar_rows.h"
#include "service/parquet/footer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number of microseconds for a number of units. */
struct parquet_ratio {
    int64_t multiplier; /* 0: said by the size of each stamp */
    int64_t divisor;
};

struct parquet_stamps {
    const struct parquet_footer *footer; /* borrowed, as the column and the zone */
    const struct parquet_column *column;
    const struct bar_zone *zone;
    struct parquet_ratio ratio;
    bool is_naive;      /* clock readings */
    bool is_deferred;   /* clock readings that may turn out to be dates */
    bool are_midnights; /* so far, of such ones */
    bool are_ascending; /* each lies after the one before */
    int64_t last_us;
    size_t row; /* of the stamp to come, from 1 */
    /* The last day that has one offset from UTC, which the next stamp most often shares. */
    int64_t day_begin_us;
    int64_t day_end_us;
    int64_t day_offset_us;
};

/* False, with an error that names the column, when it has no stamps. */
bool parquet_stamps_init(struct parquet_stamps *stamps, const struct parquet_footer *footer,
                         const struct parquet_column *column, const struct bar_zone *zone,
                         struct error *error);

/* Turns the column's next values, as parquet_values_read gives them, into times in place. Kind data
 * when a row has a null or none between 1970 and 2199, and when a zone is needed and not named. */
bool parquet_stamps_convert(struct parquet_stamps *stamps, uint64_t *words, size_t count,
                            struct error *error);

/* Goes on with stamps that another reader converted: the `next` ones, of which `first_us` is the
 * first. */
void parquet_stamps_join(struct parquet_stamps *stamps, const struct parquet_stamps *next,
                         int64_t first_us);

/* When all rows are there: says whether they are daily and ascending, and turns what was read as if
 * in UTC and is no date. */
bool parquet_stamps_finish(struct parquet_stamps *stamps, struct bar_rows *rows,
                           struct error *error);

#endif
