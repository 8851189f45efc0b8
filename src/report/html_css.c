/*
 * The style sheet of the report: a sober page for screen, phone and paper. Serif for what
 * is read, sans serif for what is looked up; three rules to a table.
 */
#include "report/report.h"

#define SERIF                                                                      \
    "\"Source Serif 4\", \"Source Serif Pro\", Charter, \"Bitstream Charter\", "   \
    "\"Iowan Old Style\", \"Palatino Linotype\", Palatino, Georgia, "              \
    "\"Noto Serif\", \"Liberation Serif\", \"Noto Serif CJK SC\", \"Songti SC\", " \
    "SimSun, serif"
#define SANS                                                                         \
    "\"Source Sans 3\", \"Source Sans Pro\", \"Helvetica Neue\", Helvetica, Arial, " \
    "\"Liberation Sans\", \"Noto Sans\", \"Noto Sans CJK SC\", \"PingFang SC\", "    \
    "\"Microsoft YaHei\", sans-serif"

/* ISO C promises 4095 bytes to a literal, hence three. */
static const char page[] =

    ":root { color-scheme: light; --ink: #1a1a1a; --soft: #555; --rule: #1a1a1a; "
    "--hair: #d8d8d8; --link: #1b4f8a; }\n"
    "* { box-sizing: border-box; }\n"
    "html { font: 17px/1.55 " SERIF "; color: var(--ink); background: #fff; "
    "-webkit-text-size-adjust: 100%; }\n"
    "body { margin: 0 auto; padding: 3rem 2rem 5rem; max-width: 78rem; display: grid; "
    "grid-template-columns: 13rem minmax(0, 58rem); column-gap: 3rem; "
    "justify-content: center; font-variant-numeric: lining-nums; }\n"
    "header, main { grid-column: 2; min-width: 0; }\n"
    "a { color: var(--link); text-decoration: none; }\n"
    "a:hover { text-decoration: underline; }\n"
    ".skip { position: absolute; left: -99rem; }\n"
    ".skip:focus { left: 1rem; top: 1rem; background: #fff; padding: .5rem; }\n"
    /* headings */
    "h1, h2, h3, h4, h5, h6 { line-height: 1.25; font-weight: 600; text-wrap: balance; "
    "break-after: avoid; }\n"
    "h1 { font-size: 2rem; margin: 0 0 .5rem; }\n"
    "h2 { font-size: 1.4rem; margin: 3.2rem 0 1rem; padding-top: .6rem; "
    "border-top: 1px solid var(--hair); }\n"
    "h3 { font-size: 1.12rem; margin: 2.2rem 0 .6rem; }\n"
    "h4, h5, h6 { font-size: 1rem; font-style: italic; margin: 1.6rem 0 .4rem; }\n"
    ".subtitle { color: var(--soft); margin: 0; }\n"
    ".number { color: var(--soft); font-weight: 400; margin-right: .35em; }\n"
    "p, ul { margin: 0 0 .9rem; max-width: 42rem; }\n"
    "ul { padding-left: 1.3rem; } li { margin: .15rem 0; }\n"
    "main p { hyphens: manual; overflow-wrap: break-word; }\n"
    ".n { white-space: nowrap; }\n"
    /* contents */
    "nav { grid-column: 1; grid-row: 1 / span 3; position: sticky; top: 2rem; "
    "align-self: start; max-height: calc(100vh - 4rem); overflow-y: auto; "
    "font: .8rem/1.35 " SANS "; }\n"
    "nav ol { list-style: none; margin: 0; padding: 0; }\n"
    "nav li { margin: .45rem 0; } nav ol ol { padding-left: 1rem; } "
    "nav ol ol li { margin: .25rem 0; }\n"
    "nav a { color: var(--ink); } nav .after { margin-top: .6rem; padding-top: .2rem; "
    "border-top: 1px solid var(--hair); }\n";

