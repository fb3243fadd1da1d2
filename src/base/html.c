/* html: see html.h. */
#include "base/html.h"

#include <string.h>
#include <strings.h>

#include "base/log.h"

void html_init(struct html *html, struct text *out)
{
	*html = (struct html){.out = out};
}

static void html_begin(struct html *html, const char *tag, va_list attributes)
{
	const char *name;

	text_addf(html->out, "<%s", tag);
	while ((name = va_arg(attributes, const char *)) != NULL) {
		const char *value = va_arg(attributes, const char *);

		if (value == NULL)
			continue;
		text_addf(html->out, " %s=\"", name);
		text_add_html(html->out, value);
		text_add_char(html->out, '"');
	}
	text_add_char(html->out, '>');
}

void html_open(struct html *html, const char *tag, ...)
{
	va_list attributes;

	if (html->depth == HTML_DEPTH_MAX)
		log_bug("html: <%s> is too deep", tag);
	html->open[html->depth++] = tag;
	va_start(attributes, tag);
	html_begin(html, tag, attributes);
	va_end(attributes);
}

void html_close(struct html *html, const char *tag)
{
	if (html->depth == 0 || !string_is(html->open[html->depth - 1], tag))
		log_bug("html: </%s> closes nothing", tag);
	html->depth--;
	text_addf(html->out, "</%s>", tag);
}

void html_void(struct html *html, const char *tag, ...)
{
	va_list attributes;

	va_start(attributes, tag);
	html_begin(html, tag, attributes);
	va_end(attributes);
}

void html_element(struct html *html, const char *tag, const char *text, ...)
{
	va_list attributes;

	va_start(attributes, text);
	html_begin(html, tag, attributes);
	va_end(attributes);
	html_text(html, text);
	text_addf(html->out, "</%s>", tag);
}

void html_text(struct html *html, const char *text)
{
	if (text != NULL)
		text_add_html(html->out, text);
}

void html_textf(struct html *html, const char *format, ...)
{
	va_list arguments;
	struct text text;

	text_init(&text, 0);
	va_start(arguments, format);
	text_addv(&text, format, arguments);
	va_end(arguments);
	text_add_html(html->out, text_string(&text));
	text_release(&text);
}

void html_raw(struct html *html, const char *markup)
{
	text_add_string(html->out, markup);
}

bool html_url_is_safe(const char *url)
{
	return url != NULL && (strncasecmp(url, "https://", 8) == 0 ||
		strncasecmp(url, "http://", 7) == 0);
}

void html_link(struct html *html, const char *url, const char *text)
{
	if (html_url_is_safe(url))
		html_element(html, "a", text, "href", url, "rel",
			"noreferrer noopener", NULL);
	else
		html_text(html, text);
}
