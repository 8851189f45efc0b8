/*
 * Fisher's exact test of an r x c table by the network of Mehta and Patel (1983, J Am
 * Stat Assoc 78:427). A node is what remains of the row sums, sorted, after some columns
 * are filled; an arc fills the next column. The length of a path is the sum of -log x! of
 * its cells, so tables no more probable than the observed one are the paths no longer
 * than its path. Exact longest and shortest completions of every node, found backwards
 * once, decide most partial paths as a whole: all their completions count, or none. When
 * the network has too many arcs, tables are drawn at random instead and the error is
 * stated.
 */
#include "stat/fisher.h"

#include "base/base.h"

enum { MOST_ARCS = 6000000, MOST_PATIENTS = 1000000 };
#define SLACK 1e-7 /* on the log scale: R counts P <= P_observed (1 + 1e-7) */

typedef struct arc {
    int32_t child;
    double length; /* sum of -log x! of one column */
    double ways;   /* orders in which rows with equal rests can be filled so */
} arc;

typedef struct network {
    an_ctx *ctx;
    an_index r, c;         /* rows of a node, columns to fill; r <= c */
    const int32_t *column; /* [c] column sums */
    double *log_factorial; /* [max margin + 1] */
    double limit;          /* longest path that counts */
    double budget;

    an_index n_nodes, node_capacity, rest_capacity;
    int32_t *rest;              /* [n_nodes x r] */
    an_index *first;            /* [n_nodes + 1] first arc */
    double *longest, *shortest; /* [n_nodes] of the completions */
    double *log_total;          /* [n_nodes] log of the sum of exp(length) of them */
    an_index first_capacity;
    an_index n_arcs, arc_capacity;
    arc *arcs;
    an_index *stage; /* [c + 2] first node of each stage */

    an_index n_slots;       /* hash of the nodes of one stage; a power of 2 */
    int32_t *slot;          /* node, -1 empty */
    int32_t *fill, *sorted; /* [r] scratch */
    bool too_large;
} network;

/* ---- Nodes of a stage, found by their rest ---- */

static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdu;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 33;
}

static uint64_t hash_rest(const int32_t *rest, an_index r)
{
    uint64_t h = 0;

    for (an_index i = 0; i < r; i++) h = mix(h ^ (uint64_t)(uint32_t)rest[i]) + 1;
    return h;
}

static void place(network *net, int32_t node)
{
    const uint64_t mask = (uint64_t)net->n_slots - 1;
    uint64_t at = hash_rest(net->rest + node * net->r, net->r) & mask;

    while (net->slot[at] >= 0) at = (at + 1) & mask;
    net->slot[at] = node;
}

/* Empty, or with the nodes from `from` on, twice as large. */
static an_status rehash(network *net, an_index from, an_index n_slots)
{
    an_index capacity = net->n_slots;
    an_status st;

    if (n_slots > capacity) {
        st = an_grow(net->ctx, &net->slot, &capacity, n_slots, sizeof *net->slot);
        if (st != AN_OK) return st;
        net->n_slots = n_slots;
    }
    for (an_index i = 0; i < net->n_slots; i++) net->slot[i] = -1;
    for (an_index k = from; k < net->n_nodes; k++) place(net, (int32_t)k);
    return AN_OK;
}

static an_status add_node(network *net, const int32_t *rest, int32_t *out)
{
    const an_index k = net->n_nodes;
    an_status st = an_grow(net->ctx, &net->rest, &net->rest_capacity, (k + 1) * net->r,
                           sizeof *rest);

    if (st != AN_OK) return st;
    memcpy(net->rest + k * net->r, rest, (size_t)net->r * sizeof *rest);
    net->n_nodes = k + 1;
    *out = (int32_t)k;
    return AN_OK;
}

/* The node of the stage that starts at `from` whose rest is net->sorted. */
static an_status find_node(network *net, an_index from, int32_t *out)
{
    uint64_t at;
    an_status st;

    if (2 * (net->n_nodes - from + 1) > net->n_slots) {
        st = rehash(net, from, 2 * net->n_slots);
        if (st != AN_OK) return st;
    }
    at = hash_rest(net->sorted, net->r) & ((uint64_t)net->n_slots - 1);
    for (; net->slot[at] >= 0; at = (at + 1) & ((uint64_t)net->n_slots - 1))
        if (memcmp(net->rest + net->slot[at] * net->r, net->sorted,
                   (size_t)net->r * sizeof *net->sorted) == 0) {
            *out = net->slot[at];
            return AN_OK;
        }
    st = add_node(net, net->sorted, out);
    if (st == AN_OK) net->slot[at] = *out;
    return st;
}

