/* Scheduled runs as one JSON document. */
#include "service/base/decimal.h"
#include "service/base/json.h"
#include "service/base/json_fields.h"
#include "service/commands/run_print.h"

enum { MONEY_DECIMALS_MIN = 2 };

/* Of several runs: the first of these that one of them has. */
static enum day_status status_of(const struct day_run *runs, size_t count)
{
    static const enum day_status order[] = { DAY_FAILED, DAY_TOO_EARLY, DAY_COMPLETED,
                                             DAY_UNPUBLISHED, DAY_DUPLICATE };
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        for (size_t k = 0; k < count; k++)
            if (runs[k].status == order[i])
                return order[i];
    return DAY_NO_SESSION;
}

static void append_result(struct text *text, const struct day_result *result)
{
    json_field_count(text, "sessions", 1);
    json_field_count(text, "signals", result->signals);
    json_field_count(text, "trades", result->trade_count);
    json_field_name(text, "net_pnl");
    json_append_decimal(text, result->net_pnl, MONEY_DECIMALS, MONEY_DECIMALS_MIN);
    json_field_name(text, "outputs");
    publish_outputs_append_json(&result->outputs, text);
    json_field_name(text, "findings");
    findings_append_json(&result->findings, result->symbols, text);
}

static void append_error(struct text *text, const struct error *error)
{
    json_field_name(text, "error");
    text_append(text, "{");
    json_field_string(text, "kind", error_kind_name(error->kind));
    json_field_string(text, "message", error->message);
    text_append(text, "}");
}

static void append_run(struct text *text, const struct day_run *run)
{
    char date[DATE_TEXT_SIZE];
    struct text id = { 0 };
    text_format(&id, "%s/%s", run->playbook->name, date_format(run->date, date));
    text_append(text, "{");
    json_field_string(text, "run_id", text_string(&id));
    json_field_string(text, "playbook", run->playbook->name);
    json_field_string(text, "status", day_status_name(run->status));
    if (run->result.symbol_count > 0)
        append_result(text, &run->result);
    json_field_name(text, "warnings");
    text_append(text, "[");
    if (run->is_other)
        json_append_string(text, RUN_PRINT_IS_OTHER);
    text_append(text, "]");
    if (run->error.kind != ERROR_NONE)
        append_error(text, &run->error);
    if (run->status == DAY_TOO_EARLY)
        json_field_time(text, "due", run->due_us);
    text_append(text, "}");
    text_release(&id);
}

/* The members of one day's object. */
static void append_day(struct text *text, const struct day_run *runs, size_t count)
{
    json_field_string(text, "status", day_status_name(status_of(runs, count)));
    json_field_date(text, "date", runs[0].date);
    json_field_name(text, "runs");
    for (size_t i = 0; i < count; i++) {
        text_append(text, i == 0 ? "[" : ",");
        append_run(text, &runs[i]);
    }
    text_append(text, "]");
}

static void append_days(struct text *text, const struct run_report *report)
{
    const struct day_run *runs = report->runs;
    json_field_string(text, "status", day_status_name(status_of(runs, report->count)));
    json_field_name(text, "days");
    text_append(text, "[");
    for (size_t begin = 0, end = 0; begin < report->count; begin = end) {
        while (end < report->count && runs[end].date == runs[begin].date)
            end++;
        text_append(text, begin == 0 ? "{" : ",{");
        append_day(text, runs + begin, end - begin);
        text_append(text, "}");
    }
    text_append(text, "]");
}

void run_print_json(const struct run_report *report, FILE *stream)
{
    struct text text = { 0 };
    text_append(&text, "{");
    if (report->spans_days)
        append_days(&text, report);
    else
        append_day(&text, report->runs, report->count);
    json_field_count(&text, "duration_ms", (size_t)(report->duration_us / 1000));
    text_append(&text, "}\n");
    fwrite(text_string(&text), 1, text.size, stream);
    text_release(&text);
}
