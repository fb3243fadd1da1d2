/* tree: see tree.h. */
#include "extract/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlmemory.h>

#include "base/mem.h"

#define XML_OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | \
	XML_PARSE_NOCDATA | XML_PARSE_COMPACT | XML_PARSE_IGNORE_ENC | \
	XML_PARSE_BIG_LINES)
#define HTML_OPTIONS (HTML_PARSE_RECOVER | HTML_PARSE_NONET | \
	HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_COMPACT | \
	HTML_PARSE_IGNORE_ENC | HTML_PARSE_NODEFDTD)
#define HTML_NAME_MAX 99	/* libxml2 begins another attribute after it */

struct parsing {
	bool html;
	struct error *error;	/* its kind: whether there is a fault */
};

/* --- how many nodes there are ---------------------------------------------------- */

/* libxml2 tells of each that it makes, but not in whose name. */
static struct {
	xmlParserCtxtPtr parser;	/* NULL: none is counted */
	size_t nodes;
} counting;

static void parsing_stop(xmlParserCtxtPtr context, const char *what);

static void node_counted(xmlNodePtr node)
{
	(void)node;
	if (counting.parser != NULL && ++counting.nodes == TREE_NODES_MAX)
		parsing_stop(counting.parser, "more than 1000000 tags, attributes "
			"and texts up to here");
}

/* --- libxml2 as a whole --------------------------------------------------------- */

static void *memory_new(size_t size)
{
	return mem_resize(NULL, size, 1);
}

static void *memory_resize(void *block, size_t size)
{
	return mem_resize(block, size, 1);
}

static xmlParserInputPtr nothing_is_loaded(const char *url, const char *id,
	xmlParserCtxtPtr context)
{
	(void)url, (void)id, (void)context;
	return NULL;
}

static void __attribute__((format(printf, 2, 3)))
say_nothing(void *context, const char *format, ...)
{
	(void)context, (void)format;
}

static void note_nothing(void *context, xmlErrorPtr error)
{
	(void)context, (void)error;
}

void tree_prepare(void)
{
	static bool prepared;

	if (prepared)
		return;
	prepared = true;
	xmlMemSetup(free, memory_new, memory_resize, mem_string);
	xmlInitParser();
	xmlCatalogSetDefaults(XML_CATA_ALLOW_NONE);
	xmlSetExternalEntityLoader(nothing_is_loaded);
	xmlSetGenericErrorFunc(NULL, say_nothing);
	xmlSetStructuredErrorFunc(NULL, note_nothing);
	xmlRegisterNodeDefault(node_counted);
}

/* --- attributes, before libxml2 counts them --------------------------------------- */

struct scan {
	const char *at, *end;
	bool html;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

static void scan_space(struct scan *scan)
{
	while (scan->at < scan->end && is_space(*scan->at))
		scan->at++;
}

static bool scan_is(const struct scan *scan, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(scan->end - scan->at) >= length &&
		strncasecmp(scan->at, word, length) == 0;
}

/* Behind the next one of word, or to the end. */
static void scan_past(struct scan *scan, const char *word)
{
	const char *found;

	while ((found = memchr(scan->at, word[0],
			(size_t)(scan->end - scan->at))) != NULL) {
		scan->at = found;
		if (scan_is(scan, word)) {
			scan->at += strlen(word);
			return;
		}
		scan->at++;
	}
	scan->at = scan->end;
}

/* What libxml2 takes for the name of an attribute: a quotation mark behind
   anything else begins no value. */
static bool scan_name(struct scan *scan)
{
	static const char others[] = ":_.-";
	const char *start = scan->at;

	while (scan->at < scan->end && scan->at - start < HTML_NAME_MAX) {
		char c = *scan->at;
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!scan->html) {
			if (is_space(c) || strchr("=<>\"'/", c) != NULL)
				break;
		} else if (!letter && !(c >= '0' && c <= '9') &&
			strchr(others, c) == NULL) {
			break;
		}
		scan->at++;
	}
	return scan->at > start;
}

/* One attribute, or whatever stands in its place. */
static void scan_attribute(struct scan *scan)
{
	bool named = scan_name(scan);

	if (named) {
		scan_space(scan);
		if (scan->at == scan->end || *scan->at != '=')
			return;
		scan->at++;
		scan_space(scan);
		if (scan_is(scan, "\"") || scan_is(scan, "'")) {
			char quote[] = {*scan->at++, '\0'};

			scan_past(scan, quote);
			return;
		}
	}
	while (scan->at < scan->end && !is_space(*scan->at) && *scan->at != '>')
		scan->at++;
}

