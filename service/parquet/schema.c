#include "service/parquet/schema.h"

#include "service/base/memory.h"

#include <stdio.h>

enum { REPETITION_REQUIRED, REPETITION_OPTIONAL, REPETITION_REPEATED };

static const char *const type_names[PARQUET_TYPE_COUNT] = {
    "BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY",
};

const char *parquet_type_name(enum parquet_type type)
{
    return type_names[type];
}

const char *parquet_column_type(const struct parquet_column *column,
                                char buffer[static PARQUET_TYPE_TEXT_SIZE])
{
    if (column->is_nested)
        return "a nested type";
    snprintf(buffer, PARQUET_TYPE_TEXT_SIZE, "type %s%s%s", type_names[column->type],
             column->meaning_name != NULL ? " " : "",
             column->meaning_name != NULL ? column->meaning_name : "");
    return buffer;
}

/* A column's meaning is said by its logical type, a union of structs, and by older writers, or for
 * older readers, by its converted type, a number. Both are looked up here by their numbers. */
struct meaning {
    const char *name;
    enum parquet_meaning meaning;
    int64_t units_per_second;
};

static const struct meaning converted_types[] = {
    { "STRING", MEANING_OTHER, 0 },
    { "MAP", MEANING_OTHER, 0 },
    { "MAP_KEY_VALUE", MEANING_OTHER, 0 },
    { "LIST", MEANING_OTHER, 0 },
    { "ENUM", MEANING_OTHER, 0 },
    { "DECIMAL", MEANING_OTHER, 0 },
    { "DATE", MEANING_DATE, 0 },
    { "TIME", MEANING_OTHER, 0 },
    { "TIME", MEANING_OTHER, 0 },
    { "TIMESTAMP", MEANING_TIMESTAMP, 1000 },
    { "TIMESTAMP", MEANING_TIMESTAMP, 1000000 },
    { "UINT_8", MEANING_UNSIGNED, 0 },
    { "UINT_16", MEANING_UNSIGNED, 0 },
    { "UINT_32", MEANING_UNSIGNED, 0 },
    { "UINT_64", MEANING_UNSIGNED, 0 },
    { NULL, MEANING_NONE, 0 }, /* INT_8 */
    { NULL, MEANING_NONE, 0 },
    { NULL, MEANING_NONE, 0 },
    { NULL, MEANING_NONE, 0 }, /* INT_64 */
    { "JSON", MEANING_OTHER, 0 },
    { "BSON", MEANING_OTHER, 0 },
    { "INTERVAL", MEANING_OTHER, 0 },
};

enum { LOGICAL_TIMESTAMP = 8, LOGICAL_INTEGER = 10 };

static const struct meaning logical_types[] = {
    [1] = { "STRING", MEANING_OTHER, 0 },
    [2] = { "MAP", MEANING_OTHER, 0 },
    [3] = { "LIST", MEANING_OTHER, 0 },
    [4] = { "ENUM", MEANING_OTHER, 0 },
    [5] = { "DECIMAL", MEANING_OTHER, 0 },
    [6] = { "DATE", MEANING_DATE, 0 },
    [7] = { "TIME", MEANING_OTHER, 0 },
    [LOGICAL_TIMESTAMP] = { "TIMESTAMP", MEANING_TIMESTAMP, 0 },
    [LOGICAL_INTEGER] = { NULL, MEANING_NONE, 0 },
    [11] = { "UNKNOWN", MEANING_NOTHING, 0 },
    [12] = { "JSON", MEANING_OTHER, 0 },
    [13] = { "BSON", MEANING_OTHER, 0 },
    [14] = { "UUID", MEANING_OTHER, 0 },
    [15] = { "FLOAT16", MEANING_OTHER, 0 },
    [16] = { "VARIANT", MEANING_OTHER, 0 },
    [17] = { "GEOMETRY", MEANING_OTHER, 0 },
    [18] = { "GEOGRAPHY", MEANING_OTHER, 0 },
};

static const struct meaning unheard_of = { "of a newer format", MEANING_OTHER, 0 };

/* An element of the schema: a column, or a part of one that is nested. */
struct element {
    struct parquet_column column;
    int64_t type; /* -1: a group */
    int64_t repetition;
    int64_t child_count;
    int64_t converted_type; /* -1: none */
    bool has_logical_type;
};

static void set_meaning(struct parquet_column *column, const struct meaning *meaning)
{
    column->meaning = meaning->meaning;
    column->meaning_name = meaning->name;
    column->units_per_second = meaning->units_per_second;
}

/* A union of empty structs: 1 ms, 2 us, 3 ns. */
static void unit_read(struct thrift_reader *reader, enum thrift_type type, int64_t *ret_per_second)
{
    static const int64_t units_per_second[] = { 0, 1000, 1000000, 1000000000 };
    struct thrift_field field = { 0 };
    if (!thrift_read_struct(reader, type))
        return;
    while (thrift_read_field(reader, &field)) {
        thrift_skip(reader, field.type);
        if (field.id >= 1 && field.id <= 3)
            *ret_per_second = units_per_second[field.id];
    }
}

