/*
 * log: one write(2) for each line, so that threads and processes that share
 * standard error do not mix theirs.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/moment.h"
#include "base/text.h"

struct log_word {
	int syslog;	/* sd-daemon(3) */
	const char *word;
};

static const struct log_word log_words[] = {
	[LOG_LEVEL_ERROR] = {3, "error"},
	[LOG_LEVEL_WARNING] = {4, "warning"},
	[LOG_LEVEL_NOTICE] = {5, "notice"},
	[LOG_LEVEL_DEBUG] = {7, "debug"},
};

static const struct log_word log_word_bug = {2, "bug"};

/* Set once, before there are threads. */
static const char *log_name = "pledged";
static enum log_level log_level = LOG_LEVEL_NOTICE;
static bool log_journal;

/* JOURNAL_STREAM names the device and inode of the stream to the journal; a
   standard error that was sent elsewhere since has others. */
static bool journal_is_reader(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;
	char *end;

	if (stream == NULL || fstat(STDERR_FILENO, &status) != 0)
		return false;
	device = strtoull(stream, &end, 10);
	if (*end != ':')
		return false;
	inode = strtoull(end + 1, &end, 10);
	return *end == '\0' && device == status.st_dev &&
		inode == status.st_ino;
}

void log_init(const char *name, enum log_level level)
{
	log_name = name;
	log_level = level;
	log_journal = journal_is_reader();
}

static void log_add_head(struct text *line, const struct log_word *word)
{
	if (log_journal) {
		text_addf(line, "<%d>", word->syslog);
		return;
	}
	text_add_instant(line, time(NULL));
	text_addf(line, " %s: %s: ", log_name, word->word);
}

/* Cuts a line to its limit, between code points, newline included. */
static void log_cut(struct text *line)
{
	static const char more[] = "…";
	size_t length = LOG_LINE_MAX - sizeof more;	/* the NUL: a newline */

	if (line->length < LOG_LINE_MAX)
		return;
	while (((uint8_t)line->data[length] & 0xc0) == 0x80)
		length--;
	line->length = length;
	line->data[length] = '\0';
	text_add_string(line, more);
}

static void log_write(const struct text *line)
{
	size_t done = 0;

	while (done < line->length) {
		ssize_t n = write(STDERR_FILENO, line->data + done,
			line->length - done);

		if (n < 0 && errno != EINTR)
			return;	/* nobody left to tell */
		if (n > 0)
			done += (size_t)n;
	}
}

static void log_line(const struct log_word *word, const char *format,
	va_list arguments) __attribute__((format(printf, 2, 0)));

static void log_line(const struct log_word *word, const char *format,
	va_list arguments)
{
	int saved = errno;
	char said[LOG_LINE_MAX];
	struct text line;

	vsnprintf(said, sizeof said, format, arguments);
	text_init(&line, 0);
	log_add_head(&line, word);
	text_add_printable(&line, said);
	log_cut(&line);
	text_add_char(&line, '\n');
	log_write(&line);
	text_release(&line);
	errno = saved;
}

#define LOG_LINE_AT(level)						\
	do {								\
		va_list arguments;					\
									\
		if (level > log_level)					\
			return;						\
		va_start(arguments, format);				\
		log_line(&log_words[level], format, arguments);		\
		va_end(arguments);					\
	} while (0)

void log_error(const char *format, ...)
{
	LOG_LINE_AT(LOG_LEVEL_ERROR);
}

void log_warning(const char *format, ...)
{
	LOG_LINE_AT(LOG_LEVEL_WARNING);
}

void log_notice(const char *format, ...)
{
	LOG_LINE_AT(LOG_LEVEL_NOTICE);
}

void log_told(int priority, const char *format, ...)
{
	const struct log_word word = {priority, "notice"};
	va_list arguments;

	if (LOG_LEVEL_NOTICE > log_level)
		return;
	va_start(arguments, format);
	log_line(&word, format, arguments);
	va_end(arguments);
}

void log_debug(const char *format, ...)
{
	LOG_LINE_AT(LOG_LEVEL_DEBUG);
}

void log_bug_at(const char *file, int line, const char *format, ...)
{
	char said[LOG_LINE_MAX];
	va_list arguments;
	struct text text;

	va_start(arguments, format);
	vsnprintf(said, sizeof said, format, arguments);
	va_end(arguments);
	text_init(&text, 0);
	log_add_head(&text, &log_word_bug);
	text_addf(&text, "%s:%d: ", file, line);
	text_add_printable(&text, said);
	log_cut(&text);
	text_add_char(&text, '\n');
	log_write(&text);
	abort();
}
