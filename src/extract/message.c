/* message: see message.h. */
#include "extract/message.h"

#include "extract/program.h"

static const char frame[] =
	"def now: error(\"programs may not use the clock: use .time\"); "
	".channel as $channel | .token as $token | .body | (";

static jv parameters_value(const struct extract_pairs *pairs)
{
	jv object = jv_object();

	for (size_t i = 0; i < pairs->count; i++)
		object = jv_object_set(object, jv_string(pairs->items[i].name),
			jv_string(pairs->items[i].value));
	return object;
}

static jv input_make(const struct message_request *request, jv body)
{
	jv channel = jv_object_set(jv_object(), jv_string("id"),
		jv_string(request->channel));
	jv input;

	channel = jv_object_set(channel, jv_string("parameters"),
		parameters_value(&request->parameters));
	input = jv_object_set(jv_object(), jv_string("channel"), channel);
	input = jv_object_set(input, jv_string("token"), request->token != NULL
		? jv_string(request->token) : jv_null());
	return jv_object_set(input, jv_string("body"), body);
}

/* The bytes of a string. */
static int bytes_take(struct message *message, jv string, struct error *error)
{
	size_t length = (size_t)jv_string_length_bytes(jv_copy(string));

	if (length <= MESSAGE_MAX)
		text_add(&message->bytes, jv_string_value(string), length);
	jv_free(string);
	return length <= MESSAGE_MAX ? 0 : error_set(error, ERROR_LIMIT,
		"its result is larger than %zu MiB", MESSAGE_MAX >> 20);
}

static int result_take(struct message *message, jv result, struct error *error)
{
	jv_kind kind = jv_get_kind(result);

	if (kind == JV_KIND_OBJECT || kind == JV_KIND_ARRAY)
		return bytes_take(message, jv_dump_string(result, 0), error);
	if (kind == JV_KIND_STRING) {
		message->is_plain = true;
		return bytes_take(message, result, error);
	}
	jv_free(result);
	return error_set(error, ERROR_INPUT, "its result is %s: an object, an "
		"array or a string is expected", jv_kind_name(kind));
}

/* That there is no further result. */
static int end_take(jv further, struct error *error)
{
	if (jv_is_valid(further)) {
		jv_free(further);
		return error_set(error, ERROR_INPUT, "it gives more than one "
			"result: put them into one [ … ]");
	}
	if (jv_invalid_has_msg(jv_copy(further)))
		return program_fault(further, error);
	jv_free(further);
	return 0;
}

static int results_take(struct message *message, jq_state *jq,
	struct error *error)
{
	jv result = jq_next(jq);

	if (jv_is_valid(result))
		return result_take(message, result, error) < 0 ? -1
			: end_take(jq_next(jq), error);
	if (jv_invalid_has_msg(jv_copy(result)))
		return program_fault(result, error);
	jv_free(result);
	return error_set(error, ERROR_INPUT, "it gives no result: an object, "
		"an array or a string is expected");
}

int message_make(struct message *message, const struct message_request *request,
	struct error *error)
{
	jq_state *jq = program_find(&(struct program){.frame = frame,
		.prelude = request->prelude, .text = request->program}, error);
	jv body;
	int status;

	text_init(&message->bytes, MESSAGE_MAX);
	message->is_plain = false;
	if (jq == NULL)
		return -1;
	body = program_input(request->body, request->length, error);
	if (!jv_is_valid(body))
		return -1;
	jq_start(jq, input_make(request, body), 0);
	status = results_take(message, jq, error);
	/* What was stopped half-way, and what holds a token. */
	if (status < 0)
		program_forget(jq);
	else
		jq_start(jq, jv_null(), 0);
	return status;
}

void message_release(struct message *message)
{
	text_release(&message->bytes);
}
