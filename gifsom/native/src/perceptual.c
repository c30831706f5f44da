/* What of a picture is seen: colors in OKLab, how much an error shows in each pixel, what leaving it as it is costs.
 *
 * An error hides in texture (masking): its weight is 1 / (1 + masking * activity), where the activity is the mean step
 * of lightness between neighbors in 5 x 5 pixels; and it is seen for as long as it persists, in frames. Lightness runs
 * from 0 to 1; distances are of OKLab, squared.
 */
#include <math.h>

#include "color.h"
#include "distortion.h"
#include "kernel.h"
#include "pixel.h"

enum {
    STRIP = 512,          /* columns that are worked on at a time: what they need stays in the fastest cache */
    REACH = 2,            /* pixels to each side whose steps are part of the activity */
    ROWS = 2 * REACH + 1, /* of steps, and columns, that are summed */
    MARGIN = REACH + 2,   /* room beside a strip: columns that are summed, and two that these compare with */
    WIDE = STRIP + 2 * MARGIN,
    KEPT = REACH + 1,     /* rows of colors that are kept until their weights are known */
    UNIT = 1 << 14,       /* of lightness in whole numbers, so that running sums are exact */
    BATCH = 64,           /* pixels that are compared at a time */
    BLOCK = 8,            /* side of the squares of pixels that are changed or left together */
    BLOCKS = 64           /* squares whose sums are taken at a time */
};

/* BLOCK, for what rounds rectangles to it. */
EXPORT int64_t perceptual_block(void)
{
    return BLOCK;
}

/* What turns sRGB into OKLab: linear light of each level, then two matrices by rows. */
typedef struct {
    const float *linear, *to_lms, *to_lab;
} Conversion;

/* The last rows of a strip: OKLab, lightness in units, steps of that, and the sums of these over ROWS rows. A strip
 * begins at MARGIN; columns that are outside of the picture have no steps. */
typedef struct {
    float lab[KEPT][3][WIDE];
    int32_t level[2][WIDE], steps[ROWS][WIDE], columns[WIDE];
} Window;

/* One row of a matrix times a color. */
static inline float mixed(const float *row, float x, float y, float z)
{
    return row[0] * x + row[1] * y + row[2] * z;
}

/* A matrix times n colors, and where asked the cube roots of that. One row at a time: constants stay in registers. */
static inline void mix(const float *matrix, const float (*restrict in)[WIDE], bool root, int64_t n,
                       float *restrict first, float *restrict second, float *restrict third)
{
    float *out[3] = {first, second, third};
    for (int k = 0; k < 3; k++) {
        const float row[3] = {matrix[3 * k], matrix[3 * k + 1], matrix[3 * k + 2]};
        float *restrict to = out[k];
        for (int64_t i = 0; i < n; i++) {
            float value = mixed(row, in[0][i], in[1][i], in[2][i]);
            to[i] = root ? float_cube_root(value) : value;
        }
    }
}

/* OKLab of n colors, right to some 1e-6, and lightness in units. */
static void convert(const uint8_t *restrict rgb, int64_t n, const Conversion *with, float *restrict lightness,
                    float *restrict a, float *restrict b, int32_t *restrict level)
{
    float light[3][WIDE], lms[3][WIDE];
    for (int64_t i = 0; i < n; i++) {
        light[0][i] = with->linear[rgb[3 * i]];
        light[1][i] = with->linear[rgb[3 * i + 1]];
        light[2][i] = with->linear[rgb[3 * i + 2]];
    }
    mix(with->to_lms, (const float(*)[WIDE])light, true, n, lms[0], lms[1], lms[2]);
    mix(with->to_lab, (const float(*)[WIDE])lms, false, n, lightness, a, b);
    for (int64_t i = 0; i < n; i++)
        level[i] = (int32_t)(lightness[i] * UNIT);
}

/* Put the steps of a row from the left and from above in the place of those of ROWS rows before. */
static void renew_steps(const int32_t *restrict level, const int32_t *restrict before, const int32_t *restrict above,
                        int64_t n, int32_t *restrict steps, int32_t *restrict columns)
{
    for (int64_t i = 0; i < n; i++) {
        int32_t across = level[i] - before[i], down = level[i] - above[i];
        int32_t step = (across < 0 ? -across : across) + (down < 0 ? -down : down);
        columns[i] += step - steps[i];
        steps[i] = step;
    }
}