/* Tables with three rules, figures, notes. */
static const char matter[] =
    "figure { margin: 1.8rem 0 2.2rem; }\n"
    "figcaption { font: .86rem/1.45 " SANS "; max-width: 50rem; }\n"
    ".table figcaption { margin-bottom: .5rem; } .picture figcaption "
    "{ margin-top: .7rem; }\n"
    ".table .title { font-weight: 600; } .picture .title { font-weight: 600; }\n"
    /* a shadow where a table goes on beyond the edge */
    ".scroll { overflow-x: auto; background: "
    "linear-gradient(to right, #fff 60%, #fff0) 0 0 / 2rem 100% no-repeat local, "
    "linear-gradient(to left, #fff 60%, #fff0) 100% 0 / 2rem 100% no-repeat local, "
    "linear-gradient(to right, #0003, #0000) 0 0 / .6rem 100% no-repeat scroll, "
    "linear-gradient(to left, #0003, #0000) 100% 0 / .6rem 100% no-repeat scroll; }\n"
    ".scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; }\n"
    "table { border-collapse: collapse; font: .82rem/1.4 " SANS "; "
    "font-variant-numeric: tabular-nums lining-nums; }\n"
    ".table table { min-width: 60%; border-top: 1.6px solid var(--rule); "
    "border-bottom: 1.6px solid var(--rule); }\n"
    "thead th { border-bottom: .9px solid var(--rule); font-weight: 600; "
    "vertical-align: bottom; }\n"
    "th, td { padding: .26rem .45rem; text-align: left; vertical-align: top; }\n"
    "th:first-child { padding-left: .1rem; } td:last-child, th:last-child "
    "{ padding-right: .1rem; }\n"
    "tbody th { font-weight: 400; }\n"
    ".group th { font-weight: 600; } .group > * { padding-top: .5rem; }\n"
    "th.in { padding-left: 1.3rem; }\n"
    ".num { text-align: right; } td.num { white-space: nowrap; }\n"
    "td.limits { white-space: normal; }\n"
    "summary { font: .86rem/1.4 " SANS "; color: var(--link); cursor: pointer; "
    "padding: .2rem 0; }\n"
    "details.table { margin: .6rem 0 .9rem; } details .scroll { margin-top: .5rem; }\n"
    ".methods { font: .84rem/1.5 " SANS "; color: var(--soft); max-width: 50rem; "
    "margin-top: 1.2rem; }\n"
    ".methods::before { content: 'Methods. '; font-weight: 600; color: var(--ink); }\n"
    ".references { font: .84rem/1.5 " SANS "; max-width: 50rem; padding-left: 1.6rem; }\n"
    "td:target { background: #fff3c4; }\n"
    ".foot { font: .78rem/1.45 " SANS "; color: var(--soft); margin: .4rem 0 0; "
    "max-width: 50rem; }\n"
    ".values { margin: .6rem 0 1.4rem; }\n"
    ".values th { font-weight: 400; color: var(--soft); padding-left: 0; "
    "padding-right: 1.8rem; max-width: 26rem; }\n"
    ".values td { font-weight: 600; }\n"
    ".values tr + tr > * { border-top: 1px solid var(--hair); }\n"
    ".provenance td { font-weight: 400; overflow-wrap: anywhere; }\n"
    ".provenance th { white-space: nowrap; }\n"
    /* figures */
    ".picture svg { display: block; max-width: 100%; height: auto; }\n"
    /* notes */
    ".note { font: .86rem/1.5 " SANS "; max-width: 44rem; margin: 1.1rem 0; "
    "padding: .6rem .9rem; border-left: 3px solid #4a7db5; background: #f2f6fb; "
    "break-inside: avoid; }\n"
    ".note p { margin: 0; max-width: none; }\n"
    ".note strong { margin-right: .3em; } .note strong { color: #2c5d94; }\n"
    ".note code { font-size: .8em; color: var(--soft); }\n"
    ".warning { border-color: #c98a12; background: #fdf7e8; }\n"
    ".warning strong { color: #8a5a00; }\n"
    ".error { border-color: #b3352c; background: #fcf0ef; }\n"
    ".error strong { color: #9c2a22; }\n";

/* Narrow screens and paper. */
static const char media[] =
    "@media (max-width: 60rem) {\n"
    "  body { display: block; padding: 2rem 1.2rem 4rem; max-width: 56rem; }\n"
    "  nav { position: static; max-height: none; margin: 1.5rem 0 0; "
    "padding: .8rem 0; border-top: 1px solid var(--hair); font-size: .9rem; }\n"
    "  nav ol ol { display: none; }\n"
    "}\n"
    "@media (max-width: 36rem) {\n"
    "  html { font-size: 16px; } body { padding: 1.4rem 1rem 3rem; }\n"
    "  h1 { font-size: 1.55rem; } h2 { font-size: 1.25rem; margin-top: 2.2rem; }\n"
    "  .table table { min-width: 100%; }\n"
    "  .table th, .table td { padding-left: .3rem; padding-right: .3rem; }\n"
    "  th.in { padding-left: .9rem; } .scroll table { font-size: .76rem; }\n"
    "  .picture svg { min-width: 27rem; } .values { width: 100%; }\n"
    "  .values th, .values td { display: block; padding: .1rem 0; max-width: none; }\n"
    "  .values tr { display: block; padding: .3rem 0; }\n"
    "  .values tr + tr > * { border-top: 0; }\n"
    "  .values tr + tr { border-top: 1px solid var(--hair); }\n"
    "  .provenance th { white-space: normal; }\n"
    "}\n"
    /* paper */
    "@page { size: A4; margin: 20mm 18mm 22mm; }\n"
    "@media print {\n"
    "  html { font-size: 10.2pt; } body { display: block; padding: 0; max-width: none; "
    "}\n"
    "  nav, .skip, details:not([open]) { display: none; } a { color: inherit; }\n"
    "  .scroll { background: none; } tr.group { break-after: avoid; }\n"
    /* a short table stays whole */
    "  figure.table:not(:has(tbody tr:nth-child(13))) { break-inside: avoid; }\n"
    "  .picture, tr, .values { break-inside: avoid; } thead { display: "
    "table-header-group; }\n"
    "  figcaption { break-after: avoid; } .picture figcaption { break-before: avoid; }\n"
    "  .scroll { overflow: visible; } p { orphans: 3; widows: 3; }\n"
    "  .note { print-color-adjust: exact; -webkit-print-color-adjust: exact; }\n"
    "}\n";

void an_put_html_css(an_buf *out)
{
    an_buf_puts(out, page);
    an_buf_puts(out, matter);
    an_buf_puts(out, media);
}
