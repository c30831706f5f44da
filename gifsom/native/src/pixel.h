/* A pixel as the rate-distortion coder sees it: rows of two float32 arrays, (n, 4) and (n, 2), since most of what is
 * worked out needs one of them. */
#ifndef GIFSOM_PIXEL_H
#define GIFSOM_PIXEL_H

#include "color.h"
#include "distortion.h"

/* Color in OKLab; weight of its squared distance. */
typedef struct {
    float lightness, a, b, weight;
} Pixel;

/* Squared distance of a pixel's best entry: an entry that is no worse is free; distortion where the pixel is left as it
 * is, INFINITY: it may not be. */
typedef struct {
    float base, keep;
} Cost;

/* The color of a pixel. */
static inline Color color_of(const Pixel *pixel)
{
    return (Color){pixel->lightness, pixel->a, pixel->b};
}

/* Distortion of a pixel that shows a color, beyond that of its best entry. */
static inline float pixel_distortion(const Pixel *pixel, float base, Color color)
{
    float error = squared_distance(color, color_of(pixel)) - base;
    return distortion(at_least_0(error) * pixel->weight);
}

#endif
