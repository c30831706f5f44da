/* Colors: in OKLab (B. Ottosson, "A perceptual color space for image processing", 2020), and as numbers 0xRRGGBB. */
#ifndef GIFSOM_COLOR_H
#define GIFSOM_COLOR_H

#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define GIFSOM_LITTLE_ENDIAN 1
#endif

#if defined(__has_builtin) && defined(GIFSOM_LITTLE_ENDIAN)
#if __has_builtin(__builtin_shufflevector)
#define GIFSOM_SHUFFLE 1
#endif
#endif

enum { TABLE = 256 }; /* entries of a full color table, and so symbols of a picture */

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

/* The bits of a number >= 0, which are in the order of the numbers: a processor finds a minimum of whole numbers for
 * many at a time. */
static inline int32_t ordered_bits(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The number 0xRRGGBB of a color of three bytes. */
static inline uint32_t packed_color(const uint8_t *rgb)
{
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

/* The numbers 0xRRGGBB of n colors; four at a time where the compiler knows how to shuffle bytes. */
static inline void pack_row(const uint8_t *restrict rgb, int64_t n, uint32_t *restrict out)
{
    int64_t i = 0;
#ifdef GIFSOM_SHUFFLE
    typedef uint8_t Bytes __attribute__((vector_size(16)));
    for (; i + 6 <= n; i += 4) { /* reads four bytes more than it packs */
        Bytes bytes, zero = {0};
        memcpy(&bytes, rgb + 3 * i, sizeof bytes);
        bytes = __builtin_shufflevector(bytes, zero, 2, 1, 0, 16, 5, 4, 3, 16, 8, 7, 6, 16, 11, 10, 9, 16);
        memcpy(out + i, &bytes, sizeof bytes);
    }
#endif
    for (; i < n; i++)
        out[i] = packed_color(rgb + 3 * i);
}

/* The cube root of x > 0, right to some 1e-5; of 0, a number near to it. The first guess is a third of the number's
 * bits (W. Kahan, "Computing a real cube root", 1991); two steps of Newton's method follow. */
static inline float rough_cube_root(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = bits / 3 + 709921077;
    float y;
    memcpy(&y, &bits, sizeof y);
    const float third = (float)(1.0 / 3.0);
    y = (y + y + x / (y * y)) * third;
    return (y + y + x / (y * y)) * third;
}

/* The cube root of x >= 0, right to some 1e-5. The steps for 0 come only near to it, and squares of colors so dark
 * would be so small that computing with them takes a hundred times as long. */
static inline float float_cube_root(float x)
{
    float y = rough_cube_root(x);
    return x > 0.0f ? y : 0.0f;
}

/* The cube root of x >= 0 from its rough one, by a step of Halley's method: right to the last bit or two. */
static inline double refined_cube_root(double x, float rough)
{
    double y = rough, cube = y * y * y;
    y -= y * (cube - x) / (cube + cube + x);
    return x > 0.0 ? y : 0.0;
}

#endif
