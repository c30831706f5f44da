/* The nearest of a palette's entries: a search, and mapping of pixels at the speed of a lookup.
 *
 * OKLab is cut into cells. The first color in a cell makes a list of the entries that may be the nearest for any color
 * there, and only these are compared, with it and with all that follow. For pictures, a table over all 2**24 colors is
 * filled as colors are met: the first time a color is searched, later it is one read.
 */
#include "color.h"
#include "kernel.h"

enum {
    LISTS = 1 << 18,      /* cells: 6 bits for each axis */
    PENDING = UINT16_MAX, /* in the table: a color that is searched just now; 0: not met, else 1 + its entry */
    STRIP = 256           /* pixels that are packed at a time */
};

#define ROUNDED 3e-6f /* more than what squared distances are wrong by */

/* LISTS, for what makes room. */
EXPORT int64_t nearest_lists(void)
{
    return LISTS;
}

/* An entry in a cell's list; before the first one, how many there are is where an index is. */
typedef struct {
    Color color;
    int32_t index;
} Candidate;

/* Entries by channels, and room for a number for each. */
typedef struct {
    const float *lightness, *a, *b;
    int64_t n;
    float *away;
} Entries;

static inline float absolute(float x)
{
    return x < 0.0f ? -x : x;
}

static inline Color entry_at(const Entries *entries, int64_t k)
{
    return (Color){entries->lightness[k], entries->a[k], entries->b[k]};
}

/* The entry that is nearest to a color, of equals the lowest. */
static int64_t nearest_of_all(const Entries *entries, Color color)
{
    const float *restrict x = entries->lightness, *restrict y = entries->a, *restrict z = entries->b;
    float *restrict away = entries->away;
    int32_t least = INT32_MAX;
    for (int64_t k = 0; k < entries->n; k++) {
        away[k] = squared_distance((Color){x[k], y[k], z[k]}, color);
        least = ordered_bits(away[k]) < least ? ordered_bits(away[k]) : least;
    }
    int64_t k = 0;
    while (ordered_bits(away[k]) != least)
        k++;
    return k;
}

/* List, from `used` on, how many of the entries may be the nearest of a color in a cell, and them. That is each to
 * which not all of the cell is farther than to the one that is nearest to its middle. Gives where the list ends. */
static int64_t list_candidates(int32_t cell, int64_t cells, const Entries *entries, Candidate *restrict lists,
                               int64_t used)
{
    const float side = (float)(1.0 / (double)cells), half = 0.5f;
    const Color middle = {((float)(cell >> 12) + half) * side, ((float)(cell >> 6 & 63) + half) * side - half,
                          ((float)(cell & 63) + half) * side - half};
    const int64_t nearest = nearest_of_all(entries, middle);
    const Color best = entry_at(entries, nearest);
    const float least = entries->away[nearest] + ROUNDED;
    const float *restrict x = entries->lightness, *restrict y = entries->a, *restrict z = entries->b;
    float *restrict away = entries->away;
    for (int64_t k = 0; k < entries->n; k++)
        away[k] -= (absolute(x[k] - best.lightness) + absolute(y[k] - best.a) + absolute(z[k] - best.b)) * side;
    int64_t last = used;
    for (int64_t k = 0; k < entries->n; k++) {
        lists[last + 1] = (Candidate){{x[k], y[k], z[k]}, (int32_t)k};
        last += away[k] <= least;
    }
    lists[used].index = (int32_t)(last - used);
    return last + 1;
}

/* The nearest in a list, of equals the lowest. Both are one number, so that no branch is guessed wrong. */
static inline int32_t nearest_of_list(const Candidate *list, Color color)
{
    int64_t best = INT64_MAX;
    for (int32_t k = 1; k <= list->index; k++) {
        int64_t key = (int64_t)ordered_bits(squared_distance(list[k].color, color)) << 32 | list[k].index;
        best = key < best ? key : best;
    }
    return (int32_t)best;
}

/* The nearest of n entries, by channels (3, n), for each of `count` colors, of equals the lowest, into `out`.
 *
 * `cell_lists` (LISTS) says where in `lists` (room) there is the list of each cell, 0: nowhere yet; `used` of `room` >=
 * n + 2 are. `away` (n) is room. Gives how many are used then.
 */
