/* What the program has done, counted: sums under a name and labels, for a summary at the end and
 * for /metrics. Safe for several threads. The names are the table in metrics.c: a name that is not
 * there is our own mistake. */
#ifndef PLAYBOOK_BASE_METRICS_H
#define PLAYBOOK_BASE_METRICS_H

#include "service/base/text.h"

#include <stdbool.h>
#include <stddef.h>

struct metrics;

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics); /* accepts NULL */

/* Adds to the sum of a metric for these labels, written as Prometheus does:
 * `host="data.alpaca.markets",status="200"`; "" for none. Every caller of a name gives its labels
 * in the same order; the value is finite and not negative. NULL as metrics: nothing is counted. */
void metrics_add(struct metrics *metrics, const char *name, const char *labels, double value);

/* Appends one label, behind a comma where there are some; the value may hold anything. */
void metrics_label(struct text *labels, const char *name, const char *value);

/* The sum over all labels that contain the given text; 0 when there is none. */
double metrics_sum(struct metrics *metrics, const char *name, const char *labels_with);

/* Appends everything in Prometheus' text format 0.0.4 (Content-Type: text/plain; version=0.0.4),
 * names and labels in order. */
void metrics_print(struct metrics *metrics, struct text *text);

#endif
