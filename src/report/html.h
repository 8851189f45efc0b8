/* html: the page that is being written, and what its parts write. */
#ifndef AN_REPORT_HTML_H
#define AN_REPORT_HTML_H

#include "report/report.h"

enum { AN_PAGE_MOST_DEPTH = 6 };

typedef struct an_page {
    an_ctx *ctx;
    an_buf *out;
    an_buf id; /* path of the node that is being written, as an_doc_visit() */
    const an_html_options *options;
    bool has_provenance;
    int n_tables, n_figures;
    int number[AN_PAGE_MOST_DEPTH]; /* of the open sections */
} an_page;

/* As it is; escaped; escaped, with its marks of emphasis. NULL writes nothing. */
void an_page_put(an_page *p, const char *text);
void an_page_text(an_page *p, const char *text);
void an_page_prose(an_page *p, const char *text);
void an_page_paragraphs(an_page *p, const char *text, const char *class_name);

/* Ids are the path of keys: enter one, and leave with what enter gave. */
size_t an_page_enter(an_page *p, const char *key);
void an_page_leave(an_page *p, size_t before);
void an_page_id(an_page *p); /* the attribute */

/* The numbered line above a table or below a figure, and the line on the method. */
void an_page_caption(an_page *p, const char *what, int number, const an_node *n,
                     const char *more);
void an_page_method(an_page *p, const char *name);

an_status an_page_table(an_page *p, const an_node *n); /* html_table.c */

#endif
