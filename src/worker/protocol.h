/*
 * protocol: what the daemon and its workers say to each other, as tagged
 * fields in frames (base/frame.h). The daemon trusts no answer: it checks
 * every row again.
 */
#ifndef PLEDGED_WORKER_PROTOCOL_H
#define PLEDGED_WORKER_PROTOCOL_H

/*
 * Role "extract". Arguments: --memory=BYTES (of the process) and --cpu=SECONDS
 * (of each request). One request:
 *	FORMAT PROGRAM FETCHED [URL_ASKED ENCODING CHARSET PARAMETER …
 *	COLUMN … NAMESPACE … MATCH NEXT_PROGRAM CSV_* …] BODY
 * and one answer: any number of rows, each opened by ROW, then NEXT, TTL and PASSED
 * where the answer has them, then COUNT; or, when the program or the bytes are
 * at fault, FAULT alone.
 *
 * With FORMAT "message" (extract/message.h) a request is
 *	FORMAT [PRELUDE] PROGRAM CHANNEL [PARAMETER … TOKEN] BODY
 * and its answer MESSAGE, or PLAIN, or FAULT. Such requests hold secrets: they
 * go to workers that see nothing of what sources say.
 */
enum extract_tag {
	/* request */
	EXTRACT_FORMAT = 1,	/* a source_format's name */
	EXTRACT_PROGRAM,
	EXTRACT_FETCHED,	/* RFC 3339 */
	EXTRACT_BODY,
	EXTRACT_CSV_DELIMITER,	/* one byte each */
	EXTRACT_CSV_DECIMAL,
	EXTRACT_CSV_THOUSANDS,
	EXTRACT_CSV_NO_HEADER,	/* present: there is none */
	EXTRACT_ENCODING,	/* decided by the source */
	EXTRACT_CSV_COLUMN_AS,	/* "name=text" | "name=number" */
	EXTRACT_URL_ASKED,
	EXTRACT_CHARSET,	/* as the server said */
	EXTRACT_PARAMETER,	/* "name=value" */
	EXTRACT_COLUMN,		/* "field=XPath" */
	EXTRACT_NAMESPACE,	/* "prefix=URI" */
	EXTRACT_MATCH,
	EXTRACT_NEXT_PROGRAM,
	EXTRACT_PRELUDE,	/* jq definitions */
	EXTRACT_CHANNEL,	/* its id */
	EXTRACT_TOKEN,		/* its secret */
	/* answer */
	EXTRACT_ROW = 64,	/* opens a row; int: its number from 1 */
	EXTRACT_INDICATOR,
	EXTRACT_PERIOD,
	EXTRACT_VALUE,
	EXTRACT_PUBLISHED,
	EXTRACT_PROVISIONAL,	/* present: it is */
	EXTRACT_KEY, EXTRACT_TITLE, EXTRACT_URL, EXTRACT_TEXT,
	EXTRACT_REJECT,		/* of the open row: why it makes no sense */
	EXTRACT_NEXT,		/* text: as in struct extract_found */
	EXTRACT_TTL,		/* int: seconds */
	EXTRACT_PASSED,		/* int: items that match left out */
	EXTRACT_COUNT,		/* int: rows, closes the answer */
	EXTRACT_FAULT,		/* text: what and where */
	EXTRACT_MESSAGE,	/* JSON */
	EXTRACT_PLAIN		/* the same as text, whatever it is */
};

#define EXTRACT_ROWS_MAX 200000
#define EXTRACT_TEXT_MAX 65536		/* bytes of one field */
#define EXTRACT_FORMAT_MESSAGE "message"	/* besides a source_format's */

/*
 * Role "mail". One request is one message; the answer is OUTCOME, ANSWER and
 * any number of LEFT.
 */
enum mail_tag {
	MAIL_SERVER = 1,	/* smtp://… smtps://… */
	MAIL_STARTTLS,		/* present: required */
	MAIL_USER,
	MAIL_PASSWORD,
	MAIL_CA_FILE,
	MAIL_TIMEOUT,		/* int, seconds */
	MAIL_FROM,		/* envelope, bare address */
	MAIL_TO,		/* one a recipient */
	MAIL_HEADER,		/* "Name: value", encoded and folded, no CRLF at its end */
	MAIL_TEXT,		/* UTF-8, LF, format=flowed (RFC 3676): a space
				   before the LF says that the paragraph goes on */
	MAIL_HTML,		/* UTF-8, LF */
	MAIL_PICTURE,		/* SVG, at most one; beside HTML alone, which shows
				   it as cid:trajectory@pledged */
	/* answer */
	MAIL_OUTCOME = 64,	/* int: 0 delivered, 1 failed for now, 2 for good,
				   3 for now, as any other would */
	MAIL_ANSWER,		/* the server's last line, or the fault */
	MAIL_LEFT		/* one a recipient, where others were taken: those
				   that were not; the outcome is theirs */
};

#endif
