/*
 * pledged.conf: every setting read, every fault told, secrets kept.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/address.h"
#include "conf/conf_value.h"
#include "conf/format.h"
#include "conf/zones.h"
#include "conf_golden.h"

static void test_listings(void **state)
{
	(void)state;
	golden_check("settings");
	golden_check("numbers");
	golden_check("gap");
	golden_check("formats");
	golden_check("telling");
}

static struct settings *settings_good(const char *path,
	enum conf_purpose purpose)
{
	struct faults faults;
	struct settings *settings;

	faults_init(&faults);
	settings = settings_load(path, purpose, &faults);
	assert_int_equal(faults.errors, 0);
	assert_non_null(settings);
	faults_release(&faults);
	return settings;
}

static void test_valid(void **state)
{
	struct settings *s = settings_good("valid/pledged.conf", CONF_OFFLINE);

	(void)state;
	assert_int_equal(s->file[0], '/');
	assert_string_equal(s->state_dir, "/var/lib/pledged");
	assert_int_equal(s->register_count, 1);
	assert_true(string_ends(s->registers[0], "/valid/register.d"));
	assert_int_equal(s->registers[0][0], '/');
	assert_string_equal(s->zone_id, "Europe/Berlin");
	assert_string_equal(zone_name(s->zone), "Europe/Berlin");
	assert_int_equal(s->first_sight, FIRST_SIGHT_EACH);
	assert_string_equal(s->admin.socket, "/run/pledged/pledged.sock");
	assert_int_equal(s->admin.mode, 0640);
	assert_string_equal(s->admin.group, "pledged");
	assert_int_equal(s->admin.admin_count, 2);
	assert_string_equal(s->admin.admins[1], "@pledged");
	assert_string_equal(s->web.listen, "127.0.0.1:8470");
	assert_int_equal(s->polling.concurrency, 32);
	assert_int_equal(s->polling.per_host, 3);
	assert_int_equal(s->polling.every, 12 * 3600);
	assert_int_equal(s->polling.min_every, 60);
	assert_int_equal(s->polling.timeout, 45);
	assert_int_equal(s->polling.max_body, 16 << 20);
	assert_int_equal(s->polling.spacing, 1500);
	assert_int_equal(s->polling.retention.count, 60);
	assert_true(s->polling.allow_private);
	assert_int_equal(s->workers.max, 4);
	assert_int_equal(s->workers.memory, 512 << 20);
	assert_int_equal(s->workers.cpu, 5);
	assert_int_equal(s->workers.timeout, 8);
	settings_free(s);
}

static void test_valid_policy(void **state)
{
	struct settings *s = settings_good("valid/pledged.conf", CONF_OFFLINE);
	const struct policy *policy = &s->policy;
	const struct channel *desk = &policy->channels[0];
	const struct channel *hook = &policy->channels[1];
	const struct route *first = &policy->routes[0];

	(void)state;
	assert_int_equal(policy->channel_count, 4);
	assert_int_equal(desk->type, CHANNEL_EMAIL);
	assert_int_equal(desk->to_count, 2);
	assert_string_equal(desk->to[1], "second@example.org");
	assert_true(desk->starttls);
	assert_int_equal(desk->timeout, 30);
	assert_true(string_ends(desk->ca_file, "/valid/ca.pem"));
	assert_null(desk->password);
	assert_string_equal(hook->url, "https://example.org/hook?a=b");
	assert_int_equal(hook->timeout, 10);
	assert_true(hook->allow_private);
	assert_false(policy->channels[2].starttls);
	assert_int_equal(policy->channels[3].type, CHANNEL_LOG);
	assert_int_equal(policy->route_count, 3);
	assert_int_equal(first->match_count, 4);
	assert_int_equal(first->matches[0].field, MATCH_SEVERITY);
	assert_int_equal(first->matches[2].field, MATCH_LABEL);
	assert_string_equal(first->matches[2].label, "sector");
	assert_string_equal(first->matches[2].pattern, "agri*");
	assert_true(first->go_on);
	assert_int_equal(first->channel_count, 2);
	assert_int_equal(first->channels[1], 1);
	assert_int_equal(policy->routes[1].channels[0], 3);
	assert_int_equal(policy->routes[2].match_count, 0);
	settings_free(s);
}

static const struct channel *format_channel(const struct settings *settings,
	const char *id)
{
	return &settings->policy.channels[policy_channel(&settings->policy, id)];
}

static void test_formats(void **state)
{
	struct settings *s = settings_good("formats/good.conf", CONF_OFFLINE);
	const struct channel *plain = format_channel(s, "plain");
	const struct channel *shipped = format_channel(s, "shipped");
	const struct channel *own = format_channel(s, "own");

	(void)state;
	assert_string_equal(plain->format, "cloudevents");
	assert_null(plain->program);
	assert_string_equal(format_channel(s, "silent")->format, "cloudevents");
	assert_string_equal(shipped->format, "slack");
	assert_non_null(strstr(shipped->program, "blocks"));
	assert_non_null(strstr(shipped->prelude, "def items:"));
	assert_int_equal(shipped->items_most, 0);
	assert_false(shipped->token_in_body);
	assert_string_equal(own->format, "own.jq");
	assert_true(string_ends(own->program, "{text: .id}\n"));
	assert_ptr_equal(own->prelude, shipped->prelude);
	assert_int_equal(own->items_most, 7);
	assert_true(own->token_in_body);
	settings_free(s);
}

static void test_valid_telling(void **state)
{
	struct settings *s = settings_good("valid/pledged.conf", CONF_OFFLINE);
	const struct channel *hook = &s->policy.channels[1];
	const struct hours *hours = &s->policy.channels[2].hours;
	const struct route *first = &s->policy.routes[0];

	(void)state;
	assert_int_equal(first->group_by_count, 1);
	assert_int_equal(first->group_by[0].field, MATCH_PLEDGE);
	assert_int_equal(first->group_wait, 30);
	assert_int_equal(first->group_interval, 300);
	assert_int_equal(first->repeat_interval, 7 * 86400);
	assert_int_equal(s->policy.routes[2].repeat_interval, 0);
	assert_int_equal(first->step_count, 2);
	assert_int_equal(first->steps[1].after, 5 * 86400);
	assert_int_equal(first->steps[1].channel_count, 2);
	assert_int_equal(first->steps[1].channels[0], 2);
	assert_int_equal(hook->fallback, 0);
	assert_int_equal(s->policy.channels[0].fallback, NOT_FOUND);
	assert_string_equal(hook->parameters[0].value, "pledges");
	assert_string_equal(zone_name(hook->hours.zone), "Europe/Berlin");
	assert_int_equal(hook->hours.digest.every, DIGEST_NONE);
	assert_string_equal(zone_name(hours->zone), "America/New_York");
	assert_int_equal(hours->digest.every, DIGEST_WEEKLY);
	assert_int_equal(hours->digest.minute, 8 * 60);
	assert_string_equal(zone_name(hours->digest.zone), "Europe/Brussels");
	assert_int_equal(hours->quiet_count, 2);
	assert_int_equal(hours->quiet[0].from, 22 * 60);
	assert_int_equal(hours->quiet[0].days, 0x7f);
	assert_int_equal(hours->quiet[1].days, 1 << 5 | 1 << 6);
	assert_true(hours->has_urgent);
	assert_int_equal(hours->urgent, SEVERITY_CRITICAL);
	assert_int_equal(s->alerts.acknowledge_for, 3 * 86400);
	assert_int_equal(s->alerts.silence_most, 90 * 86400);
	assert_string_equal(s->heartbeat.url, "https://hc.example.org/ping/x");
	assert_int_equal(s->heartbeat.every, 300);
	settings_free(s);
}

static void test_format_of_bytes(void **state)
{
	static const char bytes[] = "# caf\xe9\n.\n";
	struct faults faults;
	struct text conf;

	(void)state;
	text_init(&conf, 0);
	text_addf(&conf, "channels = ( { id = \"a\"; type = \"webhook\"; url = "
		"\"https://example.org/\"; format = \"%s\"; } );\n",
		golden_file("latin.jq", bytes, sizeof bytes - 1, 0600));
	faults_init(&faults);
	assert_null(settings_load(golden_file("latin.conf", conf.data,
		conf.length, 0600), CONF_OFFLINE, &faults));
	assert_non_null(strstr(faults.items[0].text, "is not text in UTF-8"));
	faults_release(&faults);
	text_release(&conf);
	golden_clean();
}

/* An empty file is a configuration: everything has a default. */
static void test_defaults(void **state)
{
	struct settings *s;

	(void)state;
	unsetenv("STATE_DIRECTORY");
	s = settings_good(golden_file("pledged.conf", "", 0, 0644),
		CONF_OFFLINE);
	assert_null(s->state_dir);
	assert_true(string_ends(s->registers[0], "/register.d"));
	assert_ptr_equal(s->zone, zone_utc());
	assert_int_equal(s->first_sight, FIRST_SIGHT_SUMMARY);
	assert_null(s->admin.socket);
	assert_int_equal(s->admin.mode, 0660);
	assert_string_equal(s->admin.admins[0], "root");
	assert_null(s->web.listen);
	assert_int_equal(s->polling.concurrency, 64);
	assert_int_equal(s->polling.every, 6 * 3600);
	assert_int_equal(s->polling.min_every, 15 * 60);
	assert_int_equal(s->polling.max_body, 32 << 20);
	assert_int_equal(s->polling.spacing, 250);
	assert_int_equal(s->polling.retention.count, 0);
	assert_string_equal(s->polling.user_agent, "pledged");
	assert_false(s->polling.allow_private);
	assert_int_equal(s->workers.max, 2);
	assert_int_equal(s->workers.memory, 256 << 20);
	settings_free(s);
	setenv("STATE_DIRECTORY", "/var/lib/one:/var/lib/two", 1);
	s = settings_good(golden_file("pledged.conf", "", 0, 0644),
		CONF_DAEMON);
	assert_string_equal(s->state_dir, "/var/lib/one");
	settings_free(s);
	unsetenv("STATE_DIRECTORY");
	golden_clean();
}

