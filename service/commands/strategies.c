/* playbook strategies [NAME]: the strategies there are; the parameters of one. */
#include "service/base/decimal.h"
#include "service/commands/commands.h"
#include "service/commands/table_print.h"
#include "service/engine/playbook.h"
#include "service/strategies/strategy.h"

#include <stdio.h>

static void print_list(void)
{
    struct table_print table = {
        .columns = (const struct table_print_column[]) { { "strategy", ALIGN_LEFT },
                                                         { "symbol", ALIGN_LEFT },
                                                         { "timeframe", ALIGN_LEFT },
                                                         { "kind", ALIGN_LEFT },
                                                         { "what it does", ALIGN_LEFT } },
        .column_count = 5,
    };
    for (size_t i = 0; strategy_types[i]; i++) {
        const struct strategy_type *type = strategy_types[i];
        table_print_cell(&table, "%s", type->name);
        table_print_cell(&table, "%s", type->symbol ? type->symbol : "-");
        table_print_cell(&table, "%s", type->timeframe);
        table_print_cell(&table, "%s", type->intraday ? "intraday" : "over nights");
        table_print_cell(&table, "%s", type->summary);
    }
    table_print_write(&table, stdout);
    table_print_release(&table);
}

static void add_parameters(struct table_print *table, const struct parameter *rows)
{
    char buffer[PARAMETER_TEXT_SIZE];
    for (; rows->name; rows++) {
        table_print_cell(table, "%s", rows->name);
        table_print_cell(table, "%s", parameter_format(rows, rows->initial, buffer));
        table_print_cell(table, "%s", parameter_format(rows, rows->least, buffer));
        table_print_cell(table, "%s", parameter_format(rows, rows->most, buffer));
        table_print_cell(table, "%s", rows->help);
    }
}

static void print_one(const struct strategy_type *type)
{
    struct table_print table = {
        .columns = (const struct table_print_column[]) { { "parameter", ALIGN_LEFT },
                                                         { "default", ALIGN_RIGHT },
                                                         { "least", ALIGN_RIGHT },
                                                         { "most", ALIGN_RIGHT },
                                                         { "what it means", ALIGN_LEFT } },
        .column_count = 5,
    };
    struct parameter settings[PLAYBOOK_SETTINGS_SIZE];
    playbook_settings(type, settings);
    add_parameters(&table, type->parameters);
    add_parameters(&table, settings);
    printf("%s: %s\n", type->name, type->summary);
    printf("symbol %s, timeframe %s, %s\n\n", type->symbol ? type->symbol : "to be named",
           type->timeframe, type->intraday ? "out before the close" : "held over nights");
    table_print_write(&table, stdout);
    table_print_release(&table);
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    (void)settings;
    const char *name = arguments_operand(arguments, 0);
    if (!name) {
        print_list();
        return 0;
    }
    struct error error = { 0 };
    const struct strategy_type *type = strategy_named(name, &error);
    if (!type)
        return command_fail(&error);
    print_one(type);
    return 0;
}

const struct command strategies_command = {
    .name = "strategies",
    .summary = "the strategies there are, and the parameters of one",
    .operands = "[NAME]",
    .operands_max = 1,
    .run = run,
};
