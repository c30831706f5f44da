/* Training of a one-dimensional self-organizing map in OKLab, and means of its cells.
 *
 * T. Kohonen, "Self-organized formation of topologically correct feature maps", Biological Cybernetics 43, 1982;
 * S. Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 28, 1982.
 *
 * Exponentials are worked out here, by operations that are rounded alike on every processor: those of the system's
 * library differ in their last bit.
 */
#include <math.h>
#include <string.h>

#include "color.h"
#include "kernel.h"

enum {
    MOST = 1024,      /* neurons, a power of two */
    INDEX = MOST - 1, /* bits of a distance in which the neuron's index stands while the winner is found */
    HELD = 256        /* steps for which radius and rate stay as they are: of 200 000, one in 800 */
};

/* MOST, for what checks maps. */
EXPORT int64_t som_most(void)
{
    return MOST;
}

/* A value that shrinks from `start` by a factor of which this is the logarithm, in two parts for its precision. */
typedef struct {
    double start, high, low;
} Schedule;

/* exp(x + rest) for a small rest, -700 < x <= 0, right to the last bit or nearly always: x = k log 2 + r, and the
 * series of exp(r) for |r| <= log(2) / 2. */
static double exponential(double x, double rest)
{
    static const double inverse[] = {1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
                                     1.0 / 362880.0,     1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,
                                     1.0 / 120.0,        1.0 / 24.0,        1.0 / 6.0,        0.5};
    const double high = 0x1.62e42feep-1, low = 0x1.a39ef35793c76p-33; /* log 2 in two parts */
    double k = (double)(int64_t)(x * 1.4426950408889634 - 0.5);
    double r = x - k * high, correction = rest - k * low;
    double s = r + correction, lost = (r - s) + correction;
    double sum = inverse[0];
    for (size_t i = 1; i < sizeof inverse / sizeof *inverse; i++)
        sum = sum * s + inverse[i];
    double result = 1.0 + (s + (lost + s * s * sum));
    uint64_t bits = (uint64_t)(1023 + (int64_t)k) << 52; /* 2 to the power of k */
    double power;
    memcpy(&power, &bits, sizeof power);
    return result * power;
}

/* The two halves of a number's bits (T. Dekker, "A floating-point technique for extending the available precision",
 * Numerische Mathematik 18, 1971). */
static void split(double x, double *high, double *low)
{
    double scaled = 134217729.0 * x; /* 2**27 + 1 */
    *high = scaled - (scaled - x);
    *low = x - *high;
}

/* The value of a schedule when a part of it, 0 to 1, is done. */
static double value_at(const Schedule *schedule, double done)
{
    double x = done * schedule->high, a, b, c, d;
    split(done, &a, &b);
    split(schedule->high, &c, &d);
    double rest = ((a * c - x) + a * d + b * c) + b * d;
    return schedule->start * exponential(x, rest + done * schedule->low);
}

/* How far the neurons around the winner move, from `reach` to the left to as many to the right. Gives `reach`. */
static int64_t spread(const Schedule *radius, const Schedule *rate, double done, int64_t n, float *weights)
{
    double sigma = value_at(radius, done), pull = value_at(rate, done);
    int64_t reach = (int64_t)(3.0 * sigma);
    reach = reach < n - 1 ? reach : n - 1;
    for (int64_t j = 0; j <= reach; j++) {
        double away = (double)j / sigma;
        float weight = (float)(pull * exponential(-0.5 * (away * away), 0.0));
        weights[reach - j] = weights[reach + j] = weight;
    }
    return reach;
}

/* The neuron that is nearest to a color, found on distances whose last ten bits hold its index instead. That is
 * exact to one part in 8192. */
static int64_t find_winner(const float *restrict x, const float *restrict y, const float *restrict z, int64_t n,
                           Color color)
{
    int32_t least = INT32_MAX;
    for (int32_t j = 0; j < (int32_t)n; j++) {
        int32_t distance = ordered_bits(squared_distance((Color){x[j], y[j], z[j]}, color));
        int32_t bits = (distance & ~INDEX) | j;
        least = bits < least ? bits : least;
    }
    return least & INDEX;
}

/* Move n values of one channel towards another one, each by its weight. */
static inline void pull_towards(float *restrict values, float to, const float *restrict weights, int64_t n)
{
    for (int64_t j = 0; j < n; j++)
        values[j] += weights[j] * (to - values[j]);
}

/* Show pixels (m), in order and again and again, to a map of n neurons, by channels (3, n): steps `first` to `last` of
 * `steps`. Radius and rate shrink every HELD steps. */
EXPORT void som_train(float *neurons, int64_t n, const Color *pixels, int64_t m, int64_t first, int64_t last,
                      int64_t steps, const Schedule *radius, const Schedule *rate)
{
    float weights[2 * MOST];
    float *x = neurons, *y = neurons + n, *z = neurons + 2 * n;
    int64_t reach = 0, pixel = first % m;
    for (int64_t step = first; step < last; step++) {
        if (step == first || step % HELD == 0)
            reach = spread(radius, rate, (double)(step - step % HELD) / (double)steps, n, weights);
        const Color color = pixels[pixel];
        pixel = pixel + 1 < m ? pixel + 1 : 0;
        int64_t winner = find_winner(x, y, z, n, color);
        int64_t from = winner > reach ? winner - reach : 0, end = winner + reach < n ? winner + reach + 1 : n;
        const float *around = weights + reach - (winner - from);
        pull_towards(x + from, color.lightness, around, end - from);
        pull_towards(y + from, color.a, around, end - from);
        pull_towards(z + from, color.b, around, end - from);
    }
}

/* Weight, and weighted color, of a cell. */
typedef struct {
    double weight, lightness, a, b;
} Cell;

/* Add n colors with their weights to the cells that they are in. */
EXPORT void som_gather(const Color *restrict colors, const double *restrict weights, const int32_t *restrict cell,
                       int64_t n, Cell *restrict cells)
{
    for (int64_t i = 0; i < n; i++) {
        Cell *to = &cells[cell[i]];
        const double weight = weights[i];
        to->weight += weight;
        to->lightness += weight * colors[i].lightness;
        to->a += weight * colors[i].a;
        to->b += weight * colors[i].b;
    }
}
