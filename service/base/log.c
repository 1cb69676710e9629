#include "service/base/log.h"

#include "service/base/clock.h"
#include "service/base/date.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const struct {
    const char *name;
    const char *severity;
    const char *colour;
} levels[] = {
    [LOG_DEBUG] = { "debug", "DEBUG", "\x1b[2m" },
    [LOG_INFO] = { "info", "INFO", "" },
    [LOG_WARN] = { "warn", "WARNING", "\x1b[33m" },
    [LOG_ERROR] = { "error", "ERROR", "\x1b[31m" },
};

static const char *const formats[] = {
    [LOG_FORMAT_AUTO] = "auto",
    [LOG_FORMAT_TEXT] = "text",
    [LOG_FORMAT_JSON] = "json",
};

static struct {
    FILE *stream; /* NULL: stderr */
    enum log_level level;
    enum log_format format;
} log_state = { .level = LOG_INFO };

/* Room kept free for the mark of a cut and what stands behind the message. */
enum { TAIL_SIZE = 64 };

/* On the caller's stack, so that the log works when memory does not. */
struct line {
    char bytes[LOG_LINE_SIZE_MAX];
    size_t size;
    size_t size_max;
};

void log_open(FILE *stream, enum log_level level, enum log_format format)
{
    log_state.stream = stream;
    log_state.level = level;
    log_state.format = format;
}

bool log_level_parse(const char *name, enum log_level *ret_level)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strcasecmp(name, levels[i].name) == 0) {
            *ret_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

bool log_format_parse(const char *name, enum log_format *ret_format)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcasecmp(name, formats[i]) == 0) {
            *ret_format = (enum log_format)i;
            return true;
        }
    }
    return false;
}

/* All of it or nothing. */
static bool append(struct line *line, const char *bytes, size_t size)
{
    if (size > line->size_max - line->size)
        return false;
    memcpy(line->bytes + line->size, bytes, size);
    line->size += size;
    return true;
}

static void append_string(struct line *line, const char *string)
{
    append(line, string, strlen(string));
}

/* The length of the UTF-8 sequence at `bytes`, or 0 when there is none; its code point. A NUL ends
 * the text, so that looking at the next byte is safe as long as all before were in sequence. */
static size_t decode(const unsigned char *bytes, uint32_t *ret_point)
{
    static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char first = bytes[0];
    size_t length = first < 0x80 ? 1 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 0 || first > 0xF4)
        return 0;
    uint32_t point = length == 1 ? first : first & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (bytes[i] & 0x3F);
    }
    bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (point < lowest[length] || point > 0x10FFFF || surrogate)
        return 0;
    *ret_point = point;
    return length;
}

/* C0, delete, C1, and the two line ends that only Unicode knows. */
static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029;
}

/* Escaped as JSON does it; only there quotes and backslashes too. False when it did not fit. */
static bool append_escaped(struct line *line, const char *message, bool json)
{
    const unsigned char *next = (const unsigned char *)message;
    bool fits = true;
    while (*next != '\0' && fits) {
        uint32_t point = 0;
        size_t length = decode(next, &point);
        char escape[8];
        if (length == 0)
            fits = append(line, "\xEF\xBF\xBD", 3);
        else if (point == '\n' || point == '\t')
            fits = append(line, point == '\n' ? "\\n" : "\\t", 2);
        else if (is_control(point))
            fits = append(line, escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", point));
        else if (json && (point == '"' || point == '\\'))
            fits = append(line, point == '"' ? "\\\"" : "\\\\", 2);
        else
            fits = append(line, (const char *)next, length);
        next += length ? length : 1;
    }
    return fits;
}

static void write_line(int descriptor, const struct line *line)
{
    for (size_t done = 0; done < line->size;) {
        ssize_t written =
            TEMP_FAILURE_RETRY(write(descriptor, line->bytes + done, line->size - done));
        if (written < 0)
            return;
        done += (size_t)written;
    }
}

static void append_text_head(struct line *line, enum log_level level, const char *now, bool colour)
{
    const char *on = colour ? levels[level].colour : "";
    const char *off = *on != '\0' ? "\x1b[0m" : "";
    char head[64];
    snprintf(head, sizeof head, "%.8s %s%-5s%s ", now + strlen("2024-06-28T"), on,
             levels[level].name, off);
    append_string(line, head);
}

static void append_json_head(struct line *line, enum log_level level)
{
    append_string(line, "{\"severity\":\"");
    append_string(line, levels[level].severity);
    append_string(line, "\",\"message\":\"");
}

static void append_json_tail(struct line *line, const char *now)
{
    append_string(line, "\",\"time\":\"");
    append_string(line, now);
    append_string(line, "\"}");
}

static void log_message(enum log_level level, const char *message, bool whole)
{
    int descriptor = fileno(log_state.stream ? log_state.stream : stderr);
    bool terminal = isatty(descriptor) == 1;
    bool json =
        log_state.format == LOG_FORMAT_JSON || (log_state.format == LOG_FORMAT_AUTO && !terminal);
    char buffer[TIMESTAMP_TEXT_SIZE];
    const char *now = timestamp_format(clock_wall_us(), buffer);

    struct line line;
    line.size = 0;
    line.size_max = LOG_LINE_SIZE_MAX - TAIL_SIZE;
    if (json)
        append_json_head(&line, level);
    else
        append_text_head(&line, level, now, terminal);
    whole = append_escaped(&line, message, json) && whole;
    line.size_max = LOG_LINE_SIZE_MAX;
    if (!whole)
        append_string(&line, "...");
    if (json)
        append_json_tail(&line, now);
    append_string(&line, "\n");
    write_line(descriptor, &line);
}

void log_event(enum log_level level, const char *format, ...)
{
    if (level < log_state.level)
        return;
    int saved_errno = errno;
    char message[LOG_LINE_SIZE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (length >= 0)
        log_message(level, message, (size_t)length < sizeof message);
    errno = saved_errno;
}