/* ---- Arcs ---- */

static void sort_rest(network *net, const int32_t *rest)
{
    for (an_index i = 0; i < net->r; i++) {
        const int32_t left = rest[i] - net->fill[i];
        an_index j = i;

        for (; j > 0 && net->sorted[j - 1] > left; j--)
            net->sorted[j] = net->sorted[j - 1];
        net->sorted[j] = left;
    }
}

/* Rows with equal rests are filled in falling order only; ways counts the others. */
static double orders(const int32_t *rest, const int32_t *fill, an_index r)
{
    double ways = 1, run = 1, same = 1;

    for (an_index i = 1; i < r; i++) {
        run = rest[i] == rest[i - 1] ? run + 1 : 1;
        same = run > 1 && fill[i] == fill[i - 1] ? same + 1 : 1;
        ways *= run / same;
    }
    return ways;
}

static an_status add_arc(network *net, an_index node, an_index next_stage)
{
    arc a = {0, 0, orders(net->rest + node * net->r, net->fill, net->r)};
    an_status st;

    if (net->n_arcs >= MOST_ARCS || (double)net->n_arcs > net->budget) {
        net->too_large = true;
        return AN_OK;
    }
    sort_rest(net, net->rest + node * net->r);
    st = find_node(net, next_stage, &a.child);
    if (st != AN_OK) return st;
    for (an_index i = 0; i < net->r; i++) a.length -= net->log_factorial[net->fill[i]];
    st = an_grow(net->ctx, &net->arcs, &net->arc_capacity, net->n_arcs + 1, sizeof a);
    if (st == AN_OK) net->arcs[net->n_arcs++] = a;
    return st;
}

/* All ways to put `left` patients of one column into rows i.. of a node. `room` is what
 * rows i.. can take; recursion is r deep. */
static an_status fill_rows(network *net, an_index node, an_index next_stage, an_index i,
                           int32_t left, int32_t room)
{
    const int32_t *rest = net->rest + node * net->r;
    const int32_t here = rest[i], after = room - here;
    const int32_t least = left > after ? left - after : 0;
    int32_t most = left < here ? left : here;

    if (i > 0 && here == rest[i - 1] && net->fill[i - 1] < most) most = net->fill[i - 1];
    if (i == net->r - 1) {
        net->fill[i] = left;
        return left <= most ? add_arc(net, node, next_stage) : AN_OK;
    }
    for (int32_t x = least; x <= most && !net->too_large; x++) {
        an_status st;

        net->fill[i] = x;
        st = fill_rows(net, node, next_stage, i + 1, left - x, after);
        if (st != AN_OK) return st;
    }
    return AN_OK;
}

static an_status build(network *net, const int32_t *row)
{
    an_status st;
    int32_t root;

    memset(net->fill, 0, (size_t)net->r * sizeof *net->fill);
    sort_rest(net, row);
    st = add_node(net, net->sorted, &root);
    net->stage[1] = 1;
    for (an_index k = 0; k < net->c && st == AN_OK && !net->too_large; k++) {
        const an_index next = net->n_nodes;

        st = rehash(net, next, 64);
        for (an_index node = net->stage[k]; node < next && st == AN_OK; node++) {
            int32_t room = 0;

            for (an_index i = 0; i < net->r; i++) room += net->rest[node * net->r + i];
            st = an_grow(net->ctx, &net->first, &net->first_capacity, node + 2,
                         sizeof *net->first);
            if (st != AN_OK) break;
            net->first[node] = net->n_arcs;
            st = fill_rows(net, node, next, 0, net->column[k], room);
            net->first[node + 1] = net->n_arcs;
        }
        net->stage[k + 2] = net->n_nodes;
    }
    return st;
}

/* Backwards: extremes of the completions; their total is known in closed form, since the
 * sum of prod 1/x! over tables with given margins is n! / (prod r! prod c!). */
static void bound(network *net)
{
    double columns = 0; /* log of prod c! of the columns still to fill */
    int32_t n = 0;

    for (an_index k = net->c; k >= 0; k--) {
        if (k < net->c) {
            columns += net->log_factorial[net->column[k]];
            n += net->column[k];
        }
        for (an_index node = net->stage[k]; node < net->stage[k + 1]; node++) {
            double low = k == net->c ? 0 : INFINITY, high = -low;

            net->log_total[node] = lgamma_r((double)n + 1, &(int){0}) - columns;
            for (an_index i = 0; i < net->r; i++)
                net->log_total[node] -= net->log_factorial[net->rest[node * net->r + i]];
            for (an_index a = k < net->c ? net->first[node] : 0;
                 k < net->c && a < net->first[node + 1]; a++) {
                const arc *e = net->arcs + a;

                low = fmin(low, e->length + net->shortest[e->child]);
                high = fmax(high, e->length + net->longest[e->child]);
            }
            net->shortest[node] = low;
            net->longest[node] = high;
        }
    }
}

