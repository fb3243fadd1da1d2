/*
 * picture: drawn by librsvg on cairo. See picture.h.
 *
 * The libraries are opened by the child that draws, so that no worker carries
 * them for the sake of a picture, and where they are missing the mail goes
 * without one.
 */
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <librsvg/rsvg.h>

#include "base/mem.h"
#include "worker/picture.h"
#include "worker/roles.h"

#define SCALE 2
#define PIXELS_MAX 4096		/* of a side */
#define MEMORY_MAX ((int64_t)1 << 30)	/* of the address space: fonts are mapped */

/* --- the libraries ----------------------------------------------------------- */

static struct {
	RsvgHandle *(*handle_new)(const guint8 *, gsize, GError **);
	gboolean (*size)(RsvgHandle *, gdouble *, gdouble *);
	gboolean (*render)(RsvgHandle *, cairo_t *, const RsvgRectangle *,
		GError **);
	cairo_surface_t *(*surface_new)(cairo_format_t, int, int);
	cairo_t *(*cairo_new)(cairo_surface_t *);
	cairo_status_t (*write_png)(cairo_surface_t *, cairo_write_func_t,
		void *);
} draw;

static const struct symbol {
	const char *library, *name;
	void *place;
} symbols[] = {
#define RSVG "librsvg-2.so.2"
#define CAIRO "libcairo.so.2"
	{RSVG, "rsvg_handle_new_from_data", &draw.handle_new},
	{RSVG, "rsvg_handle_get_intrinsic_size_in_pixels", &draw.size},
	{RSVG, "rsvg_handle_render_document", &draw.render},
	{CAIRO, "cairo_image_surface_create", &draw.surface_new},
	{CAIRO, "cairo_create", &draw.cairo_new},
	{CAIRO, "cairo_surface_write_to_png_stream", &draw.write_png},
};

static bool libraries_open(void)
{
	for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
		void *library = dlopen(symbols[i].library, RTLD_NOW | RTLD_LOCAL);
		void *found = library != NULL ? dlsym(library, symbols[i].name)
			: NULL;

		if (found == NULL)
			return false;
		memcpy(symbols[i].place, &found, sizeof found);
	}
	return true;
}

/* --- in the child -------------------------------------------------------------- */

static cairo_status_t write_piece(void *context, const unsigned char *bytes,
	unsigned length)
{
	const int *fd = context;

	while (length > 0) {
		ssize_t n = write(*fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return CAIRO_STATUS_WRITE_ERROR;
		bytes += n;
		length -= (unsigned)n;
	}
	return CAIRO_STATUS_SUCCESS;
}

static bool draw_svg(const char *svg, size_t length, int fd)
{
	RsvgHandle *handle = draw.handle_new((const guint8 *)svg, length, NULL);
	double width = 0, height = 0;

	if (handle == NULL || !draw.size(handle, &width, &height) ||
	    !(width >= 1 && width * SCALE <= PIXELS_MAX) ||
	    !(height >= 1 && height * SCALE <= PIXELS_MAX))
		return false;
	RsvgRectangle whole = {0, 0, width * SCALE, height * SCALE};
	cairo_surface_t *surface = draw.surface_new(CAIRO_FORMAT_RGB24,
		(int)whole.width, (int)whole.height);

	return draw.render(handle, draw.cairo_new(surface), &whole, NULL) &&
		draw.write_png(surface, write_piece, &fd) ==
			CAIRO_STATUS_SUCCESS;
}

/* Nothing of the worker's is open in it but where the picture goes. What is
   left in memory ends with it. */
static void child_draw(const char *svg, size_t length, int fd)
{
	const struct rlimit cpu = {PICTURE_SECONDS, PICTURE_SECONDS};
	const int kept = STDERR_FILENO + 1;

	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	if (fd != kept)
		dup2(fd, kept);
	closefrom(kept + 1);
	bool good = setrlimit(RLIMIT_CPU, &cpu) == 0 &&
		sandbox_limit_memory(MEMORY_MAX) && libraries_open() &&
		draw_svg(svg, length, kept);

	_exit(good ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* --- in the worker ---------------------------------------------------------------- */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* All that comes until its end; false: it did not end in time. */
static bool picture_read(int fd, struct text *out)
{
	int64_t until = now_ms() + PICTURE_SECONDS * 1000, left;
	char piece[16384];

	while ((left = until - now_ms()) > 0) {
		struct pollfd readable = {.fd = fd, .events = POLLIN};
		ssize_t n;

		if (poll(&readable, 1, (int)left) <= 0)
			continue;
		n = read(fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		text_add(out, piece, (size_t)n);
	}
	return false;
}

static bool child_end(pid_t child, bool whole)
{
	int status = 0;

	if (!whole)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

bool picture_render(const char *svg, size_t length, struct text *out)
{
	int ends[2];

	text_init(out, PICTURE_BYTES_MAX);
	if (length > PICTURE_SVG_MAX || pipe(ends) < 0)
		return false;
	pid_t child = fork();

	if (child == 0)
		child_draw(svg, length, ends[1]);
	close(ends[1]);
	bool whole = child > 0 && picture_read(ends[0], out);

	close(ends[0]);
	bool good = child > 0 && child_end(child, whole) && whole && !out->cut &&
		out->length > 0;

	if (!good) {
		text_release(out);
		text_init(out, 0);
	}
	return good;
}
