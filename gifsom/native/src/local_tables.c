/* Local color tables: which entries of a map larger than a table a frame gets (pairwise merging as in W. Equitz, "A new
 * vector quantization clustering algorithm", 1989, with the candidates of a merge among the entries that there are).
 *
 * `sq_distance` (n, n) float32 are squared OKLab distances of the map's entries; `order` (n, m) uint16 are the nearest
 * ones of each entry, ascending. n is at most 65535.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "pixel.h"

enum { BLOCK = 1024 }; /* pixels that are looked at at a time */

/* The map: its entries' distances, and the m nearest ones of each. */
typedef struct {
    const float *sq_distance;
    const uint16_t *order;
    int64_t n, m;
} Map;

/* Places of pixels that show another entry than their best one; counted without branches, which nobody could foresee.
 */
static int64_t find_differing(const uint16_t *best, const uint16_t *shown, int64_t n, uint16_t *found)
{
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        found[count] = (uint16_t)i;
        count += best[i] != shown[i];
    }
    return count;
}

/* Of the pixels at `places`, those whose distortion, as they are, is more than `limit`. */
static int64_t find_demanding(const uint16_t *best, const uint16_t *shown, const Pixel *pixels, const Color *colors,
                              double limit, const uint16_t *places, int64_t count, uint16_t *restrict found)
{
    int64_t few = 0;
    for (int64_t k = 0; k < count; k++) {
        uint32_t i = places[k];
        const Pixel *pixel = pixels + i;
        Color color = color_of(pixel);
        float base = squared_distance(colors[best[i]], color);
        float error = squared_distance(colors[shown[i]], color) - base;
        found[few] = (uint16_t)i;
        few += (double)distortion(at_least_0(error) * pixel->weight) > limit;
    }
    return few;
}

/* Add to count and weight of an entry of the map each of n pixels that it is best for and that is not well as it is.
 *
 * Of pixels, color and weight are known. They show entries (n,) of the map; `limit` is the distortion up to which a
 * pixel stays. */
EXPORT void entry_demand(const uint16_t *best, const Pixel *pixels, const Color *colors, const uint16_t *shown,
                         int64_t n, double limit, double *restrict count, double *restrict weight)
{
    uint16_t differing[BLOCK], demanding[BLOCK];
    for (int64_t start = 0; start < n; start += BLOCK) {
        int64_t here = n - start < BLOCK ? n - start : BLOCK;
        const uint16_t *entries = best + start, *present = shown + start;
        if (memcmp(entries, present, (size_t)here * sizeof *entries) == 0) /* as on screens often */
            continue;
        int64_t some = find_differing(entries, present, here, differing);
        int64_t few = find_demanding(entries, present, pixels + start, colors, limit, differing, some, demanding);
        for (int64_t k = 0; k < few; k++) {
            uint32_t i = demanding[k];
            count[entries[i]] += 1.0;
            weight[entries[i]] += (double)pixels[start + i].weight;
        }
    }
}

/* The nearest other entry to i that is alive; i itself: there is none. */
static int32_t fallback_of(const Map *map, const bool *alive, int64_t i)
{
    const uint16_t *order = map->order + i * map->m;
    for (int64_t k = 0; k < map->m; k++)
        if (alive[order[k]] && order[k] != i)
            return order[k];
    const float *row = map->sq_distance + i * map->n;
    int64_t nearest = i;
    float least = INFINITY;
    for (int64_t k = 0; k < map->n; k++)
        if (alive[k] && k != i && row[k] < least) {
            nearest = k;
            least = row[k];
        }
    return (int32_t)nearest;
}

/* What is known of an entry while others are dropped. */
typedef struct {
    double pixels, weight;
    int32_t fallback;       /* the nearest entry that is left; NOBODY: not looked for yet */
    int32_t last_dependent; /* the latest entry whose fallback this is, or NOBODY */
    int32_t next_dependent; /* the one of the same fallback before, or NOBODY */
} Entry;

enum {
    NOBODY = -1,
    GROUP = 64 /* costs that are compared at a time */
};

/* The entries, for each the cost of dropping it, and which of these costs are to be worked out. Costs are positive, so
 * the order of their bits as whole numbers is theirs; the least of whole numbers is found faster. */
typedef struct {
    Entry *entries;
    int64_t *costs;
    int32_t *changed;
    int64_t changes;
} Pruning;

