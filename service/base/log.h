/* The log: one line an event, on one stream, for a person on a terminal or as one JSON object a
 * line (Cloud Logging's field names: severity, message, time). Not used by the core.
 *
 *     13:30:01 warn  QQQ: 40 of 45 bars
 *     {"severity":"WARNING","message":"QQQ: 40 of 45 bars","time":"2024-06-28T13:30:01.250000Z"}
 *
 * Times are UTC. A line is one line whatever the message holds: control characters are escaped,
 * bytes that are not UTF-8 become U+FFFD, and what is too long ends in "...". It is handed over by
 * one write of at most LOG_LINE_SIZE_MAX bytes, so that lines of several threads and processes do
 * not mix, in a pipe either. A log that cannot be written is not an error. */
#ifndef PLAYBOOK_BASE_LOG_H
#define PLAYBOOK_BASE_LOG_H

#include <stdbool.h>
#include <stdio.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Auto: text, coloured, on a terminal; JSON elsewhere. */
enum log_format { LOG_FORMAT_AUTO, LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

enum { LOG_LINE_SIZE_MAX = 4096 }; /* with the newline; what POSIX lets a pipe take whole */

/* Once, before there are threads. Until then: stderr, info, auto. The stream is borrowed for good;
 * events below the level are dropped. */
void log_open(FILE *stream, enum log_level level, enum log_format format);

/* In any case: debug info warn error; auto text json. */
bool log_level_parse(const char *name, enum log_level *ret_level);
bool log_format_parse(const char *name, enum log_format *ret_format);

/* Keeps errno. */
void log_event(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
