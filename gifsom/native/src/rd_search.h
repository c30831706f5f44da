/* The search of the rate-distortion coder: which phrase of the dictionary is worth the most from a pixel on.
 *
 * A phrase is a path in the dictionary's tree. The best has the least distortion - (what coding a pixel has cost of
 * late) * its pixels, since a longer phrase spares coding its further pixels otherwise. A node knows the height of the
 * tree below it, and what cannot become better than the best phrase so far is left out.
 */
#ifndef GIFSOM_RD_SEARCH_H
#define GIFSOM_RD_SEARCH_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "pixel.h"
#include "rd_dictionary.h"

/* Nearest candidates with which a phrase may begin. With 16, distortion and cost in bits are lower by 0.3 % on film. */
enum { STARTS = 8 };

/* Part of the tree below a node that a path with a distortion is thought to go down without more of it: where the
 * distortion is less than what a pixel has cost of late, and where it is more. 1 is the exact bound, and slower. With
 * 0.4 and 0.2, clips need 1.7 % more bytes for the same SSIMULACRA2, since a phrase that seems cheap is chosen before
 * its turn. */
static const float NEAR_REACH = 0.6f, FAR_REACH = 0.3f;

/* The candidates with which a phrase may begin, for a pixel with a certain best entry; padded with its first. */
typedef struct {
    float lightness[STARTS], a[STARTS], b[STARTS];
    uint8_t symbol[STARTS];
} Starts;

/* A node that is yet to be looked below: the phrase's pixels so far and their distortion. */
typedef struct {
    int node, depth;
    float distortion;
} Path;

/* What the search needs: the picture and its table, the dictionary, room. */
typedef struct {
    const Pixel *pixels;
    const Cost *costs;   /* of each pixel */
    const uint8_t *best; /* the nearest entry of each pixel */
    int64_t n;
    int starts_count;
    Starts starts[TABLE];
    uint64_t classes[TABLE]; /* of the candidates of each entry, as bits */
    Path stack[CODES + 1];
    Dictionary book;
} Search;

/* A phrase: its node, pixels, distortion, and score, which is the distortion - cost_per_pixel * pixels. */
typedef struct {
    int node, length;
    float distortion, score;
} Phrase;

/* A search under way. */
typedef struct {
    const Pixel *pixels; /* from the one on with which the phrase begins */
    const Cost *costs;   /* theirs */
    const uint8_t *best; /* their nearest entries */
    int64_t left;        /* how many there are */
    float cost_per_pixel;
    Phrase found;
    Path next; /* where to go on: the child with the least distortion */
    int waiting; /* paths on the stack */
    bool first; /* nothing has been taken from the stack yet */
} State;

/* How many pixels more a path that has this distortion at a node of this height may cover for nothing. */
static inline float length_bound(float height, float distortion, float cost_per_pixel)
{
    float part = distortion < cost_per_pixel ? NEAR_REACH : FAR_REACH;
    return distortion == 0.0f ? height : height * part;
}

/* Whether what lies below a path may be better than what has been found. */
static inline bool is_promising(const State *state, float height, int depth, float distortion)
{
    float length = (float)depth + length_bound(height, distortion, state->cost_per_pixel);
    return distortion - state->cost_per_pixel * length < state->found.score;
}

/* Note a symbol with which a phrase begins, if it is worth it: the cheapest is next, the others wait. Without a branch:
 * nobody could foresee it. */
static inline void add_start(State *state, Path *stack, bool worth, int symbol, float distortion)
{
    bool leads = worth & (distortion < state->next.distortion);
    Path *top = stack + state->waiting;
    top->node = leads ? state->next.node : symbol;
    top->depth = leads ? state->next.depth : 1;
    top->distortion = leads ? state->next.distortion : distortion;
    state->waiting += worth & (top->node != NONE);
    state->next.node = leads ? symbol : state->next.node;
    state->next.depth = leads ? 1 : state->next.depth;
    state->next.distortion = leads ? distortion : state->next.distortion;
}