/* ---- Partial paths: of one length into one node they are kept together ---- */

typedef struct path {
    int32_t node;
    double length, count;
} path;

typedef struct paths {
    an_index n, capacity, n_slots, slot_capacity;
    path *path;
    int64_t *slot;
} paths;

static uint64_t hash_path(int32_t node, double length)
{
    return mix((uint64_t)(uint32_t)node * 0x9e3779b97f4a7c15u ^
               (uint64_t)llround(length * 0x1p30));
}

static an_status enlarge(an_ctx *ctx, paths *p, an_index n_slots)
{
    an_status st = an_grow(ctx, &p->slot, &p->slot_capacity, n_slots, sizeof *p->slot);

    if (st != AN_OK) return st;
    if (n_slots > p->n_slots) p->n_slots = n_slots;
    for (an_index i = 0; i < p->n_slots; i++) p->slot[i] = -1;
    for (an_index k = 0; k < p->n; k++) {
        uint64_t at = hash_path(p->path[k].node, p->path[k].length);

        for (at &= (uint64_t)p->n_slots - 1; p->slot[at] >= 0;)
            at = (at + 1) & ((uint64_t)p->n_slots - 1);
        p->slot[at] = k;
    }
    return AN_OK;
}

static an_status add_path(an_ctx *ctx, paths *p, path add)
{
    uint64_t at;
    an_status st;

    if (2 * (p->n + 1) > p->n_slots) {
        st = enlarge(ctx, p, p->n_slots ? 2 * p->n_slots : 1024);
        if (st != AN_OK) return st;
    }
    at = hash_path(add.node, add.length) & ((uint64_t)p->n_slots - 1);
    for (; p->slot[at] >= 0; at = (at + 1) & ((uint64_t)p->n_slots - 1)) {
        path *q = p->path + p->slot[at];

        if (q->node == add.node && fabs(q->length - add.length) < 0x1p-30) {
            q->count += add.count;
            return AN_OK;
        }
    }
    st = an_grow(ctx, &p->path, &p->capacity, p->n + 1, sizeof add);
    if (st != AN_OK) return st;
    p->slot[at] = p->n;
    p->path[p->n++] = add;
    return AN_OK;
}

/* Follows one partial path along its arcs; what the bounds decide is added to *p, the
 * rest goes to the next stage. */
static an_status follow(network *net, const path *from, paths *next, double *p)
{
    an_status st = AN_OK;

    for (an_index a = net->first[from->node];
         a < net->first[from->node + 1] && st == AN_OK; a++) {
        const arc *e = net->arcs + a;
        const path to = {e->child, from->length + e->length, from->count * e->ways};

        if (to.length + net->longest[to.node] <= net->limit)
            *p += to.count * exp(to.length + net->log_total[to.node] - net->log_total[0]);
        else if (to.length + net->shortest[to.node] <= net->limit)
            st = add_path(net->ctx, next, to);
    }
    return st;
}

/* P as a share of all tables, or too_large. Complete tables have bounds 0 and are always
 * decided, so the last stage keeps nothing. */
static an_status traverse(network *net, double *p_value)
{
    paths now = {0}, next = {0};
    an_status st = AN_OK;
    double steps = 0, p = 0;

    if (net->longest[0] <= net->limit)
        p = 1;
    else
        st = add_path(net->ctx, &now, (path){0, 0, 1});
    for (an_index k = 0; k < net->c && st == AN_OK && !net->too_large; k++) {
        next.n = 0;
        if (next.n_slots) st = enlarge(net->ctx, &next, next.n_slots);
        for (an_index q = 0; q < now.n && st == AN_OK && !net->too_large; q++) {
            const int32_t node = now.path[q].node;

            st = follow(net, now.path + q, &next, &p);
            steps += (double)(net->first[node + 1] - net->first[node]);
            net->too_large = steps > net->budget;
            if (st == AN_OK && q % 1024 == 0) st = an_poll(net->ctx);
        }
        const paths swap = now;
        now = next;
        next = swap;
    }
    an_free(net->ctx, now.path);
    an_free(net->ctx, now.slot);
    an_free(net->ctx, next.path);
    an_free(net->ctx, next.slot);
    *p_value = fmin(1, p);
    return st;
}

/* ---- Random tables with the same margins ---- */

