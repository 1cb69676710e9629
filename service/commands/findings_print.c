#include "service/commands/findings_print.h"

#include "service/base/date.h"
#include "service/commands/table_print.h"

enum { DATES_SHOWN = 3 };

/* The session of a finding; among several symbols its symbol, too. */
static void print_place(const struct finding *finding, char *const *symbols, const char *before,
                        FILE *stream)
{
    char date[DATE_TEXT_SIZE];
    fprintf(stream, "%s%s%s%s", before, symbols ? symbols[finding->symbol] : "", symbols ? " " : "",
            date_format(finding->date, date));
}

/* Findings of one kind in a line: how many bars in how many sessions, and the first dates. */
static void print_kind(const struct findings *findings, enum finding_kind kind,
                       char *const *symbols, FILE *stream)
{
    size_t bars = 0;
    size_t sessions = 0;
    for (size_t i = 0; i < findings->count; i++) {
        bars += findings->items[i].kind == kind ? findings->items[i].count : 0;
        sessions += findings->items[i].kind == kind;
    }
    if (sessions == 0)
        return;
    const struct finding_type *type = finding_type(kind);
    fprintf(stream, "    %-7s  %s: %zu in %zu session%s", severity_name(type->severity), type->name,
            bars, sessions, sessions == 1 ? "" : "s");
    size_t shown = 0;
    for (size_t i = 0; i < findings->count && shown < DATES_SHOWN; i++) {
        const struct finding *finding = &findings->items[i];
        if (finding->kind == kind && finding->date != DATE_NONE)
            print_place(finding, symbols, shown++ == 0 ? " (" : ", ", stream);
    }
    fprintf(stream, "%s%s; %s: %s\n", sessions > DATES_SHOWN ? ", ..." : "", shown > 0 ? ")" : "",
            type->meaning, type->follows);
}

static void print_counts(const struct findings *findings, FILE *stream)
{
    size_t counts[SEVERITY_FATAL + 1] = { 0 };
    for (size_t i = 0; i < findings->count; i++)
        counts[finding_type(findings->items[i].kind)->severity]++;
    fprintf(stream, "  %zu finding%s about the bars", findings->count,
            findings->count == 1 ? "" : "s");
    const char *before = ": ";
    for (int severity = SEVERITY_FATAL; severity >= SEVERITY_NOTE; severity--) {
        size_t count = counts[severity];
        bool plural = count > 1 && severity != SEVERITY_FATAL;
        if (count > 0)
            fprintf(stream, "%s%zu %s%s", before, count, severity_name((enum severity)severity),
                    plural ? "s" : "");
        before = count > 0 ? ", " : before;
    }
    fprintf(stream, "\n");
}

void findings_print(const struct findings *findings, char *const *symbols, FILE *stream)
{
    if (findings->count == 0)
        return;
    print_counts(findings, stream);
    for (int severity = SEVERITY_FATAL; severity >= SEVERITY_NOTE; severity--)
        for (enum finding_kind kind = 1; kind < FINDING_KIND_COUNT; kind++)
            if (finding_type(kind)->severity == (enum severity)severity)
                print_kind(findings, kind, symbols, stream);
}

void findings_print_all(const struct findings *findings, FILE *stream)
{
    struct table_print table = {
        .columns = (const struct table_print_column[]) { { "session", ALIGN_LEFT },
                                                         { "severity", ALIGN_LEFT },
                                                         { "finding", ALIGN_LEFT },
                                                         { "count", ALIGN_RIGHT },
                                                         { "detail", ALIGN_LEFT } },
        .column_count = 5,
        .indent = 2,
    };
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        const struct finding_type *type = finding_type(finding->kind);
        char date[DATE_TEXT_SIZE];
        table_print_cell(&table, "%s",
                         finding->date == DATE_NONE ? "-" : date_format(finding->date, date));
        table_print_cell(&table, "%s", severity_name(type->severity));
        table_print_cell(&table, "%s", type->name);
        table_print_cell(&table, "%zu", finding->count);
        table_print_cell(&table, "%s", finding->detail);
    }
    table_print_write(&table, stream);
    table_print_release(&table);
}
