/* paths: see paths.h. */
#include "extract/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xpathInternals.h>

#define SHOWN 60	/* bytes of an XPath in a fault */

static void note_nothing(void *context, xmlErrorPtr error)
{
	(void)context, (void)error;
}

/* --- faults ------------------------------------------------------------------- */

static const char *fault_words(int code)
{
	static const struct { int code; const char *words; } known[] = {
		{XML_XPATH_UNDEF_VARIABLE_ERROR, "a variable that is not known: there "
			"are $fetched, $url and the source's parameters"},
		{XML_XPATH_UNDEF_PREFIX_ERROR,
			"a prefix that namespaces does not name"},
		{XML_XPATH_UNKNOWN_FUNC_ERROR,
			"a function that XPath 1.0 does not have"},
		{XML_XPATH_INVALID_ARITY,
			"a function with too many or too few arguments"},
		{XML_XPATH_INVALID_TYPE, "something of the wrong type"},
		{XML_XPATH_START_LITERAL_ERROR, "a text that is never closed"},
		{XML_XPATH_UNFINISHED_LITERAL_ERROR, "a text that is never closed"},
		{XML_XPATH_UNCLOSED_ERROR, "a bracket that is never closed"},
		{XML_XPATH_INVALID_PREDICATE_ERROR,
			"what stands in [ ] is no condition"},
		{XML_XPATH_EXPR_ERROR, "cannot be read"},
		{XML_XPATH_MEMORY_ERROR, "too long or too deep"},
		{XML_XPATH_EXPRESSION_OK + XPATH_RECURSION_LIMIT_EXCEEDED,
			"too many brackets in brackets"},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (known[i].code == code)
			return known[i].words;
	}
	return NULL;
}

/* Of libxml2, where in the text it stands counts from 0. */
static int path_fault(const struct path *path, const struct paths *paths,
	struct error *error)
{
	const xmlError *said = &paths->context->lastError;
	size_t length = strlen(path->text);
	size_t at = said->int1 > 0 ? (size_t)said->int1 : 0;
	const char *words = fault_words(said->code);

	if (said->code == XML_XPATH_EXPRESSION_OK + XPATH_OP_LIMIT_EXCEEDED)
		return error_set(error, ERROR_LIMIT, "%s: the XPath takes too long: "
			"it was stopped after %lld million steps: %.*s",
			path->name, (long long)(paths->steps / 1000000), SHOWN,
			path->text);
	if (words == NULL)
		words = said->message != NULL ? said->message
			: "cannot be read";
	int shown = (int)strcspn(words, "\n");

	if (at > 0 && at < length)
		return error_set(error, ERROR_INPUT, "%s: XPath: %.*s, before "
			"\"%.*s\": %.*s", path->name, shown, words, SHOWN / 2,
			path->text + at, SHOWN, path->text);
	return error_set(error, ERROR_INPUT, "%s: XPath: %.*s%s: %.*s", path->name,
		shown, words, at == length ? ", at its end" : "", SHOWN,
		path->text);
}

/* --- the context ---------------------------------------------------------------- */

static void variable_set(struct paths *paths, const char *name,
	const char *value)
{
	xmlXPathRegisterVariable(paths->context, (const xmlChar *)name,
		xmlXPathNewCString(value != NULL ? value : ""));
}

static int variables_set(struct paths *paths,
	const struct extract_request *request, struct error *error)
{
	const struct extract_pairs *parameters = &request->parameters;

	for (size_t i = 0; i < parameters->count; i++) {
		const char *name = parameters->items[i].name;

		if (xmlValidateNCName((const xmlChar *)name, 0) != 0)
			return error_set(error, ERROR_INPUT, "parameters: \"%.40s\" "
				"is no name of a variable", name);
		variable_set(paths, name, parameters->items[i].value);
	}
	variable_set(paths, "fetched", request->fetched);
	variable_set(paths, "url", request->url);
	return 0;
}

int paths_init(struct paths *paths, xmlDocPtr document,
	const struct extract_request *request, struct error *error)
{
	paths->context = xmlXPathNewContext(document);
	paths->steps = request->steps != 0 ? request->steps : PATHS_STEPS_MAX;
	paths->steps_left = paths->steps;
	paths->context->error = note_nothing;
	/* Sorting what is found by where it stands would compare ways to the
	   root; with numbers it does not. */
	xmlXPathOrderDocElems(document);
	for (size_t i = 0; i < request->namespaces.count; i++) {
		const struct extract_pair *pair = &request->namespaces.items[i];

		if (xmlValidateNCName((const xmlChar *)pair->name, 0) != 0)
			return error_set(error, ERROR_INPUT,
				"namespaces: \"%.40s\" is no prefix", pair->name);
		xmlXPathRegisterNs(paths->context, (const xmlChar *)pair->name,
			(const xmlChar *)pair->value);
	}
	return variables_set(paths, request, error);
}

void paths_release(struct paths *paths)
{
	xmlXPathFreeContext(paths->context);
	paths->context = NULL;
}

/* --- one ------------------------------------------------------------------------- */

int path_init(struct path *path, struct paths *paths, const char *name,
	const char *text, struct error *error)
{
	*path = (struct path){.text = text};
	snprintf(path->name, sizeof path->name, "%s", name);
	if (strlen(text) > PATH_LENGTH_MAX)
		return error_set(error, ERROR_LIMIT,
			"%s: the XPath is longer than %d bytes", name,
			PATH_LENGTH_MAX);
	xmlResetError(&paths->context->lastError);
	path->compiled = xmlXPathCtxtCompile(paths->context,
		(const xmlChar *)text);
	return path->compiled != NULL ? 0
		: path_fault(path, paths, error);
}

void path_release(struct path *path)
{
	xmlXPathFreeCompExpr(path->compiled);
	path->compiled = NULL;
}

xmlXPathObjectPtr path_run(const struct path *path, struct paths *paths,
	xmlNodePtr node, size_t number, size_t count, struct error *error)
{
	xmlXPathContextPtr context = paths->context;

	xmlResetError(&context->lastError);
	context->node = node;
	context->proximityPosition = (int)number;
	context->contextSize = (int)count;
	context->opLimit = (unsigned long)paths->steps_left;
	context->opCount = 0;
	xmlXPathObjectPtr result = xmlXPathCompiledEval(path->compiled, context);

	/* None left is one left: 0 would be no limit. */
	paths->steps_left -= (int64_t)context->opCount;
	if (paths->steps_left < 1)
		paths->steps_left = 1;
	if (result == NULL)
		path_fault(path, paths, error);
	return result;
}
