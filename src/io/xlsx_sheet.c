/*
 * One sheet, cell by cell: values as text, dates by their style, formulas by the value
 * that was stored with them. A cell that cannot be read is an error with its address; the
 * sheet is read to its end all the same, so that every such cell is listed.
 */
#include "io/xlsx.h"

typedef enum cell_type {
    CELL_NUMBER,
    CELL_SHARED,
    CELL_TEXT, /* of a formula, or in line */
    CELL_LOGICAL,
    CELL_ERROR,
    CELL_DATE
} cell_type;

typedef struct sheet_parse {
    an_book *book;
    an_sheet_data *data;
    int32_t row, column; /* of the cell at hand, 1-based */
    cell_type type;
    int64_t style;
    bool in_cell, in_value, in_formula, in_inline, in_run_text, in_phonetic;
    bool has_formula, has_value;
    an_buf value, formula;
    an_index n_error_cells;
    an_status st;
} sheet_parse;

void an_sheet_problem(const an_book *book, const char *sheet, an_severity severity,
                      const char *code, int32_t row, int32_t column, const char *what,
                      const char *why, const char *advice)
{
    an_problem_add(book->ctx, &(an_problem){.severity = severity,
                                            .code = code,
                                            .what = what,
                                            .file = book->source->file,
                                            .sheet = sheet,
                                            .row = row,
                                            .column = column,
                                            .why = why,
                                            .advice = advice});
}

/* An error at the cell at hand; the first ones are listed, all are counted. */
static void bad_cell(sheet_parse *p, const char *code, const char *what, const char *why,
                     const char *advice)
{
    if (p->data->n_bad++ < AN_PROBLEMS_PER_READ)
        an_sheet_problem(p->book, p->data->name, AN_ERROR, code, p->row, p->column, what,
                         why, advice);
}

bool an_reference_parse(const char *text, size_t size, int32_t *row, int32_t *column)
{
    size_t at = 0;

    *row = *column = 0;
    for (; at < size && text[at] >= 'A' && text[at] <= 'Z'; at++) {
        *column = *column * 26 + (text[at] - 'A' + 1);
        if (*column > AN_SHEET_COLUMNS) return false;
    }
    for (; at < size && text[at] >= '0' && text[at] <= '9'; at++) {
        *row = *row * 10 + (text[at] - '0');
        if (*row > AN_SHEET_ROWS) return false;
    }
    return at == size && size > 0 && *row > 0;
}

/* "A1:B2", or one cell. */
static bool parse_range(const char *text, an_range *range)
{
    const char *colon = strchr(text, ':');
    const char *last = colon ? colon + 1 : text;

    return an_reference_parse(text, colon ? (size_t)(colon - text) : strlen(text),
                              &range->row, &range->column) &&
           an_reference_parse(last, strlen(last), &range->last_row,
                              &range->last_column) &&
           range->column > 0 && range->last_column > 0;
}

/* The sheet contradicts itself; reading stops. */
static void broken_sheet(sheet_parse *p, const char *what)
{
    an_problem problem = {.code = "X509",
                          .what = what,
                          .file = p->book->source->file,
                          .sheet = p->data->name,
                          .row = p->row,
                          .column = p->column,
                          .why = "rows and cells of a sheet stand in order, within 2^20 "
                                 "rows and 2^14 columns",
                          .advice = "save the workbook anew in Excel"};

    p->st = an_read_failed(p->book->ctx, AN_ERR_FORMAT, &problem);
}

/* ---- Elements ---- */

static bool whole_number(const char *text, int64_t low, int64_t high, int64_t *out)
{
    return text && an_parse_int(text, strlen(text), out) && *out >= low && *out <= high;
}

static void start_row(sheet_parse *p, const char **attributes)
{
    const char *r = an_xml_attribute(attributes, "r");
    int64_t row = p->row + 1;

    p->column = 0;
    if ((r && !whole_number(r, 1, AN_SHEET_ROWS, &row)) || row <= p->row ||
        row > AN_SHEET_ROWS) {
        broken_sheet(p, "a row of the sheet has a number out of order");
        return;
    }
    p->row = (int32_t)row;
    p->data->hidden_rows += an_xml_is_true(an_xml_attribute(attributes, "hidden"));
}

