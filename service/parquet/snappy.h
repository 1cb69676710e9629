/* Snappy, decompressed: literal bytes and copies of what came before. Source:
 * format_description.txt of google/snappy. */
#ifndef PLAYBOOK_PARQUET_SNAPPY_H
#define PLAYBOOK_PARQUET_SNAPPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* It copies sixteen bytes where fewer were asked for, and mends nothing behind the target: there
 * must be room for this many bytes more. */
enum { SNAPPY_SLACK = 32 };

/* False when the source is damaged or does not give exactly target_size bytes. */
bool snappy_decompress(const uint8_t *source, size_t source_size, uint8_t *target,
                       size_t target_size);

#endif