/* Note a path to go down, as add_start does, but so that the processor may guess where the search goes on. */
static inline void add_path(State *state, Path *stack, int node, int depth, float distortion)
{
    Path *top = stack + state->waiting;
    if (distortion < state->next.distortion) {
        *top = state->next;
        state->waiting += state->next.node != NONE;
        state->next = (Path){node, depth, distortion};
    } else {
        *top = (Path){node, depth, distortion};
        state->waiting++;
    }
}

/* Begin with "transparent". What may stay for nothing is taken at one step, for as far as the dictionary has it. */
static inline void start_kept(State *state, const Dictionary *book)
{
    float distortion = state->costs[0].keep;
    int64_t length = 1, most = state->left < book->run_length ? state->left : book->run_length;
    if (distortion != 0.0f) {
        if (!(distortion < INFINITY))
            return;
        state->found = (Phrase){book->transparent, 1, distortion, distortion - state->cost_per_pixel};
        int height = book->nodes[book->transparent].height;
        if (height > 0 && is_promising(state, (float)height, 1, distortion))
            state->next = (Path){book->transparent, 1, distortion};
        return;
    }
    while (length < most && state->costs[length].keep == 0.0f)
        length++;
    int node = book->runs[length];
    state->found = (Phrase){node, (int)length, distortion, -state->cost_per_pixel * (float)length};
    state->next = (Path){node, (int)length, distortion};
}

/* Begin with each of the nearest candidates. */
static inline void start_shown(State *state, Search *search)
{
    const Pixel *pixel = state->pixels;
    const float base = state->costs[0].base;
    const Starts *starts = search->starts + state->best[0];
    float costs[STARTS], bounds[STARTS], heights[STARTS], cost_per_pixel = state->cost_per_pixel;
    for (int k = 0; k < STARTS; k++)
        heights[k] = (float)search->book.nodes[starts->symbol[k]].height;
    for (int k = 0; k < STARTS; k++) {
        costs[k] = pixel_distortion(pixel, base, (Color){starts->lightness[k], starts->a[k], starts->b[k]});
        float length = 1.0f + length_bound(heights[k], costs[k], cost_per_pixel);
        bounds[k] = heights[k] > 0.0f ? costs[k] - cost_per_pixel * length : INFINITY;
    }
    for (int k = 0; k < search->starts_count; k++) {
        float score = costs[k] - cost_per_pixel;
        if (score < state->found.score)
            state->found = (Phrase){starts->symbol[k], 1, costs[k], score};
        add_start(state, search->stack, bounds[k] < state->found.score, starts->symbol[k], costs[k]);
    }
}

/* Look at a child, which leads to a phrase of `depth` pixels, that spare `spared` otherwise. */
static inline void visit_child(State *state, Path *stack, int child, int height, int depth, float distortion,
                               float spared)
{
    float score = distortion - spared;
    if (!(score - state->cost_per_pixel * (float)height < state->found.score))
        return;
    if (score < state->found.score)
        state->found = (Phrase){child, depth, distortion, score};
    if (state->first ? height > 0 : is_promising(state, (float)height, depth, distortion))
        add_path(state, stack, child, depth, distortion);
}

/* One number in all lanes. */
static inline Float4 all_lanes(float number)
{
    return (Float4){number, number, number, number};
}

/* Whether a mask is empty. */
static inline bool no_lane(Int4 mask)
{
    Long2 halves = (Long2)mask;
    return (halves[0] | halves[1]) == 0;
}

/* The distortion of a pixel by each of four colors, beyond that of its best entry. */
static inline Float4 distortions(const Pixel *pixel, float base, const Quad *quad)
{
    Float4 dl = quad->lightness - pixel->lightness, da = quad->a - pixel->a, db = quad->b - pixel->b;
    Float4 error = dl * dl + da * da + db * db - base;
    error = (Float4)((Int4)error & ~(error < 0.0f)) * pixel->weight;
    return error * (1.0f + CONVEXITY * error);
}

