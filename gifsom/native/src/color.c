/* sRGB to OKLab, and colors as numbers.
 *
 * OKLab: B. Ottosson, "A perceptual color space for image processing", 2020. Linear light runs from 0 to 1, and so
 * does lightness.
 */
#include "color.h"
#include "kernel.h"

enum { AT_ONCE = 256 }; /* colors, so that all that is worked out is in the cache */

/* A matrix (3, 3) by rows. */
typedef struct {
    double rows[3][3];
} Matrix;

/* One row of a matrix times a color. */
static inline double mixed(const double *row, double x, double y, double z)
{
    return row[0] * x + row[1] * y + row[2] * z;
}

/* OKLab of at most AT_ONCE colors. */
static void convert(const uint8_t *restrict rgb, int64_t n, const double *restrict linear, const Matrix *to_lms,
                    const Matrix *to_lab, float *restrict out)
{
    double light[3][AT_ONCE], lms[3][AT_ONCE];
    float rough[3][AT_ONCE];
    const Matrix forth = *to_lms, back = *to_lab;
    for (int64_t i = 0; i < n; i++) {
        light[0][i] = linear[rgb[3 * i]];
        light[1][i] = linear[rgb[3 * i + 1]];
        light[2][i] = linear[rgb[3 * i + 2]];
    }
    for (int k = 0; k < 3; k++) {
        for (int64_t i = 0; i < n; i++)
            lms[k][i] = mixed(forth.rows[k], light[0][i], light[1][i], light[2][i]);
        for (int64_t i = 0; i < n; i++)
            rough[k][i] = rough_cube_root((float)lms[k][i]);
        for (int64_t i = 0; i < n; i++)
            lms[k][i] = refined_cube_root(lms[k][i], rough[k][i]);
    }
    for (int64_t i = 0; i < n; i++) {
        out[3 * i] = (float)mixed(back.rows[0], lms[0][i], lms[1][i], lms[2][i]);
        out[3 * i + 1] = (float)mixed(back.rows[1], lms[0][i], lms[1][i], lms[2][i]);
        out[3 * i + 2] = (float)mixed(back.rows[2], lms[0][i], lms[1][i], lms[2][i]);
    }
}

/* OKLab (n, 3) of sRGB colors (n, 3); `linear` (256) is the linear light of each level. */
EXPORT void oklab(const uint8_t *rgb, int64_t n, const double *linear, const Matrix *to_lms, const Matrix *to_lab,
                  float *out)
{
    for (int64_t first = 0; first < n; first += AT_ONCE) {
        int64_t count = n - first < AT_ONCE ? n - first : AT_ONCE;
        convert(rgb + 3 * first, count, linear, to_lms, to_lab, out + 3 * first);
    }
}

/* The numbers 0xRRGGBB of colors (n, 3). */
EXPORT void pack_colors(const uint8_t *rgb, int64_t n, uint32_t *out)
{
    pack_row(rgb, n, out);
}
