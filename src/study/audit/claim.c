/* Claims: what they print, and what is found about them. */
#include "study/audit/audit.h"

#include <stdarg.h>

static const double MOST_PATIENTS = 1e9;

void an_claim_find(an_claim *claim, an_verdict verdict, const char *format, ...)
{
    char text[1000];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (verdict > claim->verdict) {
        claim->verdict = verdict;
        claim->main = claim->n_sentences;
    }
    if (claim->n_sentences < AN_MOST_SENTENCES)
        claim->sentence[claim->n_sentences++] = an_doc_printf(claim->doc, "%s", text);
}

void an_claim_value(an_claim *claim, const char *key, const char *label, an_value value)
{
    if (claim->n_values < AN_MOST_VALUES)
        claim->value[claim->n_values++] =
            (an_found_value){an_doc_printf(claim->doc, "%s", key),
                             an_doc_printf(claim->doc, "%s", label), value};
}

/* Half a unit of the last digit of "3.43" or "6.4e-5". */
static double half_of(const char *text, size_t size)
{
    double exponent = 0, decimals = 0;
    bool fraction = false;

    for (size_t i = 0; i < size; i++) {
        if (text[i] == 'e' || text[i] == 'E') {
            an_parse_double(text + i + 1, size - i - 1, &exponent);
            break;
        }
        if (fraction) decimals++;
        if (text[i] == '.') fraction = true;
    }
    return 0.5 * pow(10, exponent - decimals);
}

an_printed an_printed_read(const char *text)
{
    const bool below = *text == '<';
    an_printed p = {NAN, 0};
    size_t size;

    if (below) text++;
    while (*text == ' ') text++;
    size = strlen(text);
    if (!an_parse_double(text, size, &p.value)) return (an_printed){NAN, 0};
    if (below) return (an_printed){p.value / 2, p.value / 2};
    p.half = half_of(text, size);
    return p;
}

static an_printed read_node(const an_claim *claim, const an_yaml *node, const char *key)
{
    an_printed p = {NAN, 0};

    if (node->kind == AN_YAML_SCALAR) p = an_printed_read(node->text);
    if (isnan(p.value))
        an_yaml_error(claim->file, node->place, "S202",
                      "write it as it is printed: 3.43, or < 0.001", "%s is not a number",
                      key);
    return p;
}

an_printed an_claim_printed(const an_claim *claim, const char *key)
{
    const an_yaml *node = an_yaml_get(claim->node, key);

    return node ? read_node(claim, node, key) : (an_printed){NAN, 0};
}

an_printed an_claim_needed(const an_claim *claim, const char *key)
{
    if (!an_yaml_get(claim->node, key))
        an_yaml_error(claim->file, claim->node->place, "S203", NULL, "%s needs %s",
                      claim->id, key);
    return an_claim_printed(claim, key);
}

double an_claim_between(const an_claim *claim, const char *key, double above,
                        double below, double otherwise)
{
    const double x = an_claim_printed(claim, key).value;

    if (!an_yaml_get(claim->node, key)) return otherwise;
    if (!isnan(x) && !(x > above && x < below))
        an_yaml_error(claim->file, an_yaml_key_place(claim->node, key), "S206", NULL,
                      "%s of %s is not between %g and %g", key, claim->id, above, below);
    return x > above && x < below ? x : otherwise;
}

double an_claim_level(const an_claim *claim)
{
    return an_claim_between(claim, "level", 0.5, 1, 0.95);
}

double an_claim_count(const an_claim *claim, const char *key)
{
    const an_printed p = an_claim_printed(claim, key);

    if (p.value >= 1 && p.value <= MOST_PATIENTS && p.value == floor(p.value))
        return p.value;
    an_yaml_error(claim->file, an_yaml_key_place(claim->node, key), "S203",
                  "a number of patients", "%s of %s is missing, or no whole number", key,
                  claim->id);
    return NAN;
}

an_index an_claim_list(const an_claim *claim, const an_yaml *map, const char *key,
                       an_printed out[AN_MOST_POINTS])
{
    const an_yaml *node = an_yaml_get(map, key);
    const an_index n = node ? an_yaml_count(node) : 0;

    if (n > AN_MOST_POINTS) {
        an_yaml_error(claim->file, node->place, "S202", "at most 24", "%s is too long",
                      key);
        return 0;
    }
    for (an_index i = 0; i < n; i++) out[i] = read_node(claim, an_yaml_at(node, i), key);
    return n;
}

const char *an_claim_text(const an_claim *claim, const char *key, const char *otherwise)
{
    const char *text = otherwise;

    an_yaml_text(claim->file, claim->node, key, &text);
    return text;
}

const char *an_claim_as_printed(const an_claim *claim, const char *key)
{
    return an_claim_text(claim, key, "");
}
