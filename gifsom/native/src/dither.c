/* Dither: colors that the map does not have, as patterns of those that it has.
 *
 * Blue noise: R. Ulichney, "The void-and-cluster method for dither array generation", Proc. SPIE 1913, 1993. Error
 * diffusion: R. Floyd, L. Steinberg, "An adaptive algorithm for spatial greyscale", Proc. SID 17, 1976. Colors and
 * errors are of OKLab.
 */
#include <math.h>
#include <string.h>

#include "color.h"
#include "kernel.h"
#include "pixel.h"

enum {
    STRIP = 512, /* pixels of a row that are worked on at a time */
    MOST = 64    /* entries near one that are known, at most */
};

/* MOST, for what checks maps. */
EXPORT int64_t dither_most(void)
{
    return MOST;
}

/* A map: its colors, the `reach` entries that are nearest to each of its entries, itself the first, and the colors of
 * these by channels (3, reach). */
typedef struct {
    const Color *colors;
    const uint16_t *near;
    const float *near_colors;
    int64_t reach;
} Map;

/* Noise (side, side, 3), one value for lightness, a and b each; which pixels are moved by it. */
typedef struct {
    const Color *noise;
    int64_t side;
    double masking, smooth, visible;
} Dither;

static inline float smaller(float a, float b)
{
    return b < a ? b : a;
}

/* Which of the entries near one has the color that is nearest to another color; of equals the first. */
static uint16_t nearest_near(const Map *map, uint16_t entry, Color color)
{
    const int64_t reach = map->reach;
    const float *restrict x = map->near_colors + 3 * reach * entry, *restrict y = x + reach, *restrict z = y + reach;
    int32_t squares[MOST], least = INT32_MAX;
    for (int64_t k = 0; k < reach; k++) {
        squares[k] = ordered_bits(squared_distance((Color){x[k], y[k], z[k]}, color));
        least = squares[k] < least ? squares[k] : least;
    }
    int64_t k = 0;
    while (squares[k] != least)
        k++;
    return map->near[entry * reach + k];
}

/* List which of n pixels have an error that is visible; how many. */
static int64_t list_visible(const Pixel *restrict pixels, const uint16_t *restrict best, const Map *map, double visible,
                            int64_t n, uint16_t *restrict visibly)
{
    const double limit = visible * visible;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        visibly[count] = (uint16_t)i;
        count += (double)squared_distance(map->colors[best[i]], color_of(&pixels[i])) >= limit;
    }
    return count;
}

/* Move the color of a pixel by some noise, and its best entry with it. The noise is that at the pixel's place. */
static void move_pixel(Pixel *pixel, uint16_t *best, uint8_t persistence, const Map *map, const Dither *dither,
                       Color noise)
{
    double activity = (persistence / (double)pixel->weight - 1.0) / dither->masking; /* as the weight was made of it */
    if (activity >= dither->smooth || (dither->smooth < (double)INFINITY && activity == 0.0))
        return;
    const Color shown = map->colors[*best];
    uint16_t other = map->near[*best * map->reach + (map->reach > 1)];
    float gap = sqrtf(squared_distance(map->colors[other], shown));
    float error = sqrtf(squared_distance(shown, color_of(pixel)));
    float far = (float)(1.0 - activity / dither->smooth) * smaller(2.0f * error, gap);
    pixel->lightness += far * noise.lightness;
    pixel->a += far * noise.a;
    pixel->b += far * noise.b;
    *best = nearest_near(map, *best, color_of(pixel));
}

/* Move the colors of pixels (h, w) by blue noise, which is locked to the screen, where they begin at (top, left), and
 * their best entries with them.
 *
 * A pixel whose error is below `visible` stays, and so does one with an activity from `smooth` on; below that it is
 * moved by less the more there is, and where there is none, not at all. INFINITY: all are moved alike.
 */
EXPORT void dither_blue_noise(Pixel *pixels, uint16_t *best, const uint8_t *persistence, int64_t h, int64_t w,
                              double masking, int64_t top, int64_t left, const Color *colors, const uint16_t *near,
                              const float *near_colors, int64_t reach, const Color *noise, int64_t side, double smooth,
                              double visible)
{
    const Map map = {colors, near, near_colors, reach};
    const Dither dither = {noise, side, masking, smooth, visible};
    uint16_t visibly[STRIP];
    for (int64_t y = 0; y < h; y++) {
        for (int64_t from = 0; from < w; from += STRIP) {
            int64_t at = y * w + from, n = w - from < STRIP ? w - from : STRIP;
            int64_t count = list_visible(pixels + at, best + at, &map, visible, n, visibly);
            for (int64_t k = 0; k < count; k++) {
                int64_t i = at + visibly[k], x = left + from + visibly[k];
                move_pixel(&pixels[i], &best[i], persistence[i], &map, &dither,
                           noise[(top + y) % side * side + x % side]);
            }
        }
    }
}

/* A value within both ends of what a pixel takes over. */
static inline float within(float value, float carried)
{
    return value < -carried ? -carried : value > carried ? carried : value;
}

/* Add a part of an error to what a pixel is to take over. */
static inline void pass_on(Color *to, float part, Color error)
{
    to->lightness += part * error.lightness;
    to->a += part * error.a;
    to->b += part * error.b;
}

/* Give a pixel a color of the map, and its error to its neighbors: the next one and three of the row below. */
static void diffuse_pixel(Pixel *pixel, uint16_t *best, const Map *map, float carried, Color *here, Color *below)
{
    const Color color = {pixel->lightness + within(here[0].lightness, carried), pixel->a + within(here[0].a, carried),
                         pixel->b + within(here[0].b, carried)};
    *best = nearest_near(map, *best, color);
    const Color shown = map->colors[*best];
    const Color error = {(color.lightness - shown.lightness) / 16.0f, (color.a - shown.a) / 16.0f,
                         (color.b - shown.b) / 16.0f};
    pass_on(&here[1], 7.0f, error);
    pass_on(&below[-1], 3.0f, error);
    pass_on(&below[0], 5.0f, error);
    pass_on(&below[1], 1.0f, error);
    pixel->lightness = shown.lightness;
    pixel->a = shown.a;
    pixel->b = shown.b;
}

/* Give pixels (h, w) colors of the map, their errors to their neighbors, and their best entries with them. A color that
 * the map has, up to a distance `exact`, takes no error, so none runs over a flat area; no pixel takes over more than
 * `carried` in a channel. `errors` (2, w + 2) is room: of this row and the next, with one pixel more at both ends. */
EXPORT void dither_diffuse(Pixel *pixels, uint16_t *best, int64_t h, int64_t w, const Color *colors,
                           const uint16_t *near, const float *near_colors, int64_t reach, double exact, double carried,
                           Color *errors)
{
    const Map map = {colors, near, near_colors, reach};
    const float same = (float)(exact * exact);
    memset(errors, 0, 2 * (size_t)(w + 2) * sizeof *errors);
    for (int64_t y = 0; y < h; y++) {
        Color *here = errors + y % 2 * (w + 2) + 1, *below = errors + (1 - y % 2) * (w + 2) + 1;
        memset(below - 1, 0, (size_t)(w + 2) * sizeof *below);
        for (int64_t x = 0; x < w; x++) {
            int64_t i = y * w + x;
            if (squared_distance(colors[best[i]], color_of(&pixels[i])) >= same)
                diffuse_pixel(&pixels[i], &best[i], &map, (float)carried, here + x, below + x);
        }
    }
}
