/* mime: the form of mail headers and of flowed text. */
#ifndef PLEDGED_PLEDGED_MIME_H
#define PLEDGED_PLEDGED_MIME_H

#include "base/moment.h"
#include "base/text.h"

/*
 * "Name: value" with what is not printable ASCII in RFC 2047 encoded words
 * (UTF-8, base64, each a whole number of code points), folded at 76 columns
 * with CRLF and a space. Control characters become spaces: nothing a source
 * or a register says can start another header.
 */
void mime_header(struct text *out, const char *name, const char *value);
/* RFC 5322 3.3: "Wed, 27 Jan 2021 15:30:22 +0000". */
void mime_date(struct text *out, instant at);
/* The part behind the @ of an address; "localhost" when there is none. */
const char *mime_domain(const char *address);

#define FLOWED_COLUMNS 78

/*
 * A paragraph as format=flowed text (RFC 3676, without DelSp): lines of at most
 * FLOWED_COLUMNS columns, all but the last ending in a space, where the receiver
 * may join them. What would be taken for a quotation is stuffed. A word that is
 * longer stands alone. Ends in LF. The paragraph has no line break in it.
 */
void mime_flowed(struct text *out, const char *paragraph);

#endif