static cell_type type_of(const char *t)
{
    if (!t) return CELL_NUMBER;
    return strcmp(t, "s") == 0           ? CELL_SHARED
           : strcmp(t, "str") == 0       ? CELL_TEXT
           : strcmp(t, "inlineStr") == 0 ? CELL_TEXT
           : strcmp(t, "b") == 0         ? CELL_LOGICAL
           : strcmp(t, "e") == 0         ? CELL_ERROR
           : strcmp(t, "d") == 0         ? CELL_DATE
                                         : CELL_NUMBER;
}

static void start_cell(sheet_parse *p, const char **attributes)
{
    const char *r = an_xml_attribute(attributes, "r");
    const char *s = an_xml_attribute(attributes, "s");
    int32_t row = p->row, column = p->column + 1;

    if ((r && (!an_reference_parse(r, strlen(r), &row, &column) || column == 0)) ||
        row != p->row || column <= p->column || column > AN_SHEET_COLUMNS) {
        broken_sheet(p, "a cell of the sheet has an address out of order");
        return;
    }
    p->column = column;
    p->type = type_of(an_xml_attribute(attributes, "t"));
    if (!whole_number(s, 0, INT32_MAX, &p->style)) p->style = -1;
    p->in_cell = true;
    p->has_formula = p->has_value = false;
    an_buf_clear(&p->value);
    an_buf_clear(&p->formula);
}

static void add_merged(sheet_parse *p, const char **attributes)
{
    const char *text = an_xml_attribute(attributes, "ref");
    an_sheet_data *data = p->data;
    an_range range;

    if (!text || !parse_range(text, &range)) return;
    p->st = an_grow(p->book->ctx, &data->merged, &data->merged_capacity,
                    data->n_merged + 1, sizeof *data->merged);
    if (p->st == AN_OK) data->merged[data->n_merged++] = range;
}

static void count_hidden_columns(sheet_parse *p, const char **attributes)
{
    int64_t first, last;

    if (an_xml_is_true(an_xml_attribute(attributes, "hidden")) &&
        whole_number(an_xml_attribute(attributes, "min"), 1, AN_SHEET_COLUMNS, &first) &&
        whole_number(an_xml_attribute(attributes, "max"), first, AN_SHEET_COLUMNS, &last))
        p->data->hidden_columns += last - first + 1;
}

static void on_start(void *self, const char *name, const char **attributes)
{
    sheet_parse *p = self;
    const char *local = an_xml_local(name);

    if (p->in_cell) {
        if (strcmp(local, "v") == 0) p->in_value = p->has_value = true;
        if (strcmp(local, "f") == 0) p->has_formula = p->in_formula = true;
        if (strcmp(local, "is") == 0) p->in_inline = true;
        if (strcmp(local, "t") == 0) p->in_run_text = true;
        if (strcmp(local, "rPh") == 0) p->in_phonetic = true;
    } else if (strcmp(local, "row") == 0) {
        start_row(p, attributes);
    } else if (strcmp(local, "c") == 0) {
        start_cell(p, attributes);
    } else if (strcmp(local, "mergeCell") == 0) {
        add_merged(p, attributes);
    } else if (strcmp(local, "col") == 0) {
        count_hidden_columns(p, attributes);
    }
}

static void on_text(void *self, const char *data, size_t size)
{
    sheet_parse *p = self;

    if (p->in_value || (p->in_inline && p->in_run_text && !p->in_phonetic))
        an_buf_put(&p->value, data, size);
    if (p->in_formula) an_buf_put(&p->formula, data, size);
}

/* ---- Values ---- */

