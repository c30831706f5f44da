/* Colors in OKLab (B. Ottosson, "A perceptual color space for image processing", 2020). */
#ifndef GIFSOM_COLOR_H
#define GIFSOM_COLOR_H

/* A color in OKLab. */
typedef struct {
    float lightness, a, b;
} Color;

/* Squared distance of two colors. */
static inline float squared_distance(Color x, Color y)
{
    float dl = x.lightness - y.lightness, da = x.a - y.a, db = x.b - y.b;
    return dl * dl + da * da + db * db;
}

#endif