static void timestamp_read(struct thrift_reader *reader, struct parquet_column *column)
{
    struct thrift_field field = { 0 };
    while (thrift_read_field(reader, &field)) {
        if (field.id == 1)
            column->is_utc = thrift_read_bool(reader, field.type);
        else if (field.id == 2)
            unit_read(reader, field.type, &column->units_per_second);
        else
            thrift_skip(reader, field.type);
    }
    if (column->units_per_second == 0) /* of a unit that is to come */
        column->meaning = MEANING_OTHER;
}

static void integer_read(struct thrift_reader *reader, struct parquet_column *column)
{
    struct thrift_field field = { 0 };
    while (thrift_read_field(reader, &field)) {
        if (field.id != 2)
            thrift_skip(reader, field.type);
        else if (!thrift_read_bool(reader, field.type))
            set_meaning(column, &(struct meaning) { "unsigned", MEANING_UNSIGNED, 0 });
    }
}

static void logical_type_read(struct thrift_reader *reader, enum thrift_type type,
                              struct parquet_column *column)
{
    struct thrift_field field = { 0 };
    if (!thrift_read_struct(reader, type))
        return;
    while (thrift_read_field(reader, &field)) {
        bool is_known =
            field.id >= 1 && (size_t)field.id < sizeof logical_types / sizeof *logical_types;
        set_meaning(column, is_known ? &logical_types[field.id] : &unheard_of);
        if (!thrift_read_struct(reader, field.type))
            return;
        if (field.id == LOGICAL_TIMESTAMP)
            timestamp_read(reader, column);
        else if (field.id == LOGICAL_INTEGER)
            integer_read(reader, column);
        else
            thrift_skip(reader, THRIFT_STRUCT);
    }
}

static void converted_type_apply(struct element *element)
{
    size_t type = (size_t)element->converted_type;
    bool is_known = type < sizeof converted_types / sizeof *converted_types;
    set_meaning(&element->column, is_known ? &converted_types[type] : &unheard_of);
    element->column.is_utc = true; /* as LogicalTypes.md has it */
}

static void element_read(struct thrift_reader *reader, struct element *ret_element)
{
    struct element element = { .type = -1, .converted_type = -1 };
    struct thrift_field field = { 0 };
    while (thrift_read_field(reader, &field)) {
        if (field.id == 1)
            element.type = thrift_read_integer(reader, field.type);
        else if (field.id == 3)
            element.repetition = thrift_read_integer(reader, field.type);
        else if (field.id == 4)
            element.column.name =
                (const char *)thrift_read_bytes(reader, field.type, &element.column.name_size);
        else if (field.id == 5)
            element.child_count = thrift_read_integer(reader, field.type);
        else if (field.id == 6)
            element.converted_type = thrift_read_integer(reader, field.type);
        else if (field.id == 10)
            logical_type_read(reader, field.type, &element.column);
        else
            thrift_skip(reader, field.type);
        element.has_logical_type |= field.id == 10;
    }
    if (element.converted_type >= 0 && !element.has_logical_type)
        converted_type_apply(&element);
    if (element.type >= PARQUET_TYPE_COUNT || (element.type < 0 && element.type != -1))
        reader->failed = true;
    else if (element.type >= 0)
        element.column.type = (enum parquet_type)element.type;
    element.column.is_nested = element.type < 0 || element.repetition == REPETITION_REPEATED;
    element.column.is_optional = element.repetition == REPETITION_OPTIONAL;
    *ret_element = element;
}

static void column_add(struct parquet_schema *schema, size_t *capacity,
                       const struct parquet_column *column)
{
    if (schema->column_count < PARQUET_COLUMNS_MAX) {
        schema->columns =
            memory_grow(schema->columns, schema->column_count, capacity, sizeof *schema->columns);
        schema->columns[schema->column_count] = *column;
        schema->columns[schema->column_count].leaf = schema->leaf_count;
    }
    schema->column_count++;
}

void parquet_schema_read(struct thrift_reader *reader, enum thrift_type type,
                         struct parquet_schema *ret_schema)
{
    struct parquet_schema schema = { 0 };
    struct element element = { 0 };
    size_t capacity = 0;
    size_t count = thrift_read_list(reader, type, THRIFT_STRUCT);
    if (count > 0)
        element_read(reader, &element);
    int64_t root_child_count = element.child_count;
    /* The tree is written parents first. `pending` elements are still to come in a column. */
    int64_t pending = 0;
    for (size_t i = 1; i < count && !reader->failed; i++) {
        element_read(reader, &element);
        if (pending == 0) {
            pending = 1;
            column_add(&schema, &capacity, &element.column);
        }
        schema.leaf_count += element.type >= 0;
        pending += element.child_count - 1;
        if (element.child_count < 0 || element.child_count > (int64_t)(count - i) ||
            (element.type >= 0 && element.child_count > 0))
            reader->failed = true;
    }
    if (pending != 0 || root_child_count != (int64_t)schema.column_count)
        reader->failed = true;
    *ret_schema = schema;
}
