/* Thrift's compact protocol, read: Parquet's page headers and footer are made of it.
 *
 * A reader never looks beyond its end. What cannot be, or is not of the type that is asked for,
 * sets `failed`; from then on every value is 0, every list empty and every struct at its end, so
 * that one look at `failed` when all is read is enough. Source: thrift-compact-protocol.md. */
#ifndef PLAYBOOK_PARQUET_THRIFT_H
#define PLAYBOOK_PARQUET_THRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct thrift_reader {
    const uint8_t *next;
    const uint8_t *end;
    bool failed;
};

/* The numbers are the protocol's. A field that is a bool has its value in its type. */
enum thrift_type {
    THRIFT_STOP,
    THRIFT_TRUE,
    THRIFT_FALSE,
    THRIFT_BYTE,
    THRIFT_I16,
    THRIFT_I32,
    THRIFT_I64,
    THRIFT_DOUBLE,
    THRIFT_BINARY,
    THRIFT_LIST,
    THRIFT_SET,
    THRIFT_MAP,
    THRIFT_STRUCT,
};

struct thrift_field {
    int id;
    enum thrift_type type;
};

/* The next field of a struct, zeroed before the first. False at the struct's end. The caller reads
 * or skips the field's value. */
bool thrift_read_field(struct thrift_reader *reader, struct thrift_field *field);

/* Whether a struct comes, whose fields are to be read next. */
bool thrift_read_struct(struct thrift_reader *reader, enum thrift_type type);

int64_t thrift_read_integer(struct thrift_reader *reader, enum thrift_type type); /* of any width */
bool thrift_read_bool(struct thrift_reader *reader, enum thrift_type type);       /* a field's */

/* Borrowed from what is read. */
const uint8_t *thrift_read_bytes(struct thrift_reader *reader, enum thrift_type type,
                                 size_t *ret_size);

/* How many elements follow: never more than there are bytes left. */
size_t thrift_read_list(struct thrift_reader *reader, enum thrift_type type,
                        enum thrift_type element);

void thrift_skip(struct thrift_reader *reader, enum thrift_type type);

/* A number of seven bits a byte, the lowest first, and its form with the sign in the lowest bit.
 * Parquet's encodings use both as well. */
uint64_t thrift_read_varint(struct thrift_reader *reader);
int64_t thrift_read_signed(struct thrift_reader *reader);

#endif
