/* Compressed Parquet pages, decompressed: Snappy, gzip and Zstandard. */
#ifndef PLAYBOOK_PARQUET_CODEC_H
#define PLAYBOOK_PARQUET_CODEC_H

#include "service/parquet/footer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes behind its end the target must have room for. */
enum { PARQUET_CODEC_SLACK = 32 };

/* The libraries' working memory, kept from page to page. Zeroed: none yet. */
struct parquet_codecs {
    struct ZSTD_DCtx_s *zstd;
    struct z_stream_s *gzip;
};

void parquet_codecs_release(struct parquet_codecs *codecs);

/* Whether that much can come out of so little. Ask before taking memory for the target. */
bool parquet_codec_may_give(enum parquet_codec codec, size_t source_size, size_t target_size);

/* False when the source is damaged or does not give exactly target_size bytes. */
bool parquet_decompress(struct parquet_codecs *codecs, enum parquet_codec codec,
                        const uint8_t *source, size_t source_size, uint8_t *target,
                        size_t target_size);

#endif
