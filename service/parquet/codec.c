#include "service/parquet/codec.h"

#include "service/base/memory.h"
#include "service/parquet/snappy.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

_Static_assert((int)SNAPPY_SLACK <= (int)PARQUET_CODEC_SLACK, "room for every codec");

/* Of zlib's window sizes the largest, and the sign to look for a gzip header. */
enum { GZIP_WINDOW_BITS = 15 + 32 };

void parquet_codecs_release(struct parquet_codecs *codecs)
{
    ZSTD_freeDCtx(codecs->zstd);
    if (codecs->gzip != NULL)
        inflateEnd(codecs->gzip);
    free(codecs->gzip);
    *codecs = (struct parquet_codecs) { 0 };
}

/* The most that a byte of source can stand for: 64 bytes are copied for 3 by Snappy, 258 for two
 * bits by deflate, and Zstandard repeats a byte 128 Ki times for 4. */
bool parquet_codec_may_give(enum parquet_codec codec, size_t source_size, size_t target_size)
{
    static const size_t most[] = {
        [CODEC_UNCOMPRESSED] = 1, [CODEC_SNAPPY] = 22, [CODEC_GZIP] = 1032, [CODEC_ZSTD] = 32768
    };
    return target_size / most[codec] <= source_size;
}

static bool gunzip(struct parquet_codecs *codecs, const uint8_t *source, size_t source_size,
                   uint8_t *target, size_t target_size)
{
    bool is_new = codecs->gzip == NULL;
    if (is_new)
        codecs->gzip = memory_new(1, sizeof *codecs->gzip);
    z_stream *stream = codecs->gzip;
    int ready = is_new ? inflateInit2(stream, GZIP_WINDOW_BITS) : inflateReset(stream);
    stream->next_in = (z_const Bytef *)(uintptr_t)source;
    stream->avail_in = (uInt)source_size;
    stream->next_out = target;
    stream->avail_out = (uInt)target_size;
    return ready == Z_OK && inflate(stream, Z_FINISH) == Z_STREAM_END && stream->avail_out == 0;
}

static bool unzstd(struct parquet_codecs *codecs, const uint8_t *source, size_t source_size,
                   uint8_t *target, size_t target_size)
{
    if (codecs->zstd == NULL)
        codecs->zstd = ZSTD_createDCtx();
    return codecs->zstd != NULL && ZSTD_decompressDCtx(codecs->zstd, target, target_size, source,
                                                       source_size) == target_size;
}

bool parquet_decompress(struct parquet_codecs *codecs, enum parquet_codec codec,
                        const uint8_t *source, size_t source_size, uint8_t *target,
                        size_t target_size)
{
    if (codec == CODEC_SNAPPY)
        return snappy_decompress(source, source_size, target, target_size);
    if (codec == CODEC_GZIP)
        return gunzip(codecs, source, source_size, target, target_size);
    return unzstd(codecs, source, source_size, target, target_size);
}
