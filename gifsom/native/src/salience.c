/* What stands out in single pictures, however rare it is in the clip: patches of a color, and flat areas of one.
 *
 * Patches are counted by small regions of the color cube, flat areas by exact color. Colors are numbers 0xRRGGBB.
 */
#include "color.h"
#include "kernel.h"

enum {
    BITS = 5,                  /* of a channel that tell regions of the color cube apart: hardly seen */
    REGIONS = 1 << (3 * BITS),
    MET = 1 << 14,             /* what extents begin with, so that 0 is a color that was not met */
    LEAST = 1,                 /* the ends of extents */
    MOST = INT16_MAX,
    STRIP = 512                /* pixels whose neighbors are compared at a time */
};

/* The largest patch of a region: its pixels, the sums of their channels, and in which picture it is. */
typedef struct {
    int64_t pixels, red, green, blue, picture;
} Patch;

/* The region of the color cube that a color lies in. */
static inline uint32_t region_of(uint32_t color)
{
    const uint32_t low = (1 << BITS) - 1;
    return (color >> 19 & low) << 2 * BITS | (color >> 11 & low) << BITS | (color >> 3 & low);
}

/* Pixels of a region, those at even and at odd places: so that one count need not wait for the one before. */
typedef struct {
    int32_t even, odd;
} Count;

/* Begin the patches that are larger than those before, and forget the counts of the others; whether there are any. */
static bool begin_patches(Count *restrict counts, int64_t picture, Patch *restrict largest)
{
    bool any = false;
    for (int64_t k = 0; k < REGIONS; k++) {
        int32_t pixels = counts[k].even + counts[k].odd;
        if (pixels == 0)
            continue;
        bool larger = pixels > largest[k].pixels;
        if (larger)
            largest[k] = (Patch){pixels, 0, 0, 0, picture};
        counts[k].even = larger;
        any |= larger;
    }
    return any;
}

/* Keep in `largest` (REGIONS) the largest patch of each region; `colors` are the n pixels of one picture. Of equals the
 * first picture's is kept. `counts` (REGIONS) is room. */
EXPORT void largest_patches(const uint32_t *restrict colors, int64_t n, int64_t picture, Count *restrict counts,
                            Patch *restrict largest)
{
    memset(counts, 0, REGIONS * sizeof *counts);
    for (int64_t i = 0; i + 1 < n; i += 2) {
        counts[region_of(colors[i])].even++;
        counts[region_of(colors[i + 1])].odd++;
    }
    if (n % 2)
        counts[region_of(colors[n - 1])].even++;
    if (!begin_patches(counts, picture, largest))
        return;
    for (int64_t i = 0; i < n; i++) {
        uint32_t region = region_of(colors[i]);
        if (counts[region].even) {
            largest[region].red += colors[i] >> 16;
            largest[region].green += colors[i] >> 8 & 255;
            largest[region].blue += colors[i] & 255;
        }
    }
}

/* Extents of colors, and the colors that were met. */
typedef struct {
    int16_t *extent;
    uint32_t *found;
    int64_t count;
} Extents;

/* Add to the extent of a color, within its ends. */
static inline void extend(Extents *extents, uint32_t color, int32_t more)
{
    int32_t extent = extents->extent[color];
    if (extent == 0) {
        extents->found[extents->count++] = color;
        extent = MET;
    }
    extent += more;
    extents->extent[color] = (int16_t)(extent < LEAST ? LEAST : extent > MOST ? MOST : extent);
}

/* How many of their left and upper neighbors n pixels are like; `above` may be NULL. A border is like nothing. */
static void count_alike(const uint32_t *restrict row, const uint32_t *restrict above, int64_t n, bool first,
                        uint8_t *restrict alike)
{
    for (int64_t i = first; i < n; i++)
        alike[i] = row[i] == row[i - 1];
    if (first)
        alike[0] = 0;
    for (int64_t i = 0; above && i < n; i++)
        alike[i] = (uint8_t)(alike[i] + (row[i] == above[i]));
}

/* Leave out of n pixels those that are hidden, or like a neighbor that is. */
static void leave_hidden(const uint32_t *row, const uint32_t *above, const uint8_t *hidden, int64_t w, int64_t n,
                         bool first, uint8_t *alike)
{
    for (int64_t i = 0; i < n; i++) {
        bool left = !(first && i == 0) && row[i] == row[i - 1] && hidden[i - 1];
        bool upper = above && row[i] == above[i] && hidden[i - w];
        alike[i] = hidden[i] || left || upper ? 0 : alike[i];
    }
}

/* Count n pixels by how many neighbors they are like: inside an area those of two, at its edge those of one. */
static void count_extents(const uint32_t *row, const uint8_t *alike, int64_t n, int32_t edge, Extents *extents)
{
    int64_t i = 0;
    while (i < n) {
        uint64_t eight = 1;
        if (i + 8 <= n)
            memcpy(&eight, alike + i, sizeof eight);
        if (eight == 0) {
            i += 8;
        } else if (alike[i] == 2) { /* all that follow and are inside are of one color */
            int64_t begun = i;
            while (i < n && alike[i] == 2)
                i++;
            extend(extents, row[begun], (int32_t)(i - begun));
        } else {
            if (alike[i] == 1)
                extend(extents, row[i], -edge);
            i++;
        }
    }
}

/* Count in `extent` (2**24) the pixels of each color that are as their left and their upper neighbor, in a picture
 * (h, w). A pixel that is as one of the two takes `edge` away again. `hidden` (h, w) may be NULL. Colors that are met
 * are listed in `found` (h * w), and count from MET on; how many they are. */
EXPORT int64_t flat_extents(const uint32_t *colors, const uint8_t *hidden, int64_t h, int64_t w, int64_t edge,
                            int16_t *extent, uint32_t *found)
{
    Extents extents = {extent, found, 0};
    uint8_t alike[STRIP];
    for (int64_t y = 0; y < h; y++) {
        for (int64_t x = 0; x < w; x += STRIP) {
            int64_t n = w - x < STRIP ? w - x : STRIP;
            const uint32_t *row = colors + y * w + x, *above = y ? row - w : NULL;
            count_alike(row, above, n, x == 0, alike);
            if (hidden)
                leave_hidden(row, above, hidden + y * w + x, w, n, x == 0, alike);
            count_extents(row, alike, n, (int32_t)edge, &extents);
        }
    }
    return extents.count;
}
