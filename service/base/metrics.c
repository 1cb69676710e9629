#include "service/base/metrics.h"

#include "service/base/decimal.h"
#include "service/base/memory.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* All are counters. In the order of strcmp, in which they are printed. */
static const struct {
    const char *name;
    const char *help;
} families[] = {
    { "playbook_http_received_bytes_total", "Bytes of HTTP answers, as they came." },
    { "playbook_http_request_seconds_total", "Time that attempts at HTTP requests took." },
    { "playbook_http_requests_total", "Attempts at HTTP requests, by what came of them." },
    { "playbook_http_wait_seconds_total", "Time HTTP requests waited for their rate limit." },
};

enum { FAMILY_COUNT = sizeof families / sizeof families[0] };

struct sum {
    size_t family;
    char *labels; /* owned */
    double value;
};

struct metrics {
    pthread_mutex_t mutex; /* of all below */
    struct sum *sums;      /* by family, then by labels */
    size_t count;
    size_t capacity;
};

struct metrics *metrics_new(void)
{
    struct metrics *metrics = memory_new(1, sizeof *metrics);
    pthread_mutex_init(&metrics->mutex, NULL);
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    for (size_t i = 0; i < metrics->count; i++)
        free(metrics->sums[i].labels);
    free(metrics->sums);
    pthread_mutex_destroy(&metrics->mutex);
    free(metrics);
}

static size_t family_find(const char *name)
{
    size_t family = 0;
    while (family < FAMILY_COUNT && strcmp(families[family].name, name) != 0)
        family++;
    assert(family < FAMILY_COUNT);
    return family;
}

/* Of the sums in order, the first that is not before these labels. There are a few dozen. */
static size_t position_find(const struct metrics *metrics, size_t family, const char *labels)
{
    size_t position = 0;
    while (position < metrics->count) {
        const struct sum *sum = &metrics->sums[position];
        if (sum->family > family || (sum->family == family && strcmp(sum->labels, labels) >= 0))
            break;
        position++;
    }
    return position;
}

static struct sum *sum_find_or_insert(struct metrics *metrics, size_t family, const char *labels)
{
    metrics->sums =
        memory_grow(metrics->sums, metrics->count, &metrics->capacity, sizeof *metrics->sums);
    size_t position = position_find(metrics, family, labels);
    struct sum *sum = &metrics->sums[position];
    if (position < metrics->count && sum->family == family && strcmp(sum->labels, labels) == 0)
        return sum;
    memmove(sum + 1, sum, (metrics->count - position) * sizeof *sum);
    metrics->count++;
    *sum = (struct sum) { .family = family, .labels = memory_copy_text(labels) };
    return sum;
}

void metrics_add(struct metrics *metrics, const char *name, const char *labels, double value)
{
    if (metrics == NULL)
        return;
    size_t family = family_find(name);
    assert(isfinite(value) && value >= 0);
    pthread_mutex_lock(&metrics->mutex);
    sum_find_or_insert(metrics, family, labels)->value += value;
    pthread_mutex_unlock(&metrics->mutex);
}

void metrics_label(struct text *labels, const char *name, const char *value)
{
    text_format(labels, "%s%s=\"", labels->size > 0 ? "," : "", name);
    for (; *value != '\0'; value++) {
        if (*value == '\\' || *value == '"')
            text_append_character(labels, '\\');
        if (*value == '\n')
            text_append(labels, "\\n");
        else
            text_append_character(labels, *value);
    }
    text_append_character(labels, '"');
}

double metrics_sum(struct metrics *metrics, const char *name, const char *labels_with)
{
    size_t family = family_find(name);
    double total = 0;
    pthread_mutex_lock(&metrics->mutex);
    for (size_t i = 0; i < metrics->count; i++)
        if (metrics->sums[i].family == family && strstr(metrics->sums[i].labels, labels_with))
            total += metrics->sums[i].value;
    pthread_mutex_unlock(&metrics->mutex);
    return total;
}

void metrics_print(struct metrics *metrics, struct text *text)
{
    pthread_mutex_lock(&metrics->mutex);
    size_t printed = FAMILY_COUNT;
    for (size_t i = 0; i < metrics->count; i++) {
        const struct sum *sum = &metrics->sums[i];
        const char *name = families[sum->family].name;
        if (sum->family != printed)
            text_format(text, "# HELP %s %s\n# TYPE %s counter\n", name, families[sum->family].help,
                        name);
        printed = sum->family;
        text_append(text, name);
        if (sum->labels[0] != '\0')
            text_format(text, "{%s}", sum->labels);
        char value[DECIMAL_TEXT_SIZE];
        text_format(text, " %s\n", double_format(sum->value, value));
    }
    pthread_mutex_unlock(&metrics->mutex);
}