static size_t scan_tag(struct scan *scan)
{
	size_t attributes = 0;

	while (scan->at < scan->end && !is_space(*scan->at) && *scan->at != '>' &&
		*scan->at != '/')
		scan->at++;
	for (;;) {
		while (scan->at < scan->end && (is_space(*scan->at) ||
			*scan->at == '/'))
			scan->at++;
		if (scan->at == scan->end || *scan->at == '>')
			return attributes;
		scan_attribute(scan);
		attributes++;
	}
}

/* What in HTML is no markup up to its own end; NULL: it is. */
static const char *raw_end(const struct scan *scan)
{
	static const char *const raw[][2] = {
		{"script", "</script"}, {"style", "</style"}};

	for (size_t i = 0; scan->html && i < sizeof raw / sizeof *raw; i++) {
		if (scan_is(scan, raw[i][0]))
			return raw[i][1];
	}
	return NULL;
}

/* HTML ends a comment in more ways than one. */
static void scan_comment(struct scan *scan)
{
	scan->at += strlen("!--");
	while (scan->html && scan->at < scan->end) {
		if (scan_is(scan, ">") || scan_is(scan, "->"))
			break;
		scan_past(scan, "--");
		if (scan_is(scan, "!>"))
			break;
		/* "--->" ends one too. */
		if (scan->at < scan->end)
			scan->at--;
	}
	scan_past(scan, scan->html ? ">" : "-->");
}

static int attributes_check(const struct decoded *decoded, bool html,
	struct error *error)
{
	struct scan scan = {decoded->bytes, decoded->bytes + decoded->length, html};

	for (scan_past(&scan, "<"); scan.at < scan.end; scan_past(&scan, "<")) {
		const char *tag = scan.at, *raw = raw_end(&scan);

		if (scan_is(&scan, "!--")) {
			scan_comment(&scan);
		} else if (!html && scan_is(&scan, "![CDATA[")) {
			scan_past(&scan, "]]>");
		} else if (*tag == '!' || *tag == '?' || *tag == '/') {
			scan_past(&scan, ">");
		} else if (scan_tag(&scan) > TREE_ATTRIBUTES_MAX) {
			return error_set(error, ERROR_LIMIT, "line %zu: a tag "
				"has more than %d attributes", decoded_line(decoded,
				(size_t)(tag - decoded->bytes)),
				TREE_ATTRIBUTES_MAX);
		} else if (raw != NULL) {
			scan_past(&scan, raw);
		}
	}
	return 0;
}

/* --- what is refused ----------------------------------------------------------------- */

static struct parsing *parsing_of(xmlParserCtxtPtr context)
{
	return context->_private;
}

/*
 * From here on nothing more is made of the document, which is read to its end
 * all the same: xmlStopParser would free the text that whoever called us may
 * be about to copy. HTML heeds no flag, only that nobody listens.
 */
static void parser_deafen(xmlParserCtxtPtr context)
{
	xmlSAXHandlerPtr sax = context->sax;

	context->disableSAX = 1;
	if (!parsing_of(context)->html)
		return;
	sax->startElement = NULL;
	sax->endElement = NULL;
	sax->characters = sax->ignorableWhitespace = sax->cdataBlock = NULL;
	sax->comment = NULL;
	sax->processingInstruction = NULL;
}

static void parsing_stop(xmlParserCtxtPtr context, const char *what)
{
	struct parsing *parsing = parsing_of(context);

	if (parsing->error->kind == ERROR_NONE)
		error_set(parsing->error, ERROR_LIMIT, "line %d: %s",
			context->input != NULL ? context->input->line : 0, what);
	parser_deafen(context);
}

static void refuse_entity(void *context, const xmlChar *name, int type,
	const xmlChar *public_id, const xmlChar *system_id, xmlChar *content)
{
	(void)name, (void)type, (void)public_id, (void)system_id, (void)content;
	parsing_stop(context, "the document declares entities, which are not read");
}

static void refuse_unparsed(void *context, const xmlChar *name,
	const xmlChar *public_id, const xmlChar *system_id,
	const xmlChar *notation)
{
	(void)name, (void)public_id, (void)system_id, (void)notation;
	parsing_stop(context, "the document declares entities, which are not read");
}

static void refuse_default(void *context, const xmlChar *element,
	const xmlChar *name, int type, int use, const xmlChar *value,
	xmlEnumerationPtr tree)
{
	if (value != NULL)
		parsing_stop(context,
			"the document declares default attributes, which are not read");
	xmlSAX2AttributeDecl(context, element, name, type, use, NULL, tree);
}

/* A named character of HTML, made known as libxml2 itself knows those of XML;
   good until the next one. */
