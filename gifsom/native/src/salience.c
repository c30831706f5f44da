/* What stands out in single pictures, however rare it is in the clip: patches of a color, and flat areas of one.
 *
 * Patches are counted by small regions of the color cube, flat areas by exact color. Colors are numbers 0xRRGGBB.
 */
#include "color.h"
#include "kernel.h"

enum {
    BITS = 5,                  /* of a channel that tell regions of the color cube apart: 8 levels, hardly visible */
    REGIONS = 1 << (3 * BITS),
    MET = 1 << 14,             /* what extents begin with, so that 0 is a color that was not met */
    LEAST = 1,                 /* the ends of extents */
    MOST = INT16_MAX,
    STRIP = 512                /* pixels whose neighbors are compared at a time */
};

/* REGIONS and MET, for what makes room and reads extents. */
EXPORT int64_t salience_regions(void)
{
    return REGIONS;
}

EXPORT int64_t salience_met(void)
{
    return MET;
}

/* The largest patch of a region: its pixels, the sums of their channels, and in which picture it is. */
typedef struct {
    int64_t pixels, red, green, blue, picture;
} Patch;

/* The regions of the color cube that n colors lie in: what is worked out for many at a time. */
static void find_regions(const uint32_t *restrict colors, int64_t n, uint16_t *restrict regions)
{
    const uint32_t low = (1 << BITS) - 1;
    for (int64_t i = 0; i < n; i++)
        regions[i] = (uint16_t)((colors[i] >> 9 & low << 2 * BITS) | (colors[i] >> 6 & low << BITS) |
                                (colors[i] >> 3 & low));
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

/* Count n colors by their regions. */
static void count_regions(const uint32_t *colors, int64_t n, Count *restrict counts)
{
    uint16_t regions[STRIP];
    for (int64_t from = 0; from < n; from += STRIP) {
        int64_t count = n - from < STRIP ? n - from : STRIP;
        find_regions(colors + from, count, regions);
        for (int64_t i = 0; i + 1 < count; i += 2) {
            counts[regions[i]].even++;
            counts[regions[i + 1]].odd++;
        }
        if (count % 2)
            counts[regions[count - 1]].even++;
    }
}

/* Add the channels of n colors to the patches that were begun. */
static void sum_channels(const uint32_t *restrict colors, int64_t n, const Count *restrict counts,
                         Patch *restrict largest)
{
    uint16_t regions[STRIP];
    for (int64_t from = 0; from < n; from += STRIP, colors += STRIP) {
        int64_t count = n - from < STRIP ? n - from : STRIP;
        find_regions(colors, count, regions);
        for (int64_t i = 0; i < count; i++) {
            if (counts[regions[i]].even) {
                Patch *patch = &largest[regions[i]];
                patch->red += colors[i] >> 16;
                patch->green += colors[i] >> 8 & 255;
                patch->blue += colors[i] & 255;
            }
        }
    }
}

/* Keep in `largest` (REGIONS) the largest patch of each region; `colors` are the n pixels of one picture. Of equals the
 * first picture's is kept. `counts` (REGIONS) is room. */
EXPORT void largest_patches(const uint32_t *colors, int64_t n, int64_t picture, Count *counts, Patch *largest)
{
    memset(counts, 0, REGIONS * sizeof *counts);
    count_regions(colors, n, counts);
    if (begin_patches(counts, picture, largest))
        sum_channels(colors, n, counts, largest);
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

/* The first of n pixels from `i` on that is like a neighbor; n: none is. */
static inline int64_t next_alike(const uint8_t *alike, int64_t i, int64_t n)
{
#ifdef GIFSOM_LITTLE_ENDIAN
    for (; i + 8 <= n; i += 8) {
        uint64_t eight;
        memcpy(&eight, alike + i, sizeof eight);
        if (eight)
            return i + __builtin_ctzll(eight) / 8;
    }
#endif
    while (i < n && !alike[i])
        i++;
    return i;
}

/* Count n pixels by how many neighbors they are like: inside an area those of two, at its edge those of one. */
static void count_extents(const uint32_t *row, const uint8_t *alike, int64_t n, int32_t edge, Extents *extents)
{
    int64_t i = next_alike(alike, 0, n);
    while (i < n) {
        int64_t begun = i++;
        if (alike[begun] == 1) {
            extend(extents, row[begun], -edge);
        } else { /* all that follow and are inside are of one color */
            while (i < n && alike[i] == 2)
                i++;
            extend(extents, row[begun], (int32_t)(i - begun));
        }
        i = next_alike(alike, i, n);
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