static void add_cell(sheet_parse *p, bool shared, int64_t at, int64_t size)
{
    an_sheet_data *data = p->data;

    if (size == 0) return;
    if ((size_t)size > p->book->source->options.max_cell) {
        bad_cell(p, "D111", "a cell is longer than the limit", NULL,
                 "shorten the cell, or raise the limit");
        return;
    }
    p->st = an_grow(p->book->ctx, &data->cells, &data->cells_capacity, data->n_cells + 1,
                    sizeof *data->cells);
    if (p->st != AN_OK) return;
    data->cells[data->n_cells++] = (an_sheet_cell){
        .row = p->row, .column = p->column, .shared = shared, .at = at, .size = size};
}

static void add_text(sheet_parse *p, an_span text)
{
    an_buf *all = &p->data->text;
    const int64_t at = (int64_t)all->size;

    text = an_trim(text);
    an_buf_put(all, text.data, text.size);
    p->st = all->st;
    if (p->st == AN_OK) add_cell(p, false, at, (int64_t)text.size);
}

static void finish_number(sheet_parse *p, an_span value)
{
    const an_book *book = p->book;
    const an_cell_style style = p->style >= 0 && p->style < book->n_styles
                                    ? (an_cell_style)book->styles[p->style]
                                    : AN_STYLE_NUMBER;
    char text[32];
    double x;

    if (!an_parse_double(value.data, value.size, &x) || !isfinite(x)) {
        bad_cell(p, "X510", "a number of the sheet is not written as a number", NULL,
                 "save the workbook anew in Excel");
    } else if (style == AN_STYLE_NUMBER) {
        add_text(p, (an_span){text, an_cell_number(x, text)});
    } else if (an_serial_format(x, style, book->date1904, text)) {
        add_text(p, (an_span){text, strlen(text)});
    } else {
        bad_cell(
            p, "X515", "a cell has the format of a date, but its number is no day",
            "days count from 1 (serial 60, the 29 February 1900 of Excel, never was)",
            "enter the date again, or give the cell the format General");
    }
}

static void finish_shared(sheet_parse *p, an_span value)
{
    const an_book *book = p->book;
    int64_t i;
    an_span text;

    if (!an_parse_int(value.data, value.size, &i) || i < 0 || i >= book->n_strings) {
        bad_cell(p, "X510", "a cell points to a text that the workbook does not have",
                 NULL, "save the workbook anew in Excel");
        return;
    }
    const int64_t begin = i > 0 ? book->string_end[i - 1] : 0;
    if (book->string_end[i] == begin) return;
    text = an_trim(
        (an_span){book->text.data + begin, (size_t)(book->string_end[i] - begin)});
    add_cell(p, true, text.data - book->text.data, (int64_t)text.size);
}

/* What Excel calls this error; any other word may be a patient's and is not repeated. */
static const char *error_name(an_span value)
{
    static const char *const names[] = {"#NULL!",  "#DIV/0!", "#VALUE!", "#REF!",
                                        "#NAME?",  "#NUM!",   "#N/A",    "#GETTING_DATA",
                                        "#SPILL!", "#CALC!"};

    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (strlen(names[k]) == value.size &&
            memcmp(names[k], value.data, value.size) == 0)
            return names[k];
    return "an error";
}

/* #N/A and its kin: missing, and said. */
static void finish_error(sheet_parse *p, an_span value)
{
    char what[96];

    if (p->n_error_cells++ >= AN_PROBLEMS_PER_READ) return;
    snprintf(what, sizeof what, "the cell shows %s: taken as missing", error_name(value));
    an_sheet_problem(p->book, p->data->name, AN_WARNING, "X514", p->row, p->column, what,
                     "a formula failed here", "repair the formula, or clear the cell");
}

/* 2021-04-03T00:00:00 is a date. */
static void finish_date(sheet_parse *p, an_span value)
{
    static const char midnight[] = "T00:00:00";

    if (value.size > 10 && value.size >= 10 + sizeof midnight - 1 &&
        memcmp(value.data + 10, midnight, sizeof midnight - 1) == 0)
        value.size = 10;
    if (value.size > 0 && value.data[value.size - 1] == 'Z') value.size--;
    add_text(p, value);
}