/* Look at the children of a node: the path to it becomes the paths to those that are worth it. */
static inline void expand(State *state, Search *search)
{
    const Path path = state->next;
    const Node *node = search->book.nodes + path.node;
    state->next = (Path){NONE, 0, INFINITY};
    if (path.depth >= state->left)
        return;
    const Pixel *pixel = state->pixels + path.depth;
    const Cost *cost = state->costs + path.depth;
    const uint64_t classes = search->classes[state->best[path.depth]];
    const Quad *quad = search->book.quads + node->first;
    int depth = path.depth + 1;
    float spared = state->cost_per_pixel * (float)depth;
    for (int left = node->classes & classes ? node->count : 0; left > 0; left -= LANES, quad++) {
        Float4 costs = path.distortion + distortions(pixel, cost->base, quad);
        Int4 height = quad->link >> HEIGHT_SHIFT & FIELD;
        Float4 bounds = costs - spared - state->cost_per_pixel * __builtin_convertvector(height, Float4);
        Int4 worth = bounds < state->found.score;
        if (no_lane(worth))
            continue;
        float each[LANES];
        int32_t links[LANES], worthy[LANES];
        memcpy(each, &costs, sizeof each);
        memcpy(worthy, &worth, sizeof worthy);
        memcpy(links, &quad->link, sizeof links);
        for (int k = 0; k < LANES; k++) {
            int32_t link = links[k];
            if (worthy[k] && classes >> (link >> CLASS_SHIFT) & 1)
                visit_child(state, search->stack, link & FIELD, link >> HEIGHT_SHIFT & FIELD, depth, each[k], spared);
        }
    }
    if (node->kept != NONE)
        visit_child(state, search->stack, node->kept, search->book.nodes[node->kept].height, depth,
                    path.distortion + cost->keep, spared);
}

/* The phrase from pixel `at` with the least score.
 *
 * The cheapest child comes first, and the first path goes on for as long as it can: what it reaches spares looking at
 * most of the rest. Of equals, the first one met stays. */
static void search_phrase(Search *search, int64_t at, float cost_per_pixel, Phrase *found)
{
    const Dictionary *book = &search->book;
    State state = {search->pixels + at, search->costs + at, search->best + at,      search->n - at, cost_per_pixel,
                   {NONE, 1, 0.0f, INFINITY}, {NONE, 1, INFINITY}, 0, true};
    if (book->transparent != NONE)
        start_kept(&state, book);
    start_shown(&state, search);
    while (state.next.node != NONE) {
        expand(&state, search);
        while (state.next.node == NONE && state.waiting > 0) {
            Path path = search->stack[--state.waiting];
            state.first = false;
            if (is_promising(&state, (float)book->nodes[path.node].height, path.depth, path.distortion))
                state.next = path;
        }
    }
    *found = state.found;
}

/* Fill in what the search needs; candidates are (entries, candidates_count). */
static void begin_search(Search *search, const Color *table, int64_t entries, const uint8_t *candidates,
                         int64_t candidates_count, int transparent)
{
    Dictionary *book = &search->book;
    book->transparent = transparent;
    for (int symbol = 0; symbol < TABLE; symbol++) {
        book->class_of[symbol] = (uint8_t)(symbol == transparent ? CLASSES : symbol / CLASS_SYMBOLS % CLASSES);
        book->colors[symbol] = symbol < entries ? table[symbol] : (Color){0.0f, 0.0f, 0.0f};
    }
    clear_dictionary(book);
    search->starts_count = (int)(candidates_count < STARTS ? candidates_count : STARTS);
    for (int64_t entry = 0; entry < entries; entry++) {
        const uint8_t *row = candidates + entry * candidates_count;
        Starts *starts = search->starts + entry;
        for (int k = 0; k < STARTS; k++) {
            uint8_t symbol = row[k < search->starts_count ? k : 0];
            starts->symbol[k] = symbol;
            starts->lightness[k] = book->colors[symbol].lightness;
            starts->a[k] = book->colors[symbol].a;
            starts->b[k] = book->colors[symbol].b;
        }
        search->classes[entry] = 0;
        for (int64_t k = 0; k < candidates_count; k++)
            search->classes[entry] |= UINT64_C(1) << book->class_of[row[k]];
    }
}

#endif