/* Write n pixels, of which the sums of steps are those of ROWS columns. */
static void put_pixels(const float (*restrict lab)[WIDE], const int32_t *restrict columns,
                       const uint8_t *restrict persistence, double share, int64_t n, Pixel *restrict out)
{
    float weights[STRIP];
    for (int64_t i = 0; i < n; i++) {
        int32_t around = columns[i] + columns[i + 1] + columns[i + 2] + columns[i + 3] + columns[i + 4];
        weights[i] = (float)(persistence[i] / (1.0 + share * around));
    }
    for (int64_t i = 0; i < n; i++)
        out[i] = (Pixel){lab[0][MARGIN + i], lab[1][MARGIN + i], lab[2][MARGIN + i], weights[i]};
}

/* Weigh n columns from `left` on of a picture (h, w). */
static void weigh_strip(const uint8_t *rgb, const uint8_t *persistence, int64_t h, int64_t w, int64_t left, int64_t n,
                        const Conversion *with, double share, Pixel *pixels)
{
    Window window;
    memset(window.steps, 0, sizeof window.steps);
    memset(window.columns, 0, sizeof window.columns);
    int64_t from = left > REACH ? left - REACH - 1 : 0, end = left + n + REACH < w ? left + n + REACH : w;
    int64_t at = from - left + MARGIN, count = end - from; /* the first column in the window, and how many */
    for (int64_t y = 0; y < h + REACH; y++) {
        int32_t *steps = window.steps[y % ROWS];
        if (y < h) {
            float(*lab)[WIDE] = window.lab[y % KEPT];
            int32_t *level = window.level[y % 2], *above = y ? window.level[1 - y % 2] : level;
            const uint8_t *row = rgb + 3 * (y * w + from);
            if (y && memcmp(row, row - 3 * w, 3 * (size_t)count) == 0) { /* as on screens often */
                memcpy(lab, window.lab[(y - 1) % KEPT], sizeof window.lab[0]);
                memcpy(level, above, sizeof window.level[0]);
            } else {
                convert(row, count, with, lab[0] + at, lab[1] + at, lab[2] + at, level + at);
            }
            level[at - 1] = level[at]; /* the first step is of no use, or that of the picture's first column: none */
            renew_steps(level + at, level + at - 1, above + at, count, steps + at, window.columns + at);
        } else {
            for (int64_t i = 0; i < WIDE; i++)
                window.columns[i] -= steps[i];
        }
        if (y >= REACH) {
            int64_t to = (y - REACH) * w + left;
            put_pixels((const float(*)[WIDE])window.lab[(y - REACH) % KEPT], window.columns + MARGIN - REACH,
                       persistence + to, share, n, pixels + to);
        }
    }
}

/* Color and weight of the pixels (h, w) of a picture, each of which stays as it is for so many frames. */
EXPORT void perceptual_weights(const uint8_t *rgb, const uint8_t *persistence, int64_t h, int64_t w,
                               const float *linear, const float *to_lms, const float *to_lab, double masking,
                               Pixel *pixels)
{
    const Conversion with = {linear, to_lms, to_lab};
    const double share = masking / (2 * ROWS * ROWS * UNIT);
    for (int64_t left = 0; left < w; left += STRIP)
        weigh_strip(rgb, persistence, h, w, left, w - left < STRIP ? w - left : STRIP, &with, share, pixels);
}

/* Squared distances of n pixels to those of `colors` that are their `entries`. */
static void square_errors(const Pixel *restrict pixels, const Color *restrict colors, const uint16_t *restrict entries,
                          int64_t n, float *restrict squares)
{
    for (int64_t i = 0; i < n; i++)
        squares[i] = squared_distance(colors[entries[i]], color_of(&pixels[i]));
}

/* The costs of at most BATCH pixels, of which the squared distances to their best entries, and to what they show now,
 * are known. */
static void put_costs(const Pixel *restrict pixels, const float *restrict best, const float *restrict shown, int64_t n,
                      Cost *restrict costs)
{
    for (int64_t i = 0; i < n; i++) {
        float least = shown[i] < best[i] ? shown[i] : best[i];
        costs[i] = (Cost){least, distortion((shown[i] - least) * pixels[i].weight)};
    }
}

/* The costs of n pixels: `table` has the colors of their best entries, `slot` of `best`; they show entries of `colors`.
 * `symbols` become the slots. Where `first`, nothing is shown yet, and nothing can stay. Errors are rounded as where
 * entries are searched, so that the best one is free. */
