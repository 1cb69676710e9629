/* playbook demo: the playbooks of examples/ on the bars of examples/. */
#include "service/base/memory.h"
#include "service/base/text.h"
#include "service/commands/commands.h"
#include "service/commands/result_print.h"
#include "service/jobs/backtest.h"
#include "service/jobs/load.h"
#include "service/jobs/playbooks.h"
#include "service/jobs/publish.h"

#include <stdlib.h>

#define EXAMPLES "examples"

static bool run_playbook(const struct playbook *playbook, const struct publish_options *publish,
                         struct backtest *ret_backtest, struct publish_outputs *outputs,
                         struct error *error)
{
    const struct calendar *calendar = playbook_calendar(playbook, error);
    struct load load;
    bool done = false;
    if (!calendar)
        return false;
    load_begin(&load, playbook, &(struct load_options) { .bars = EXAMPLES });
    struct backtest_source source = load_source(&load);
    struct backtest_options options = {
        .playbook = playbook,
        .calendar = calendar,
        .start = DATE_NONE,
        .end = DATE_NONE,
        .capital = BACKTEST_CAPITAL,
        .source = &source,
    };
    if (backtest_run(&options, ret_backtest, error) &&
        publish_backtest(ret_backtest, publish, outputs, error)) {
        result_print_table(ret_backtest, &(struct result_context) { .calendar = calendar }, stdout);
        puts("");
        done = true;
    }
    load_release(&load);
    return done;
}

static bool run_all(const struct playbooks *file, const struct publish_options *publish,
                    struct error *error)
{
    struct backtest *backtests = memory_new(file->count, sizeof *backtests);
    struct publish_outputs outputs = { 0 };
    size_t count = 0;
    bool done = true;
    for (size_t i = 0; done && i < file->count; i++) {
        if (!file->items[i].enabled)
            continue;
        publish_outputs_release(&outputs);
        done = run_playbook(&file->items[i], publish, &backtests[count++], &outputs, error);
    }
    if (done) {
        result_print_totals(backtests, count, stdout);
        puts("");
        printf("trades:  %s\njournal: %s\n", publish->trades_path, publish->journal_path);
    }
    publish_outputs_release(&outputs);
    for (size_t i = 0; i < count; i++)
        backtest_release(&backtests[i]);
    free(backtests);
    return done;
}

static int run(const struct arguments *arguments, struct settings *settings)
{
    (void)arguments;
    const char *output_dir = settings_get(settings, SETTING_OUTPUT_DIR);
    struct error error = { 0 };
    struct playbooks file = { 0 };
    struct text trades_path = { 0 }, journal_path = { 0 };
    text_format(&trades_path, "%s/demo/trades.csv", output_dir);
    text_format(&journal_path, "%s/demo/journal.csv", output_dir);
    struct publish_options publish = {
        .writers = "csv",
        .trades_path = text_string(&trades_path),
        .journal_path = text_string(&journal_path),
    };
    bool done =
        playbooks_load(EXAMPLES "/playbooks.json", &file, &error) ||
        error_context(&error, "the demo runs in the folder of the source, on " EXAMPLES "/");
    done = done && run_all(&file, &publish, &error);
    int code = done ? 0 : command_fail(&error);
    playbooks_release(&file);
    text_release(&trades_path);
    text_release(&journal_path);
    return code;
}

const struct command demo_command = {
    .name = "demo",
    .summary = "run the playbooks of examples/ on the bars of examples/",
    .run = run,
};
