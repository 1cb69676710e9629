#include "service/parquet/thrift.h"

enum { DEPTH_MAX = 32, SHORT_LIST_MAX = 14, VARINT_BITS_MAX = 64 };

static size_t size_left(const struct thrift_reader *reader)
{
    return (size_t)(reader->end - reader->next);
}

static bool fail(struct thrift_reader *reader)
{
    reader->failed = true;
    reader->next = reader->end;
    return false;
}

static uint8_t read_byte(struct thrift_reader *reader)
{
    if (reader->next < reader->end)
        return *reader->next++;
    fail(reader);
    return 0;
}

static void skip_bytes(struct thrift_reader *reader, uint64_t size)
{
    if (size <= size_left(reader))
        reader->next += size;
    else
        fail(reader);
}

uint64_t thrift_read_varint(struct thrift_reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < VARINT_BITS_MAX; shift += 7) {
        uint8_t byte = read_byte(reader);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return reader->failed ? 0 : value;
    }
    fail(reader);
    return 0;
}

int64_t thrift_read_signed(struct thrift_reader *reader)
{
    uint64_t value = thrift_read_varint(reader);
    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

/* The low half of a header's byte. */
static enum thrift_type type_of(struct thrift_reader *reader, unsigned header)
{
    if ((header & 0xf) > THRIFT_STRUCT)
        fail(reader);
    return reader->failed ? THRIFT_STOP : (enum thrift_type)(header & 0xf);
}

bool thrift_read_field(struct thrift_reader *reader, struct thrift_field *field)
{
    unsigned header = read_byte(reader);
    field->type = type_of(reader, header);
    if (field->type == THRIFT_STOP)
        return header == 0 ? false : fail(reader);
    int64_t id = header >> 4 != 0 ? field->id + (int64_t)(header >> 4) : thrift_read_signed(reader);
    if (reader->failed || id < INT16_MIN || id > INT16_MAX)
        return fail(reader);
    field->id = (int)id;
    return true;
}

bool thrift_read_struct(struct thrift_reader *reader, enum thrift_type type)
{
    return !reader->failed && (type == THRIFT_STRUCT || fail(reader));
}

int64_t thrift_read_integer(struct thrift_reader *reader, enum thrift_type type)
{
    if (type == THRIFT_BYTE)
        return (int8_t)read_byte(reader);
    if (type == THRIFT_I16 || type == THRIFT_I32 || type == THRIFT_I64)
        return thrift_read_signed(reader);
    fail(reader);
    return 0;
}

bool thrift_read_bool(struct thrift_reader *reader, enum thrift_type type)
{
    if (type != THRIFT_TRUE && type != THRIFT_FALSE)
        fail(reader);
    return type == THRIFT_TRUE;
}

const uint8_t *thrift_read_bytes(struct thrift_reader *reader, enum thrift_type type,
                                 size_t *ret_size)
{
    uint64_t size = type == THRIFT_BINARY ? thrift_read_varint(reader) : UINT64_MAX;
    const uint8_t *bytes = reader->next;
    skip_bytes(reader, size);
    *ret_size = reader->failed ? 0 : (size_t)size;
    return bytes;
}

/* Every element takes a byte at least. */
static size_t read_list_header(struct thrift_reader *reader, enum thrift_type *ret_element)
{
    unsigned header = read_byte(reader);
    *ret_element = type_of(reader, header);
    uint64_t count = header >> 4;
    if (count > SHORT_LIST_MAX)
        count = thrift_read_varint(reader);
    if (count > size_left(reader))
        fail(reader);
    return reader->failed ? 0 : (size_t)count;
}

size_t thrift_read_list(struct thrift_reader *reader, enum thrift_type type,
                        enum thrift_type element)
{
    enum thrift_type found = THRIFT_STOP;
    size_t count = type == THRIFT_LIST ? read_list_header(reader, &found) : 0;
    if (type != THRIFT_LIST || (count > 0 && found != element))
        fail(reader);
    return reader->failed ? 0 : count;
}

static void skip_value(struct thrift_reader *reader, enum thrift_type type, int depth);

/* Bools, which as fields have no bytes, have one here. */
static void skip_element(struct thrift_reader *reader, enum thrift_type type, int depth)
{
    bool is_bool = type == THRIFT_TRUE || type == THRIFT_FALSE;
    skip_value(reader, is_bool ? THRIFT_BYTE : type, depth);
}

static void skip_list(struct thrift_reader *reader, int depth)
{
    enum thrift_type element;
    size_t count = read_list_header(reader, &element);
    for (size_t i = 0; i < count && !reader->failed; i++)
        skip_element(reader, element, depth);
}

static void skip_map(struct thrift_reader *reader, int depth)
{
    uint64_t count = thrift_read_varint(reader);
    if (count == 0)
        return;
    unsigned header = read_byte(reader);
    enum thrift_type key = type_of(reader, header >> 4);
    enum thrift_type value = type_of(reader, header);
    for (uint64_t i = 0; i < count && !reader->failed; i++) {
        skip_element(reader, key, depth);
        skip_element(reader, value, depth);
    }
}

static void skip_value(struct thrift_reader *reader, enum thrift_type type, int depth)
{
    struct thrift_field field = { 0 };
    if (depth == DEPTH_MAX)
        fail(reader);
    switch (type) {
    case THRIFT_STOP:
        fail(reader);
        return;
    case THRIFT_TRUE:
    case THRIFT_FALSE:
        return;
    case THRIFT_BYTE:
        skip_bytes(reader, 1);
        return;
    case THRIFT_I16:
    case THRIFT_I32:
    case THRIFT_I64:
        thrift_read_varint(reader);
        return;
    case THRIFT_DOUBLE:
        skip_bytes(reader, 8);
        return;
    case THRIFT_BINARY:
        skip_bytes(reader, thrift_read_varint(reader));
        return;
    case THRIFT_LIST:
    case THRIFT_SET:
        skip_list(reader, depth + 1);
        return;
    case THRIFT_MAP:
        skip_map(reader, depth + 1);
        return;
    case THRIFT_STRUCT:
        while (thrift_read_field(reader, &field))
            skip_value(reader, field.type, depth + 1);
        return;
    }
}

void thrift_skip(struct thrift_reader *reader, enum thrift_type type)
{
    skip_value(reader, type, 0);
}
