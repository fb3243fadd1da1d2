/*
 * accept: which form of an answer a client would rather have (RFC 9110, 12.5.1).
 */
#ifndef PLEDGED_PLEDGED_ACCEPT_H
#define PLEDGED_PLEDGED_ACCEPT_H

/* How welcome a media type is to a header Accept, in thousandths, by the most
   precise of its ranges that holds the type; 0: not at all. NULL or "": 1000, as
   nothing was asked for. */
int accept_quality(const char *accept, const char *type);

#endif
