/*
 * log: lines to standard error, one an event, with the syslog level as
 * "<N>" in front when the journal reads us (JOURNAL_STREAM is set), else
 * with a time and a word. Control characters are made visible; a line is at
 * most LOG_LINE_MAX bytes. Never called by the core.
 */
#ifndef PLEDGED_BASE_LOG_H
#define PLEDGED_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_DEBUG };

#define LOG_LINE_MAX 2048

/* name: the program; level: the least urgent that is written. */
void log_init(const char *name, enum log_level level);
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What is told to people by way of the log, at a priority of syslog (3 error …
   6 info) that only the journal sees: it is no trouble of ours. */
void log_told(int priority, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Ours: says so with file and line, and aborts. */
#define log_bug(...) log_bug_at(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void log_bug_at(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
