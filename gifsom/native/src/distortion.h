/* Distortion of a pixel: convex in its error, since a few bad pixels are worse than many that are slightly wrong. */
#ifndef GIFSOM_DISTORTION_H
#define GIFSOM_DISTORTION_H

/* A fifth of it needs 3 % more bytes for the same SSIMULACRA2; five times as much 2 % less on film, and more on
 * terminals. */
#define CONVEXITY 1e5f

/* Distortion of an error e >= 0, a squared OKLab distance times the pixel's weight. */
static inline float distortion(float e)
{
    return e * (1.0f + CONVEXITY * e);
}

/* The larger of a number and 0, a single instruction. */
static inline float at_least_0(float value)
{
    return 0.0f > value ? 0.0f : value;
}

#endif