/* The bits of a positive number. */
static inline int64_t bits_of(double number)
{
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* Work out what it costs to drop each entry that has changed: the distortion of its pixels as its fallback shows them.
 * Those whose fallback was `dropped` get another one. */
static void update_costs(const Map *map, const bool *alive, const Pruning *pruning, int32_t dropped)
{
    Entry *entries = pruning->entries;
    for (int64_t k = 0; k < pruning->changes; k++) {
        int32_t i = pruning->changed[k];
        Entry *entry = entries + i;
        if (entry->fallback == dropped) {
            entry->fallback = fallback_of(map, alive, i);
            entry->next_dependent = entries[entry->fallback].last_dependent;
            entries[entry->fallback].last_dependent = i;
        }
        double e = (double)map->sq_distance[i * map->n + entry->fallback] * entry->weight / entry->pixels;
        pruning->costs[i] = bits_of(entry->pixels * (e * (1.0 + (double)CONVEXITY * e)));
    }
}

/* The first of the least of n costs, a multiple of GROUP. */
static int32_t cheapest(const int64_t *costs, int64_t n)
{
    int64_t least = INT64_MAX;
    const int64_t *first = costs;
    for (const int64_t *group = costs; group < costs + n; group += GROUP) {
        int64_t here = group[0];
        for (int64_t k = 1; k < GROUP; k++)
            here = group[k] < here ? group[k] : here;
        first = here < least ? group : first;
        least = here < least ? here : least;
    }
    while (*first != least)
        first++;
    return (int32_t)(first - costs);
}

/* Drop an entry: its fallback gets its pixels, and that and its dependents change. */
static void drop_entry(Pruning *pruning, bool *alive, int32_t dropped)
{
    Entry *entries = pruning->entries, *entry = entries + dropped, *heir = entries + entry->fallback;
    alive[dropped] = false;
    pruning->costs[dropped] = bits_of(INFINITY);
    heir->pixels += entry->pixels;
    heir->weight += entry->weight;
    pruning->changed[0] = entry->fallback;
    pruning->changes = 1;
    for (int32_t i = entry->last_dependent; i != NOBODY; i = entries[i].next_dependent)
        if (alive[i])
            pruning->changed[pruning->changes++] = i;
}

/* Leave `size` entries alive of those that are, by dropping again and again the one that is missed least.
 *
 * count, weight  (n,): each entry's pixels, > 0 where it is alive, and their weight together
 * alive          (n,)
 *
 * Gives false where there is no memory. */
EXPORT bool prune_entries(const float *sq_distance, const uint16_t *order, int64_t n, int64_t m, const double *count,
                          const double *weight, int64_t size, bool *alive)
{
    Map map = {sq_distance, order, n, m};
    int64_t padded = (n + GROUP - 1) / GROUP * GROUP;
    Pruning pruning = {malloc((size_t)n * sizeof(Entry)), malloc((size_t)padded * sizeof(int64_t)),
                       malloc(((size_t)n + 1) * sizeof(int32_t)), 0};
    bool enough = pruning.entries != NULL && pruning.costs != NULL && pruning.changed != NULL;
    for (int32_t i = 0; enough && i < n; i++) {
        pruning.entries[i] = (Entry){count[i], weight[i], NOBODY, NOBODY, NOBODY};
        if (alive[i])
            pruning.changed[pruning.changes++] = i;
    }
    for (int64_t i = 0; enough && i < padded; i++)
        pruning.costs[i] = bits_of(INFINITY);
    int32_t dropped = NOBODY;
    for (int64_t left = enough ? pruning.changes : 0; left > size; left--) {
        update_costs(&map, alive, &pruning, dropped);
        dropped = cheapest(pruning.costs, padded);
        if (dropped >= n || !alive[dropped]) /* what is left costs infinitely much */
            break;
        drop_entry(&pruning, alive, dropped);
    }
    free(pruning.entries);
    free(pruning.costs);
    free(pruning.changed);
    return enough;
}

/* The nearest entry to i that has a place in the table; 0: none has one. */
static int64_t nearest_placed(const Map *map, const int64_t *place, int64_t i)
{
    const uint16_t *order = map->order + i * map->m;
    for (int64_t k = 0; k < map->m; k++)
        if (place[order[k]] >= 0)
            return order[k];
    const float *row = map->sq_distance + i * map->n;
    int64_t nearest = -1;
    for (int64_t k = 0; k < map->n; k++)
        if (place[k] >= 0 && (nearest < 0 || row[k] < row[nearest]))
            nearest = k;
    return nearest < 0 ? 0 : nearest;
}

/* Fill in what a table, of whose entries the map's have places (n,), or -1, must know.
 *
 * candidates  (k, reach): the entries of the table near each of its own; where fewer are known, itself
 * to_local    (n,): for each entry of the map the nearest of the table
 * sq_error    (n,): its squared distance */
EXPORT void lay_table(const float *sq_distance, const uint16_t *order, int64_t n, int64_t m, const int64_t *place,
                      int64_t reach, uint8_t *candidates, uint8_t *to_local, float *sq_error)
{
    Map map = {sq_distance, order, n, m};
    for (int64_t i = 0; i < n; i++) {
        int64_t nearest = nearest_placed(&map, place, i), count = 0;
        to_local[i] = (uint8_t)place[nearest];
        sq_error[i] = sq_distance[i * n + nearest];
        if (place[i] < 0)
            continue;
        uint8_t *row = candidates + place[i] * reach;
        for (int64_t k = 0; k < m && count < reach; k++)
            if (place[order[i * m + k]] >= 0)
                row[count++] = (uint8_t)place[order[i * m + k]];
        while (count < reach)
            row[count++] = (uint8_t)place[i];
    }
}

/* CONVEXITY, for what weighs tables outside of the kernels. */
EXPORT double distortion_convexity(void)
{
    return CONVEXITY;
}
