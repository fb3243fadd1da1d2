/*
 * ask: how long a question over a UNIX socket takes.
 *
 *	ask SOCKET PATH SECONDS    one after another on one connection, for as
 *	                           long, a millisecond apart
 *
 * Prints: median, 99th percentile and the longest in microseconds, questions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define QUESTIONS_MAX 1000000
#define ANSWER_MAX (4 << 20)

static int socket_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		bench_fail("cannot connect to %s", path);
	return fd;
}

/* Whether so many bytes hold the head and all of the body it announces. */
static int answer_is_whole(const char *answer, size_t length)
{
	const char *end = strstr(answer, "\r\n\r\n");
	const char *said = strcasestr(answer, "\r\ncontent-length:");

	if (end == NULL)
		return 0;
	if (said == NULL || said > end)
		bench_fail("an answer without content-length");
	return length >= (size_t)(end + 4 - answer) +
		strtoul(said + 17, NULL, 10);
}

static void question_ask(int fd, const char *question)
{
	static char answer[ANSWER_MAX + 1];
	size_t length = 0;

	if (write(fd, question, strlen(question)) < 0)
		bench_fail("the connection is gone");
	do {
		ssize_t count = read(fd, answer + length, ANSWER_MAX - length);

		if (count <= 0)
			bench_fail("the answer broke off");
		length += (size_t)count;
		answer[length] = '\0';
	} while (!answer_is_whole(answer, length));
	if (strncmp(answer, "HTTP/1.1 200", 12) != 0)
		bench_fail("it answered: %.60s", answer);
}

int main(int argc, char **argv)
{
	static double times[QUESTIONS_MAX];
	struct timespec pause = {0, 1000000};
	double end, longest;
	char question[256];
	size_t count = 0;
	int fd;

	if (argc != 4)
		bench_fail("usage: ask SOCKET PATH SECONDS");
	snprintf(question, sizeof question,
		"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", argv[2]);
	fd = socket_open(argv[1]);
	end = bench_seconds() + strtod(argv[3], NULL);
	while (count < QUESTIONS_MAX && bench_seconds() < end) {
		double start = bench_seconds();

		question_ask(fd, question);
		times[count++] = (bench_seconds() - start) * 1e6;
		nanosleep(&pause, NULL);
	}
	longest = bench_quantile(times, count, 1);
	printf("%.1f %.1f %.1f %zu\n", bench_quantile(times, count, 0.5),
		bench_quantile(times, count, 0.99), longest, count);
	return 0;
}