static void finish_cell(sheet_parse *p)
{
    const an_span value = {p->value.data ? p->value.data : "", p->value.size};

    p->st = p->value.st != AN_OK ? p->value.st : p->formula.st;
    if (p->st != AN_OK) return;
    if (p->has_formula && (!p->has_value || (value.size == 0 && p->type != CELL_TEXT))) {
        bad_cell(p, "X511", "a formula has no stored value",
                 "anodyne reads values and does not compute formulas",
                 "open the workbook in Excel and save it, or paste the values");
        return;
    }
    if (value.size == 0) return;
    switch (p->type) {
    case CELL_NUMBER:
        finish_number(p, value);
        break;
    case CELL_SHARED:
        finish_shared(p, value);
        break;
    case CELL_TEXT:
        p->value.size = an_xml_unescape(p->value.data, value.size);
        add_text(p, (an_span){p->value.data, p->value.size});
        break;
    case CELL_LOGICAL:
        add_text(p, value.data[0] == '0' ? (an_span){"FALSE", 5} : (an_span){"TRUE", 4});
        break;
    case CELL_ERROR:
        finish_error(p, value);
        break;
    case CELL_DATE:
        finish_date(p, value);
        break;
    }
}

static void note_total(sheet_parse *p)
{
    an_sheet_data *data = p->data;

    if (p->formula.size == 0 ||
        !an_formula_spans_rows(p->formula.data, p->formula.size, p->row))
        return;
    data->n_total_rows += data->total_row != p->row;
    data->total_row = p->row;
    data->total_column = p->column;
}

static void on_end(void *self, const char *name)
{
    sheet_parse *p = self;
    const char *local = an_xml_local(name);

    if (!p->in_cell) return;
    if (strcmp(local, "v") == 0) p->in_value = false;
    if (strcmp(local, "f") == 0) p->in_formula = false;
    if (strcmp(local, "is") == 0) p->in_inline = false;
    if (strcmp(local, "t") == 0) p->in_run_text = false;
    if (strcmp(local, "rPh") == 0) p->in_phonetic = false;
    if (strcmp(local, "c") != 0) return;
    p->in_cell = p->in_value = p->in_formula = false;
    p->in_inline = p->in_run_text = p->in_phonetic = false;
    note_total(p);
    finish_cell(p);
}

/* ---- The sheet ---- */

static void note_hidden(const an_book *book, const an_book_sheet *sheet,
                        const an_sheet_data *data)
{
    char what[128];

    if (!sheet->hidden && data->hidden_rows == 0 && data->hidden_columns == 0) return;
    snprintf(what, sizeof what,
             "hidden parts were read like the others: %srows: %lld, columns: %lld",
             sheet->hidden ? "the sheet, " : "", (long long)data->hidden_rows,
             (long long)data->hidden_columns);
    an_sheet_problem(book, data->name, AN_NOTE, "X516", 0, 0, what, NULL,
                     "a filter hides rows, it does not delete them");
}

an_status an_sheet_parse(an_book *book, const an_book_sheet *sheet, an_sheet_data *data)
{
    sheet_parse p = {.book = book, .data = data};
    an_status st;

    *data = (an_sheet_data){.name = sheet->name};
    an_buf_init(&data->text, book->ctx, 0);
    an_buf_init(&p.value, book->ctx, 0);
    an_buf_init(&p.formula, book->ctx, 0);
    st = an_parts_parse(
        book->parts, sheet->part,
        &(an_xml_handler){
            .start = on_start, .end = on_end, .text = on_text, .self = &p, .st = &p.st});
    an_buf_free(&p.value);
    an_buf_free(&p.formula);
    if (st == AN_OK) note_hidden(book, sheet, data);
    return st;
}

void an_sheet_free(an_book *book, an_sheet_data *data)
{
    an_free(book->ctx, data->cells);
    an_free(book->ctx, data->merged);
    if (data->text.ctx) an_buf_free(&data->text);
}

an_span an_sheet_text(const an_book *book, const an_sheet_data *data,
                      const an_sheet_cell *cell)
{
    const an_buf *text = cell->shared ? &book->text : &data->text;

    return (an_span){text->data + cell->at, (size_t)cell->size};
}
