/* A sample of a clip's pixels: its colors where they are few, which pixels change, and how much there is to see around
 * the ones that are drawn. Colors are numbers 0xRRGGBB.
 */
#include "color.h"
#include "kernel.h"

enum {
    STRIP = 256, /* pixels that are compared at a time */
    GROUP = 32,  /* of these, pixels that are left out together where none of them changed */
    WHITE = 2040 /* luma of white: eight times the level */
};

/* Add what is new of n colors to `found`, which has room for `room` and `count` of them already; `seen` is a set of
 * bits, one a color. Gives how many there are, room + 1: more than fit. */
EXPORT int64_t note_colors(const uint32_t *restrict colors, int64_t n, uint8_t *restrict seen,
                           uint32_t *restrict found, int64_t room, int64_t count)
{
    for (int64_t i = 0; i < n; i++) {
        uint32_t color = colors[i];
        uint8_t bit = (uint8_t)(1 << (color & 7));
        if (seen[color >> 3] & bit)
            continue;
        if (count == room)
            return count + 1;
        seen[color >> 3] |= bit;
        found[count++] = color;
    }
    return count;
}

/* Eight times the luma of a color in levels: red, green and blue count 2, 5 and 1. */
static inline int16_t luma_of(uint32_t color)
{
    return (int16_t)((color >> 15 & 0x1FE) + 5 * (color >> 8 & 0xFF) + (color & 0xFF));
}

/* List where n colors are others than before, as numbers from `first` on, from `count` on; how many there are then. */
static int64_t list_changes(const uint32_t *restrict now, const uint32_t *restrict before, int64_t n, int64_t first,
                            int32_t *restrict changed, int64_t count)
{
    for (int64_t from = 0; from < n; from += GROUP) {
        int64_t end = from + GROUP < n ? from + GROUP : n;
        if (memcmp(now + from, before + from, (size_t)(end - from) * sizeof *now) == 0)
            continue;
        for (int64_t i = from; i < end; i++) {
            changed[count] = (int32_t)(first + i);
            count += now[i] != before[i];
        }
    }
    return count;
}

/* Let `colors` and `luma` (n) be those of n pixels, and list in `changed` (n) where colors changed; how many did. */
EXPORT int64_t renew_picture(const uint8_t *restrict rgb, int64_t n, uint32_t *restrict colors,
                             int16_t *restrict luma, int32_t *restrict changed)
{
    uint32_t now[STRIP];
    int64_t count = 0;
    for (int64_t first = 0; first < n; first += STRIP) {
        int64_t length = n - first < STRIP ? n - first : STRIP;
        pack_row(rgb + 3 * first, length, now);
        if (memcmp(now, colors + first, (size_t)length * sizeof *now) == 0)
            continue;
        count = list_changes(now, colors + first, length, first, changed, count);
        memcpy(colors + first, now, (size_t)length * sizeof *now);
        for (int64_t i = 0; i < length; i++)
            luma[first + i] = luma_of(now[i]);
    }
    return count;
}

static inline int32_t step(int32_t a, int32_t b)
{
    return a < b ? b - a : a - b;
}

/* The sum of the steps of luma from nine pixels, two apart, to the right and to the lower one. */
static inline int32_t inner_steps(const int16_t *at, int64_t w)
{
    int32_t sum = 0;
    for (int64_t y = -2; y <= 2; y += 2)
        for (int64_t x = -2; x <= 2; x += 2) {
            const int16_t *here = at + y * w + x;
            sum += step(here[0], here[1]) + step(here[0], here[w]);
        }
    return sum;
}

/* The same near the border of a picture (h, w); how many of the nine pixels are inside. */
static int32_t border_steps(const int16_t *luma, int64_t h, int64_t w, int64_t middle, int64_t center, int32_t *sum)
{
    int32_t count = 0;
    *sum = 0;
    for (int64_t y = middle - 2; y <= middle + 2; y += 2)
        for (int64_t x = center - 2; x <= center + 2; x += 2) {
            if (y < 0 || y >= h || x < 0 || x >= w)
                continue;
            const int16_t *here = luma + y * w + x;
            count++;
            *sum += step(here[0], x + 1 < w ? here[1] : here[0]) + step(here[0], y + 1 < h ? here[w] : here[0]);
        }
    return count;
}

/* The mean step of luma around n places of a picture (h, w), 0 to 2: from the place and those that are two from it,
 * as far as they are inside, to the right pixel and to the lower one. */
EXPORT void activity(const int16_t *luma, int64_t h, int64_t w, const int64_t *places, int64_t n, float *out)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t y = (int64_t)((uint32_t)places[i] / (uint32_t)w), x = places[i] - y * w;
        int32_t sum, count = 9;
        if (y >= 2 && y + 3 < h && x >= 2 && x + 3 < w)
            sum = inner_steps(luma + places[i], w);
        else
            count = border_steps(luma, h, w, y, x, &sum);
        out[i] = (float)((double)sum / (double)(WHITE * count));
    }
}
