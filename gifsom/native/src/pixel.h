/* A pixel as the rate-distortion coder sees it: a row of a float32 array (n, 6). */
#ifndef GIFSOM_PIXEL_H
#define GIFSOM_PIXEL_H

#include "color.h"
#include "distortion.h"

/* Color in OKLab; weight of its squared distance; squared distance of its best entry, so far an entry is no worse than
 * which it is free; distortion where the pixel is left as it is, INFINITY: it may not be. */
typedef struct {
    float lightness, a, b, weight, base, keep_cost;
} Pixel;

/* The color of a pixel. */
static inline Color color_of(const Pixel *pixel)
{
    return (Color){pixel->lightness, pixel->a, pixel->b};
}

/* Distortion of a pixel that shows a color, beyond that of its best entry. */
static inline float pixel_distortion(const Pixel *pixel, Color color)
{
    float error = squared_distance(color, color_of(pixel)) - pixel->base;
    return distortion(at_least_0(error) * pixel->weight);
}

#endif