static an_status draw(an_ctx *ctx, const network *net, const int32_t *row, an_index n,
                      const an_contingency_options *options, an_contingency *out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    an_rng rng = an_rng_new(options->seed, 0, 0);
    int32_t *label, *cell;
    int64_t hits = 0, draws = options->n_draws;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(label, mem, n);
    AN_ALLOC(cell, mem, net->c);
    if ((double)draws * (double)n > 5e7) draws = (int64_t)(5e7 / (double)n) + 1;
    for (an_index j = 0, at = 0; j < net->c; j++)
        for (int32_t k = 0; k < net->column[j]; k++) label[at++] = (int32_t)j;
    for (int64_t b = 0; b < draws; b++) {
        double length = 0;
        an_index at = n;

        for (an_index i = 0; i < net->r; i++) {
            memset(cell, 0, (size_t)net->c * sizeof *cell);
            for (int32_t k = 0; k < row[i]; k++) {
                const an_index pick = an_rng_below(&rng, at--);
                const int32_t j = label[pick];

                label[pick] = label[at];
                label[at] = j;
                cell[j]++;
            }
            for (an_index j = 0; j < net->c; j++) length -= net->log_factorial[cell[j]];
        }
        hits += length <= net->limit;
        if (b % 1024 == 0) AN_TRY(an_poll(ctx));
    }
    out->fisher_exact = false;
    out->fisher_p = (double)(hits + 1) / (double)(draws + 1);
    out->fisher_p_error = sqrt(out->fisher_p * (1 - out->fisher_p) / (double)draws);
done:
    an_arena_free(mem);
    return st;
}

/* ---- The test ---- */

static an_status prepare(an_ctx *ctx, an_arena *mem, network *net, const double *count,
                         bool transposed, int32_t **row)
{
    an_status st = AN_OK;
    int32_t most = 0, *column;

    AN_ALLOC(*row, mem, net->r);
    AN_ALLOC(column, mem, net->c);
    AN_ALLOC(net->stage, mem, net->c + 2);
    AN_ALLOC(net->fill, mem, net->r);
    AN_ALLOC(net->sorted, mem, net->r);
    for (an_index i = 0; i < net->r; i++)
        for (an_index j = 0; j < net->c; j++) {
            const double x = transposed ? count[j * net->r + i] : count[i * net->c + j];

            (*row)[i] += (int32_t)x;
            column[j] += (int32_t)x;
        }
    /* Small columns first: few nodes while there is choice; the last has none. */
    for (an_index j = 1; j < net->c; j++)
        for (an_index k = j; k > 0 && column[k - 1] > column[k]; k--) {
            const int32_t swap = column[k];

            column[k] = column[k - 1];
            column[k - 1] = swap;
        }
    for (an_index i = 0; i < net->r; i++) most = (*row)[i] > most ? (*row)[i] : most;
    for (an_index j = 0; j < net->c; j++) most = column[j] > most ? column[j] : most;
    AN_ALLOC(net->log_factorial, mem, most + 1);
    for (int32_t x = 0; x <= most; x++)
        net->log_factorial[x] = lgamma_r((double)x + 1, &(int){0});
    net->column = column;
    net->limit = SLACK;
    for (an_index k = 0; k < net->r * net->c; k++)
        net->limit -= net->log_factorial[(int32_t)count[k]];
done:
    return st;
}

an_status an_fisher_table(an_ctx *ctx, an_index n_rows, an_index n_columns,
                          const double *count, const an_contingency_options *options,
                          an_contingency *out)
{
    const bool transposed = n_rows > n_columns;
    network net = {.ctx = ctx,
                   .r = transposed ? n_columns : n_rows,
                   .c = transposed ? n_rows : n_columns,
                   .budget = options->budget};
    an_status st = AN_OK;
    an_arena *mem;
    int32_t *row;

    out->fisher_p = NAN;
    if (out->n > MOST_PATIENTS) return AN_OK;
    mem = an_arena_new(ctx);
    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(prepare(ctx, mem, &net, count, transposed, &row));
    AN_TRY(build(&net, row));
    if (!net.too_large) {
        AN_ALLOC(net.longest, mem, net.n_nodes);
        AN_ALLOC(net.shortest, mem, net.n_nodes);
        AN_ALLOC(net.log_total, mem, net.n_nodes);
        bound(&net);
        AN_TRY(traverse(&net, &out->fisher_p));
    }
    out->fisher_exact = !net.too_large;
    if (net.too_large) AN_TRY(draw(ctx, &net, row, (an_index)out->n, options, out));
done:
    an_free(ctx, net.rest);
    an_free(ctx, net.first);
    an_free(ctx, net.arcs);
    an_free(ctx, net.slot);
    an_arena_free(mem);
    return st;
}