EXPORT void perceptual_costs(const Pixel *pixels, const uint16_t *best, const uint8_t *slot, const Color *table,
                             const uint16_t *shown, const Color *colors, bool first, Cost *costs, uint8_t *symbols,
                             int64_t n)
{
    float squares[BATCH], kept[BATCH];
    for (int64_t from = 0; from < n; from += BATCH) {
        int64_t count = n - from < BATCH ? n - from : BATCH;
        for (int64_t i = 0; i < count; i++) {
            uint8_t symbol = slot[best[from + i]];
            symbols[from + i] = symbol;
            squares[i] = squared_distance(table[symbol], color_of(&pixels[from + i]));
        }
        if (!first) {
            square_errors(pixels + from, colors, shown + from, count, kept);
            put_costs(pixels + from, squares, kept, count, costs + from);
        }
        for (int64_t i = 0; first && i < count; i++)
            costs[from + i] = (Cost){squares[i], INFINITY};
    }
}

/* The part of a picture that is left to be changed: rows and columns, the last ones excluded. */
typedef struct {
    int64_t top, bottom, left, right;
} Bounds;

/* Make keeping free in a block of pixels, w to a row. */
static void keep_block(Cost *costs, int64_t w, int64_t height, int64_t width)
{
    for (int64_t v = 0; v < height; v++)
        for (int64_t u = 0; u < width; u++)
            costs[v * w + u].keep = 0.0f;
}

/* Widen bounds by what cannot be kept for nothing in a block at (y, x). */
static void widen(Bounds *bounds, const Cost *costs, int64_t w, int64_t y, int64_t x, int64_t height, int64_t width)
{
    if (y >= bounds->top && y + height <= bounds->bottom && x >= bounds->left && x + width <= bounds->right)
        return;
    for (int64_t v = y; v < y + height; v++)
        for (int64_t u = x; u < x + width; u++)
            if (costs[v * w + u].keep > 0.0f) {
                bounds->top = v < bounds->top ? v : bounds->top;
                bounds->bottom = v + 1 > bounds->bottom ? v + 1 : bounds->bottom;
                bounds->left = u < bounds->left ? u : bounds->left;
                bounds->right = u + 1 > bounds->right ? u + 1 : bounds->right;
            }
}

/* Sums of what keeping costs in blocks that lie side by side: `height` rows of n pixels, w to a row. Each block's sum is taken
 * in the order of its pixels; one beside the other, none waits for the rounding of the one before. */
static void sum_blocks(const Cost *costs, int64_t w, int64_t height, int64_t n, double *sums)
{
    for (int64_t k = 0; k < BLOCKS; k++)
        sums[k] = 0.0;
    for (int64_t v = 0; v < height; v++, costs += w) {
        for (int64_t k = 0; k < n / BLOCK; k++)
            for (int64_t u = 0; u < BLOCK; u++)
                sums[k] += costs[BLOCK * k + u].keep;
        for (int64_t x = n / BLOCK * BLOCK; x < n; x++)
            sums[n / BLOCK] += costs[x].keep;
    }
}

/* Make keeping free in each block of a picture (h, w) where keeping all costs less than `limit`; the bounds of the rest,
 * or (h, 0, w, 0). */
EXPORT void perceptual_skip_blocks(Cost *costs, int64_t h, int64_t w, double limit, Bounds *bounds)
{
    double sums[BLOCKS];
    *bounds = (Bounds){h, 0, w, 0};
    for (int64_t y = 0; y < h; y += BLOCK) {
        int64_t height = h - y < BLOCK ? h - y : BLOCK;
        for (int64_t x = 0; x < w; x += BLOCK) {
            int64_t k = x / BLOCK % BLOCKS, width = w - x < BLOCK ? w - x : BLOCK;
            if (k == 0)
                sum_blocks(costs + y * w + x, w, height, w - x < BLOCK * BLOCKS ? w - x : BLOCK * BLOCKS, sums);
            if (sums[k] == 0.0)
                continue;
            if (sums[k] < limit)
                keep_block(costs + y * w + x, w, height, width);
            else
                widen(bounds, costs, w, y, x, height, width);
        }
    }
}

/* Move a part of what is known of pixels, `size` numbers each, w pixels to a row, to its beginning: `height` rows of
 * `width` pixels from (top, left) on. */
EXPORT void perceptual_crop(float *known, int64_t size, int64_t w, int64_t top, int64_t left, int64_t width,
                            int64_t height)
{
    for (int64_t y = 0; y < height; y++)
        memmove(known + y * width * size, known + ((top + y) * w + left) * size,
                (size_t)(width * size) * sizeof *known);
}
