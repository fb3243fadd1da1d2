/* svg: see svg.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>

#include "base/mem.h"
#include "pledged/chart.h"
#include "pledged/drawing.h"
#include "svg.h"

/* Where a text stands, at most. */
struct shown {
	char *text;
	double left, right, top, bottom;
};

struct reading {
	const char *name;
	struct shown *boxes;
	size_t count, capacity;
	double width, height;
};

/* Its own, or its group's. */
static xmlChar *property_of(xmlNode *node, const char *name)
{
	xmlChar *value = xmlGetProp(node, (const xmlChar *)name);

	return value != NULL || node->parent == NULL ||
		node->parent->type != XML_ELEMENT_NODE ? value :
		xmlGetProp(node->parent, (const xmlChar *)name);
}

static double number_of(xmlNode *node, const char *name)
{
	xmlChar *value = property_of(node, name);
	double number = value == NULL ? 0 : strtod((const char *)value, NULL);

	xmlFree(value);
	return number;
}

static bool property_is(xmlNode *node, const char *name, const char *wanted)
{
	xmlChar *value = property_of(node, name);
	bool is = value != NULL && string_is((const char *)value, wanted);

	xmlFree(value);
	return is;
}

/* A little less than it may be, so that neighbours may touch. */
static struct shown box_of(xmlNode *node)
{
	xmlChar *text = xmlNodeGetContent(node);
	int size = (int)number_of(node, "font-size");
	double width = drawing_width((const char *)text, size) * 0.96;
	double x = number_of(node, "x"), y = number_of(node, "y");
	struct shown box = {mem_string((const char *)text), x, x + width,
		y - size * 0.7, y + size * 0.15};

	if (property_is(node, "text-anchor", "end")) {
		box.left -= width;
		box.right -= width;
	} else if (property_is(node, "text-anchor", "middle")) {
		box.left -= width / 2;
		box.right -= width / 2;
	}
	xmlFree(text);
	return box;
}

static bool boxes_overlap(const struct shown *a, const struct shown *b)
{
	return a->left < b->right && b->left < a->right && a->top < b->bottom &&
		b->top < a->bottom;
}

static void box_check(const struct reading *reading, const struct shown *box)
{
	if (box->left < 0 || box->right > reading->width || box->top < 0 ||
	    box->bottom > reading->height)
		fail_msg("%s: \"%s\" is cut: %.0f to %.0f, %.0f to %.0f",
			reading->name, box->text, box->left, box->right,
			box->top, box->bottom);
	for (size_t i = 0; i < reading->count; i++)
		if (boxes_overlap(box, &reading->boxes[i]))
			fail_msg("%s: \"%s\" over \"%s\"", reading->name,
				box->text, reading->boxes[i].text);
}

/* What is turned is looked at by people; the edge of a label is the label. */
static void text_read(struct reading *reading, xmlNode *node)
{
	struct shown box;

	if (xmlHasProp(node, (const xmlChar *)"transform") != NULL ||
	    property_is(node, "class", "p-halo"))
		return;
	box = box_of(node);
	box_check(reading, &box);
	reading->boxes = mem_grow(reading->boxes, reading->count,
		&reading->capacity, sizeof *reading->boxes);
	reading->boxes[reading->count++] = box;
}

static void rectangle_check(const struct reading *reading, xmlNode *node)
{
	double x = number_of(node, "x"), y = number_of(node, "y");

	if (x < 0 || y < 0 || x + number_of(node, "width") > reading->width ||
	    y + number_of(node, "height") > reading->height)
		fail_msg("%s: a box is cut, at %.0f, %.0f", reading->name, x, y);
}

static void node_read(struct reading *reading, xmlNode *node)
{
	for (; node != NULL; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		if (string_is((const char *)node->name, "text"))
			text_read(reading, node);
		if (string_is((const char *)node->name, "rect"))
			rectangle_check(reading, node);
		node_read(reading, node->children);
	}
}

static void strings_check(const char *name, const struct text *svg)
{
	static const char *const banned[] = {"\"nan", ",nan", "\"-nan",
		"\"inf", ",inf", "\"-inf", "<script", "href", "style=", "url(",
		"javascript"};

	for (size_t i = 0; i < sizeof banned / sizeof *banned; i++)
		if (strstr(svg->data, banned[i]) != NULL)
			fail_msg("%s: holds %s", name, banned[i]);
}

void svg_check(const char *name, const struct text *svg)
{
	struct reading reading = {.name = name};
	xmlDoc *document = xmlReadMemory(svg->data, (int)svg->length, "chart",
		NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);

	if (document == NULL)
		fail_msg("%s: is no XML", name);
	xmlNode *root = xmlDocGetRootElement(document);

	assert_string_equal(root->name, "svg");
	assert_true(svg->length <= CHART_BYTES_MAX);
	strings_check(name, svg);
	reading.width = number_of(root, "width");
	reading.height = number_of(root, "height");
	node_read(&reading, root->children);
	for (size_t i = 0; i < reading.count; i++)
		free(reading.boxes[i].text);
	free(reading.boxes);
	xmlFreeDoc(document);
}

size_t svg_times(const struct text *svg, const char *part)
{
	const char *at = text_string(svg);
	size_t count = 0;

	for (; (at = strstr(at, part)) != NULL; at += strlen(part))
		count++;
	return count;
}

void svg_keep(const char *name, const struct text *svg)
{
	const char *folder = getenv("CHARTS");
	char path[4096];
	FILE *file;

	if (folder == NULL)
		return;
	snprintf(path, sizeof path, "%s/%s.svg", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fwrite(svg->data, 1, svg->length, file);
	fclose(file);
}
