/* Thrift's compact protocol, written: Parquet's page headers and footer are made of it.
 *
 * The fields of a struct are written in ascending order of their numbers. What has no number, the
 * outermost struct and the elements of a list, is field 0. Source: thrift-compact-protocol.md. */
#ifndef PLAYBOOK_PARQUET_WRITE_THRIFT_H
#define PLAYBOOK_PARQUET_WRITE_THRIFT_H

#include "service/base/text.h"
#include "service/parquet/thrift.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { THRIFT_WRITER_DEPTH_MAX = 8 };

struct thrift_writer {
    struct text *target;                      /* borrowed */
    int last_fields[THRIFT_WRITER_DEPTH_MAX]; /* of the open structs */
    size_t depth;
};

void thrift_write_begin(struct thrift_writer *writer, int field); /* opens a struct */
void thrift_write_end(struct thrift_writer *writer);              /* closes the innermost one */

/* `count` elements follow, each as field 0. */
void thrift_write_list(struct thrift_writer *writer, int field, enum thrift_type element,
                       size_t count);

void thrift_write_bool(struct thrift_writer *writer, int field, bool value); /* not in a list */
void thrift_write_i32(struct thrift_writer *writer, int field, int32_t value);
void thrift_write_i64(struct thrift_writer *writer, int field, int64_t value);
void thrift_write_bytes(struct thrift_writer *writer, int field, const void *bytes, size_t size);
void thrift_write_string(struct thrift_writer *writer, int field, const char *string);

/* The numbers the protocol is made of, which Parquet's encodings use as well: seven bits a byte,
 * the lowest first; signed ones with the sign in the lowest bit. */
void varint_append(struct text *target, uint64_t value);
void varint_append_signed(struct text *target, int64_t value);

#endif
