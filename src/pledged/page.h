/*
 * page: what all pages of the dashboard have in common: the head with its
 * links, the time asked about, the foot; and how a page is answered that takes
 * more than one turn of the loop.
 *
 * Pages are read-only and whole without a script. Each says as of when it is
 * and by which register; its links keep that time. Forms of people send fields
 * that they left empty: an empty parameter is as if it were not there.
 */
#ifndef PLEDGED_PLEDGED_PAGE_H
#define PLEDGED_PLEDGED_PAGE_H

#include "pledged/edition.h"
#include "pledged/parts.h"
#include "pledged/query.h"

struct page {
	struct text body;
	struct html html;
	struct sheet sheet;
	struct question question;
	struct server_request *request;
	const struct page_work *work;	/* of page_stream */
	struct edition edition;		/* that it looks at */
	struct text selected;		/* of page_links: what its list is asked by
					   besides its parameters, "by=obligor" */
	size_t sent;			/* bytes of the body */
	bool written;
	bool of_now;			/* whatever the time asked about */
};

/* The value of a parameter; NULL: it is not there, or empty. */
const char *page_parameter(const struct page *page, const char *name);

/* Takes the request and the time it asks about. false: that makes no sense,
   which was answered. Nothing is to be released then. */
bool page_begin(struct page *page, struct daemon *daemon,
	struct server_request *request);
/* The filters among the parameters, as of /v1/milestones; own: what is none, as
   filters.h has it. false: refused, answered, released. */
bool page_query(struct page *page, struct query *query, const char *own);

/* All up to the page's first heading, which is its title; and the foot. tab:
   the path that the head marks as the present one; NULL: none. */
void page_open(struct page *page, const char *tab, const char *title);
void page_close(struct page *page);
/* The same as page_open, with a form beside the title that asks for the same at
   another time. */
void page_open_timed(struct page *page, const char *tab, const char *title);
/* The same of a page that tells how things are now, whatever the time asked
   about: what says that they are known as of now only. */
void page_open_now(struct page *page, const char *tab, const char *title,
	const char *what);
/* Answers with it, and releases it. */
void page_send(struct page *page, int status);
/* Without answering. */
void page_release(struct page *page);

/*
 * A page that looks at more than one turn of the loop may: it is made step by
 * step, then written at once. When the register is read again meanwhile, it
 * begins again. page stands at the head of a larger thing from mem_new, which is
 * freed behind release.
 */
struct page_work {
	void (*again)(struct page *page);	/* from the beginning: nothing of
						   the register that was is kept */
	bool (*step)(struct page *page);	/* some milliseconds; true: done */
	void (*write)(struct page *page);
	void (*release)(struct page *page);
};
void page_stream(struct page *page, const struct page_work *work);

/* Which page of a list is asked for, from 1; false: no number, which was
   answered, and the page released. */
bool page_number(struct page *page, size_t *out);
/* page_begin with that. */
bool page_begin_list(struct page *page, struct daemon *daemon,
	struct server_request *request, size_t *number);
/* Links to the page before and after one, with all other parameters; nothing
   where there is neither. */
void page_put_pager(struct page *page, size_t number, bool more);

/* A section with its heading; id NULL: none leads here. */
void page_section_open(struct page *page, const char *id, const char *title);
void page_section_close(struct page *page);

/* A form that asks for the same page with other parameters. */
void page_form_open(struct page *page, const char *path);
/* A field for the time, and the button. */
void page_form_close(struct page *page);
/* A word or a pattern, as the parameter is now. */
void page_field(struct page *page, const char *name, const char *label);
/* One of some words (NULL behind the last), or of whatever else was asked
   for; words: as people read them, NULL: as they are. usual: the one that counts
   where none is asked for; NULL: any. */
struct page_words {
	const char *const *values, *const *words;
	const char *usual;
};
void page_choice(struct page *page, const char *name, const char *label,
	const struct page_words *words);

/* Whether a path is that of a page, or lies below one. */
bool page_is_at(const char *path);
/* A problem as a page, for who reads pages. */
void page_problem(struct server_request *request, int status,
	const char *title, const char *detail, const char *const *headers);

#endif