EXPORT int64_t nearest_search(const Color *colors, int64_t count, const float *channels, int64_t n, int64_t cells,
                              float *away, int32_t *cell_lists, Candidate *lists, int64_t room, int64_t used,
                              int32_t *out)
{
    const Entries entries = {channels, channels + n, channels + 2 * n, n, away};
    const float scale = (float)cells, half = 0.5f;
    for (int64_t i = 0; i < count; i++) {
        const Color color = colors[i];
        int32_t x = (int32_t)(color.lightness * scale), y = (int32_t)((color.a + half) * scale);
        int32_t z = (int32_t)((color.b + half) * scale);
        int32_t cell = (x & 63) << 12 | (y & 63) << 6 | (z & 63);
        if (cell_lists[cell] == 0) {
            if (used + n >= room) { /* all is made anew */
                memset(cell_lists, 0, LISTS * sizeof *cell_lists);
                used = 1;
            }
            cell_lists[cell] = (int32_t)used;
            used = list_candidates(cell, cells, &entries, lists, used);
        }
        out[i] = nearest_of_list(lists + cell_lists[cell], color);
    }
    return used;
}

/* Put an index into an array of bytes, or of pairs of them. */
static inline void put_index(void *out, bool wide, int64_t i, uint16_t index)
{
    if (wide)
        ((uint16_t *)out)[i] = index;
    else
        ((uint8_t *)out)[i] = (uint8_t)index;
}

/* Where a color 0xRRGGBB stands in the table: colors that have the upper half of each channel in common are beside each
 * other. Colors of pixels beside each other are much alike, and lie in few pages of memory. */
static inline uint32_t place_of(uint32_t color)
{
    uint32_t upper = (color & 0xF00000) | (color & 0xF000) << 4 | (color & 0xF0) << 8;
    uint32_t lower = (color & 0x0F0000) >> 8 | (color & 0x0F00) >> 4 | (color & 0x0F);
    return upper | lower;
}

/* List those of n pixels, `first` and the following ones, that are not known, from `count` on; how many there are. */
static int64_t list_misses(const uint16_t *restrict known, int64_t n, int64_t first, int32_t *restrict missed,
                           int64_t count)
{
    for (int64_t i = 0; i < n; i++) {
        missed[count] = (int32_t)(first + i);
        count += known[i] == 0;
    }
    return count;
}

/* Look up n pixels; `missed` lists those whose color is not known. How many there are. */
static inline int64_t look_up(const uint8_t *restrict rgb, int64_t n, const uint16_t *restrict table,
                              void *restrict out, bool wide, int32_t *restrict missed)
{
    uint32_t colors[STRIP];
    uint16_t known[STRIP];
    int64_t misses = 0;
    for (int64_t first = 0; first < n; first += STRIP) {
        int64_t length = n - first < STRIP ? n - first : STRIP;
        uint16_t least = UINT16_MAX;
        pack_row(rgb + 3 * first, length, colors);
        for (int64_t i = 0; i < length; i++)
            colors[i] = place_of(colors[i]);
        for (int64_t i = 0; i < length; i++)
            known[i] = table[colors[i]];
        for (int64_t i = 0; i < length; i++) {
            put_index(out, wide, first + i, (uint16_t)(known[i] - 1));
            least = known[i] < least ? known[i] : least;
        }
        if (least == 0)
            misses = list_misses(known, length, first, missed, misses);
    }
    return misses;
}

/* The indices of n pixels whose colors the table (2**24) knows, into `out`: bytes, or `wide`: pairs of them.
 *
 * The others are listed in `missed` (n), their colors, each once, in `fresh` (n, 3); of these the table says from here
 * on that they are pending. Gives how many pixels and colors in `counts` (2).
 */
EXPORT void nearest_look_up(const uint8_t *rgb, int64_t n, uint16_t *table, void *out, bool wide, int32_t *missed,
                            uint8_t *fresh, int64_t *counts)
{
    int64_t misses = wide ? look_up(rgb, n, table, out, true, missed) : look_up(rgb, n, table, out, false, missed);
    int64_t count = 0;
    for (int64_t k = 0; k < misses; k++) {
        const uint8_t *color = rgb + 3 * (int64_t)missed[k];
        uint16_t *known = table + place_of(packed_color(color));
        if (*known == 0) {
            *known = PENDING;
            memcpy(fresh + 3 * count++, color, 3);
        }
    }
    counts[0] = misses;
    counts[1] = count;
}

/* Put what nearest_look_up missed into `table` and `out`; `found` has the entry of each new color. */
EXPORT void nearest_complete(const uint8_t *rgb, const int32_t *missed, int64_t misses, const int32_t *found,
                             uint16_t *table, void *out, bool wide)
{
    for (int64_t k = 0; k < misses; k++) {
        uint16_t *known = table + place_of(packed_color(rgb + 3 * (int64_t)missed[k]));
        if (*known == PENDING)
            *known = (uint16_t)(1 + *found++);
        put_index(out, wide, missed[k], (uint16_t)(*known - 1));
    }
}