/* --- secrets ---------------------------------------------------------------- */

#define WHSEC "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define MAIL_CONF "state_dir = \"s\"; register = [ \"pledged.conf\" ]; " \
	"channels = ( { id = \"m\"; type = \"email\"; to = \"a@b\"; " \
	"from = \"a@b\"; server = \"smtps://b\"; user = \"u\"; " \
	"password_file = \"secret\"; } ); " \
	"routes = ( { channels = [ \"m\" ]; } );"
#define HOOK_CONF "state_dir = \"s\"; " \
	"channels = ( { id = \"h\"; type = \"webhook\"; " \
	"url = \"https://b\"; secret_file = \"secret\"; } ); " \
	"routes = ( { channels = [ \"h\" ]; } );"

struct secret_case {
	const char *conf;
	const char *bytes;
	unsigned mode;
	bool credential;	/* the folder is $CREDENTIALS_DIRECTORY */
	const char *want;	/* the secret; NULL: an error … */
	const char *want_error;	/* … that holds this */
};

static const struct secret_case secrets[] = {
	{MAIL_CONF, "pass word\n", 0600, false, "pass word", NULL},
	{MAIL_CONF, "pass\r\n", 0400, false, "pass", NULL},
	{MAIL_CONF, "hunter2", 0640, false, NULL, "mode 0640"},
	{MAIL_CONF, "hunter2", 0604, false, NULL, "mode 0604"},
	{MAIL_CONF, "hunter2", 0440, false, NULL, "mode 0440"},
	{MAIL_CONF, "hunter2", 0440, true, "hunter2", NULL},
	{MAIL_CONF, "hunter2", 0444, true, NULL, "mode 0444"},
	{MAIL_CONF, "", 0600, false, NULL, "is empty"},
	{MAIL_CONF, "\n", 0600, false, NULL, "is empty"},
	{MAIL_CONF, "one\ntwo\n", 0600, false, NULL, "more than one line"},
	{HOOK_CONF, WHSEC "\n", 0600, false, WHSEC, NULL},
	{HOOK_CONF, "hunter2", 0600, false, NULL, "whsec_BASE64"},
	{HOOK_CONF, "whsec_abcd", 0600, false, NULL, "whsec_BASE64"},
	{HOOK_CONF, "whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", 0600, false, NULL,
		"whsec_BASE64"},
};