static xmlEntityPtr named_character(void *context, const xmlChar *name)
{
	static char content[8];
	static xmlEntity entity;
	xmlParserCtxtPtr parser = context;
	const htmlEntityDesc *known = htmlEntityLookup(name);
	struct text text;

	/* In an attribute libxml2 would take its first byte alone. */
	if (known == NULL ||
		(known->value > 0x7f && parser->instate == XML_PARSER_ATTRIBUTE_VALUE)) {
		parsing_stop(context, "a name between & and ; that is not declared: "
			"its text is not known");
		return NULL;
	}
	text_init(&text, 0);
	utf8_add(&text, known->value);
	string_copy(content, sizeof content, text_string(&text));
	text_release(&text);
	entity = (xmlEntity){.type = XML_ENTITY_DECL, .name = name,
		.etype = XML_INTERNAL_PREDEFINED_ENTITY,
		.content = (xmlChar *)content, .orig = (xmlChar *)content,
		.length = (int)strlen(content)};
	return &entity;
}

/* The first fault of XML counts; of HTML only what ends the reading. */
static void note_error(void *context, xmlErrorPtr said)
{
	xmlParserCtxtPtr parser = context;
	struct parsing *parsing = parsing_of(parser);
	const char *message = said->message != NULL ? said->message : "";

	if (said->level < XML_ERR_ERROR || parsing->error->kind != ERROR_NONE ||
		said->domain == XML_FROM_NAMESPACE)
		return;
	if (strstr(message, "Excessive depth") != NULL) {
		error_set(parsing->error, ERROR_LIMIT, "line %d: tags within tags, "
			"more than %d deep", said->line, TREE_DEPTH_MAX);
	} else if (strstr(message, "huge text") != NULL ||
		strstr(message, "Huge input") != NULL) {
		error_set(parsing->error, ERROR_LIMIT, "line %d: more than %d bytes "
			"of text in one place", said->line, TREE_TEXT_MAX);
	} else if (!parsing->html) {
		error_set(parsing->error, ERROR_INPUT,
			"not XML: line %d, column %d: %.*s", said->line, said->int2,
			(int)strcspn(message, "\r\n"), message);
	} else {
		return;
	}
	parser_deafen(parser);
}

static void parser_confine(xmlParserCtxtPtr parser, struct parsing *parsing)
{
	parser->_private = parsing;
	if (parsing->html)
		return;
	parser->sax->entityDecl = refuse_entity;
	parser->sax->unparsedEntityDecl = refuse_unparsed;
	parser->sax->attributeDecl = refuse_default;
	parser->sax->getEntity = named_character;
}

/* --- the whole ---------------------------------------------------------------------- */

static bool is_blank(const struct decoded *decoded)
{
	for (size_t i = 0; i < decoded->length; i++) {
		if (!is_space(decoded->bytes[i]))
			return false;
	}
	return true;
}

static xmlDocPtr parse(xmlParserCtxtPtr parser, const struct decoded *decoded,
	const char *url, struct parsing *parsing)
{
	parser_confine(parser, parsing);
	xmlSetStructuredErrorFunc(parser, note_error);
	counting.parser = parser;
	counting.nodes = 0;
	xmlDocPtr document = parsing->html
		? htmlCtxtReadMemory(parser, decoded->bytes, (int)decoded->length,
			url, "UTF-8", HTML_OPTIONS)
		: xmlCtxtReadMemory(parser, decoded->bytes, (int)decoded->length,
			url, "UTF-8", XML_OPTIONS);

	xmlSetStructuredErrorFunc(NULL, note_nothing);
	counting.parser = NULL;
	if (document == NULL && parsing->error->kind == ERROR_NONE)
		error_set(parsing->error, ERROR_INPUT, "not %s",
			parsing->html ? "HTML" : "XML");
	if (parsing->error->kind != ERROR_NONE && document != NULL) {
		xmlFreeDoc(document);
		document = NULL;
	}
	return document;
}

xmlDocPtr tree_read(const struct decoded *decoded, bool html, const char *url,
	struct error *error)
{
	struct parsing parsing = {html, error};

	tree_prepare();
	if (is_blank(decoded)) {
		error_set(error, ERROR_INPUT, "there is nothing in it");
		return NULL;
	}
	if (attributes_check(decoded, html, error) < 0)
		return NULL;
	error->kind = ERROR_NONE;
	xmlParserCtxtPtr parser = html ? htmlNewParserCtxt() : xmlNewParserCtxt();
	xmlDocPtr document = parse(parser, decoded, url, &parsing);

	xmlFreeParserCtxt(parser);
	xmlResetLastError();
	return document;
}