static void secret_check(const struct secret_case *c)
{
	char folder[192], listing[4096] = "";
	const char *path = golden_file("secret", c->bytes, strlen(c->bytes),
		c->mode);
	struct settings *settings;
	struct faults faults;
	struct text text;

	snprintf(folder, sizeof folder, "%.*s",
		(int)(strrchr(path, '/') - path), path);
	if (c->credential)
		setenv("CREDENTIALS_DIRECTORY", folder, 1);
	path = golden_file("pledged.conf", c->conf, strlen(c->conf), 0644);
	faults_init(&faults);
	settings = settings_load(path, CONF_DAEMON, &faults);
	text_init(&text, 0);
	faults_print(&faults, &text);
	snprintf(listing, sizeof listing, "%s", text_string(&text));
	if (c->want != NULL) {
		const struct channel *channel;

		assert_string_equal(listing, "");
		channel = &settings->policy.channels[0];
		assert_string_equal(channel->type == CHANNEL_EMAIL ?
			channel->password : channel->secret, c->want);
	} else {
		assert_null(settings);
		assert_non_null(strstr(listing, c->want_error));
		if (strlen(c->bytes) > 3)
			assert_null(strstr(listing, c->bytes));
	}
	text_release(&text);
	settings_free(settings);
	faults_release(&faults);
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void test_secrets(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		secret_check(&secrets[i]);
	golden_clean();
}

static void test_secret_files(void **state)
{
	char large[5000], folder[192], link[224], *listing;
	const char *path, *conf = MAIL_CONF;

	(void)state;
	memset(large, 'x', sizeof large);
	golden_file("secret", large, sizeof large, 0600);
	path = golden_file("pledged.conf", conf, strlen(conf), 0644);
	listing = golden_listing(path, CONF_DAEMON);
	assert_non_null(strstr(listing, "larger than 4096 bytes"));
	free(listing);
	/* Offline the secret is not even looked at. */
	listing = golden_listing(path, CONF_OFFLINE);
	assert_null(strstr(listing, "password_file"));
	free(listing);
	snprintf(folder, sizeof folder, "%.*s",
		(int)(strrchr(path, '/') - path), path);
	snprintf(link, sizeof link, "%s/secret", folder);
	unlink(link);
	listing = golden_listing(path, CONF_DAEMON);
	assert_non_null(strstr(listing, "No such file"));
	free(listing);
	assert_int_equal(symlink("/etc/hostname", link), 0);
	listing = golden_listing(path, CONF_DAEMON);
	assert_non_null(strstr(listing, "is a symbolic link"));
	free(listing);
	golden_clean();
}

static void test_daemon(void **state)
{
	static const char conf[] = "admin: { admins = [ \"root\", "
		"\"nobody.here\", \"@none.here\" ]; group = \"none.too\"; };";
	char *listing;

	(void)state;
	unsetenv("STATE_DIRECTORY");
	listing = golden_listing(golden_file("pledged.conf", conf,
		sizeof conf - 1, 0644), CONF_DAEMON);
	assert_non_null(strstr(listing, "state_dir: is missing"));
	assert_non_null(strstr(listing, "there is no user \"nobody.here\" on "
		"this machine [unknown-user]"));
	assert_non_null(strstr(listing, "there is no group \"none.here\""));
	assert_non_null(strstr(listing, "there is no group \"none.too\""));
	assert_null(strstr(listing, "\"root\""));
	free(listing);
	golden_clean();
}

/* --- addresses ---------------------------------------------------------------- */

static void test_addresses(void **state)
{
	static const struct {
		const char *text;
		bool want_mail, want_web, want_server, want_listen;
	} addresses[] = {
		{"desk@example.org", true, false, false, false},
		{"a.b+c@localhost", true, false, false, false},
		{"a@b@c", false, false, false, false},
		{"@b", false, false, false, false},
		{"a@", false, false, false, false},
		{"a@b\r\nRCPT TO:<c@d>", false, false, false, false},
		{"<a@b>", false, false, false, false},
		{"a@b,c", false, false, false, false},
		{"a\x7f@b", false, false, false, false},
		{"https://example.org/x?y#z", false, true, false, false},
		{"http://[::1]:8080/", false, true, false, false},
		{"http://127.0.0.1:80", false, true, false, false},
		{"http://", false, false, false, false},
		{"http:///x", false, false, false, false},
		{"http://a:0/", false, false, false, false},
		{"http://a:65536/", false, false, false, false},
		{"http://u@h/", false, false, false, false},
		{"http://a b/", false, false, false, false},
		{"http://[::g]/", false, false, false, false},
		{"file:///etc/passwd", false, false, false, false},
		{"smtp://mail.example.org:587", false, false, true, false},
		{"smtps://mail.example.org", false, false, true, false},
		{"smtp://mail.example.org/x", false, false, false, false},
		{"127.0.0.1:8470", false, false, false, true},
		{"127.8.8.8:1", false, false, false, true},
		{"[::1]:65535", false, false, false, true},
		{"0.0.0.0:80", false, false, false, false},
		{"localhost:80", false, false, false, false},
		{"127.0.0.1", false, false, false, false},
		{"127.0.0.1:0", false, false, false, false},
		{"", false, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
		const char *text = addresses[i].text;

		assert_int_equal(mail_address_fault(text) == NULL,
			addresses[i].want_mail);
		assert_int_equal(url_fault(text, &schemes_web) == NULL,
			addresses[i].want_web);
		assert_int_equal(server_fault(text, &schemes_mail) == NULL,
			addresses[i].want_server);
		assert_int_equal(listen_fault(text) == NULL,
			addresses[i].want_listen);
	}
	assert_true(url_is_loopback("smtp://localhost:25"));
	assert_true(url_is_loopback("smtp://127.0.0.2"));
	assert_false(url_is_loopback("smtp://localhost.example.org"));
}

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		int64_t want;	/* -1: no size */
	} sizes[] = {
		{"0", 0}, {"512", 512}, {"1K", 1024}, {"32M", 32 << 20},
		{"2G", INT64_C(2) << 30}, {"-1", -1}, {" 1", -1}, {"", -1},
		{"M", -1}, {"1MB", -1}, {"1.5M", -1}, {"9999999999G", -1},
		{"99999999999999999999", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		int64_t size;

		if (!size_read(sizes[i].text, &size))
			size = -1;
		assert_int_equal(size, sizes[i].want);
	}
}

static void test_zones(void **state)
{
	static const char *const wrong[] = {"", "/etc/passwd", "../x",
		"Europe/../../../etc/passwd", "Europe//Berlin", "Europe/",
		"Europe", "Nowhere/Nothing", "zone.tab"};
	struct error error;

	(void)state;
	assert_ptr_equal(zones_find("UTC", &error), zone_utc());
	assert_non_null(zones_find("America/New_York", &error));
	assert_ptr_equal(zones_find("America/New_York", &error),
		zones_find("America/New_York", NULL));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_null(zones_find(wrong[i], &error));
}

/* --- tables --------------------------------------------------------------------- */

static size_t path_parent(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL ? (size_t)(dot - path + 1) : 0;
}

/* Keys are found by bisection: rows of one group rise. */
static void keys_check(const struct settings_key *keys, const char *needed)
{
	bool found = false;

	for (const struct settings_key *a = keys; a->path != NULL; a++) {
		size_t parent = path_parent(a->path);

		found |= string_is(a->path, needed);
		assert_non_null(a->type);
		for (const struct settings_key *b = a + 1; b->path != NULL; b++)
			if (path_parent(b->path) == parent &&
			    strncmp(a->path, b->path, parent) == 0)
				assert_true(strcmp(a->path, b->path) < 0);
	}
	assert_true(found);
}

static void test_keys(void **state)
{
	(void)state;
	keys_check(settings_keys(), "polling.every");
	keys_check(settings_keys(), "channels[].type");
	keys_check(register_keys(), "pledges[].milestones[].due");
}

static int enter(void **state)
{
	(void)state;
	golden_enter();
	formats_found_in("../../../etc/formats");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listings),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_valid_policy),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_format_of_bytes),
		cmocka_unit_test(test_valid_telling),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_secret_files),
		cmocka_unit_test(test_daemon),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
