/* Noise of what stands still: where a picture moves, and the mean of the frames in which it does not.
 *
 * A pixel stands still where its neighborhood hardly changes from one frame to the next: noise changes the pixels of it
 * each in its own way, what fades or pans slowly all in the same way, although each step is small. While a pixel stands
 * still it is shown as the mean of its frames, past and to come. Values are levels of 8 bits.
 */
#include <math.h>
#include <string.h>

#include "kernel.h"

enum {
    NOISE = 2,      /* largest mean change, of the channel that changes most, in NEAR x NEAR pixels that stand still */
    STEP = 10,      /* largest change of one pixel that stands still */
    DRIFT = 24,     /* largest change of a channel's sum over FAR x FAR pixels that stand still: 0.3 in the mean; or
                     * half of the mean change, 3.6 standard deviations of that mean where the change is noise */
    NEAR = 5,
    FAR = 9,
    REACH = FAR / 2,
    LOUD = NOISE * NEAR * NEAR + 1,                    /* the least sum of changes in NEAR x NEAR pixels: no noise */
    ENOUGH = FAR * FAR * LOUD / (2 * NEAR * NEAR) + 1, /* a drift that is more than any noise allows */
    STRIP = 512,    /* columns that are worked on at a time: what they need stays in the fast caches */
    WIDE = STRIP + 2 * REACH,
    MEMORY = 16,    /* frames over which the mean of a standing pixel is taken; then the newest counts for a 16th */
    BATCH = 256,    /* pixels whose means are taken at a time */
    LOOKAHEAD = 8   /* frames that are known at a time, at most as many as a byte has bits */
};

/* LOOKAHEAD and BATCH, for what hands over the frames, and makes room. */
EXPORT int64_t denoise_lookahead(void)
{
    return LOOKAHEAD;
}

EXPORT int64_t denoise_batch(void)
{
    return BATCH;
}

/* The last FAR rows of a strip, which begins REACH columns to the right: changes of each channel, and of the channel
 * that changes most; the sums of the former over FAR rows, of the latter over NEAR rows. */
typedef struct {
    int16_t steps[FAR][3 * WIDE], drift[3 * WIDE], change[WIDE];
    uint8_t largest[FAR][WIDE];
} Window;

static inline uint8_t larger(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/* The largest channel of n pixels; `levels` is changed, and has two values more. Only loops without a stride are as
 * fast as they can be: one byte of three is taken at the end. */
static void largest_channels(uint8_t *restrict levels, int64_t n, uint8_t *restrict largest)
{
    for (int64_t i = 0; i < 3 * n; i++)
        levels[i] = larger(larger(levels[i], levels[i + 1]), levels[i + 2]);
    for (int64_t i = 0; i < n; i++)
        largest[i] = levels[3 * i];
}

/* Put the changes of n pixels in the place of those of FAR rows before. */
static void renew_steps(const uint8_t *restrict before, const uint8_t *restrict after, int64_t n,
                        int16_t *restrict steps, int16_t *restrict drift, uint8_t *restrict largest)
{
    uint8_t sizes[3 * WIDE + 2];
    for (int64_t i = 0; i < 3 * n; i++) {
        int16_t step = (int16_t)(after[i] - before[i]);
        drift[i] = (int16_t)(drift[i] + (int16_t)(step - steps[i]));
        steps[i] = step;
    }
    for (int64_t i = 0; i < 3 * n; i++)
        sizes[i] = after[i] > before[i] ? (uint8_t)(after[i] - before[i]) : (uint8_t)(before[i] - after[i]);
    sizes[3 * n] = sizes[3 * n + 1] = 0;
    largest_channels(sizes, n, largest);
}

/* Mark by a bit which of n pixels move; `drift` and `change` begin REACH columns to the left of the first one. */
static void mark_moves(const int16_t *restrict drift, const int16_t *restrict change, const uint8_t *restrict largest,
                       uint8_t bit, int64_t n, uint8_t *restrict moves)
{
    int16_t thirds[3 * WIDE];
    uint8_t drifts[3 * STRIP + 2], most[STRIP];
    for (int64_t i = 0; i < 3 * (n + 6); i++)
        thirds[i] = (int16_t)((int16_t)(drift[i] + drift[i + 3]) + drift[i + 6]);
    for (int64_t i = 0; i < 3 * n; i++) {
        int16_t sum = (int16_t)((int16_t)(thirds[i] + thirds[i + 9]) + thirds[i + 18]);
        int16_t size = sum < 0 ? (int16_t)-sum : sum;
        drifts[i] = (uint8_t)(size < ENOUGH ? size : ENOUGH);
    }
    drifts[3 * n] = drifts[3 * n + 1] = 0;
    largest_channels(drifts, n, most);
    for (int64_t i = 0; i < n; i++) {
        int16_t two = (int16_t)(change[i + 2] + change[i + 3]), more = (int16_t)(change[i + 4] + change[i + 5]);
        int16_t around = (int16_t)((int16_t)(two + more) + change[i + 6]);
        int16_t calm = around < LOUD ? around : LOUD;
        /* most / 81 > around / 25 / 2 in whole numbers of 16 bits; where these do not hold it, `around` says it all */
        int16_t fades = -((int16_t)(2 * NEAR * NEAR * most[i]) > (int16_t)(FAR * FAR * calm)) & -(most[i] > DRIFT);
        int16_t moved = fades | (int16_t)-(calm == LOUD) | (int16_t)-(largest[i] > STEP);
        moves[i] |= (uint8_t)moved & bit;
    }
}

/* Put a row of which nothing changed in the place of that of FAR rows before. */
static void drop_steps(Window *window, int64_t row)
{
    for (int64_t i = 0; i < 3 * WIDE; i++)
        window->drift[i] = (int16_t)(window->drift[i] - window->steps[row][i]);
    memset(window->steps[row], 0, sizeof window->steps[row]);
    memset(window->largest[row], 0, sizeof window->largest[row]);
}

/* Mark what moves in n columns from `left` on. Where nothing changed in FAR rows, nothing is to be done. */
static void mark_strip(const uint8_t *before, const uint8_t *after, int64_t h, int64_t w, int64_t left, int64_t n,
                       uint8_t bit, uint8_t *moves)
{
    Window window;
    memset(&window, 0, sizeof window);
    int64_t from = left > REACH ? left - REACH : 0, end = left + n + REACH < w ? left + n + REACH : w;
    int64_t at = from - left + REACH, changed = -FAR; /* the last row in which something changed */
    for (int64_t y = 0; y < h + REACH; y++) {
        int64_t row = y % FAR, place = 3 * (y * w + from);
        if (y < h && memcmp(before + place, after + place, 3 * (size_t)(end - from)) != 0) {
            renew_steps(before + place, after + place, end - from, window.steps[row] + 3 * at, window.drift + 3 * at,
                        window.largest[row] + at);
            changed = y;
        } else if (y - changed <= FAR) {
            drop_steps(&window, row);
        }
        if (y - changed >= FAR)
            continue;
        const uint8_t *entering = window.largest[(y + FAR - NEAR / 2) % FAR];
        const uint8_t *leaving = window.largest[(y + FAR - NEAR / 2 - NEAR) % FAR];
        for (int64_t i = 0; i < WIDE; i++)
            window.change[i] = (int16_t)(window.change[i] + entering[i] - leaving[i]);
        if (y >= REACH)
            mark_moves(window.drift, window.change, window.largest[(y - REACH) % FAR] + REACH, bit, n,
                       moves + (y - REACH) * w + left);
    }
}

/* Mark by bit `place` of `moves` (h, w) where the picture `after` does not stand still, against the one before. */
EXPORT void denoise_movement(const uint8_t *before, const uint8_t *after, int64_t h, int64_t w, int64_t place,
                             uint8_t *moves)
{
    for (int64_t left = 0; left < w; left += STRIP)
        mark_strip(before, after, h, w, left, w - left < STRIP ? w - left : STRIP, (uint8_t)(1 << place), moves);
}

/* What a batch of pixels is to become. The mean of one that has moved begins with `begun` frames; of one that stands,
 * the newest is one of `share`, or none where the mean stays: 0. By channels: the same, three times each. */
typedef struct {
    uint8_t begun[BATCH], share[BATCH], begun_each[3 * BATCH], share_each[3 * BATCH];
    uint16_t total[3 * BATCH];
    int longest;
} Batch;

/* All bits, or none. */
static inline uint8_t mask_of(bool condition)
{
    return (uint8_t)-condition;
}

/* `a` where a mask has all bits, `b` where it has none: what a processor does for many bytes at a time. */
static inline uint8_t either(uint8_t mask, uint8_t a, uint8_t b)
{
    return (uint8_t)((a & mask) | (b & ~mask));
}

/* For how many frames each of n pixels stays as it is, from the bits of where it moves. */
static void find_persistence(const uint8_t *restrict moves, int64_t n, uint8_t *restrict persistence)
{
    memset(persistence, LOOKAHEAD, (size_t)n);
    for (int j = LOOKAHEAD - 1; j > 0; j--) {
        const uint8_t bit = (uint8_t)(1 << j), frames = (uint8_t)j;
        for (int64_t i = 0; i < n; i++)
            persistence[i] = either(mask_of(moves[i] & bit), frames, persistence[i]);
    }
}

/* Fill in a batch of n pixels, and go on with their counts. */
static void plan_means(Batch *restrict batch, const uint8_t *restrict moves, const uint8_t *restrict persistence,
                       uint8_t known, int64_t n, uint8_t *restrict counts)
{
    uint8_t longest = 0;
    for (int64_t i = 0; i < n; i++) {
        uint8_t moved = mask_of(moves[i] & 1), still = persistence[i] < known ? persistence[i] : known;
        uint8_t stays = mask_of(still == LOOKAHEAD), more = (uint8_t)(counts[i] + 1);
        uint8_t grown = more < MEMORY ? more : MEMORY;
        uint8_t count = either(moved, still, either(stays, grown, counts[i]));
        counts[i] = count;
        batch->begun[i] = moved & still;
        batch->share[i] = (moved | stays) & count;
        longest = larger(longest, batch->begun[i]);
    }
    batch->longest = longest;
    for (int64_t i = 0; i < n; i++)
        batch->begun_each[3 * i] = batch->begun_each[3 * i + 1] = batch->begun_each[3 * i + 2] = batch->begun[i];
    for (int64_t i = 0; i < n; i++)
        batch->share_each[3 * i] = batch->share_each[3 * i + 1] = batch->share_each[3 * i + 2] = batch->share[i];
}

/* Sum the frames with which means begin; of a pixel that stands, the newest one. */
static void sum_frames(Batch *restrict batch, const uint8_t *const *frames, int64_t known, int64_t first, int64_t n)
{
    const uint8_t *restrict begun = batch->begun_each;
    const uint8_t *restrict oldest = frames[0] + first, *restrict newest = frames[known - 1] + first;
    uint16_t *restrict total = batch->total;
    for (int64_t i = 0; i < n; i++)
        total[i] = either(mask_of(begun[i] != 0), oldest[i], newest[i]);
    for (uint8_t j = 1; j < batch->longest; j++) {
        const uint8_t *restrict later = frames[j] + first;
        for (int64_t i = 0; i < n; i++)
            total[i] = (uint16_t)(total[i] + (later[i] & mask_of(begun[i] > j)));
    }
}

/* Go on with n means, and round them. */
static void renew_means(const Batch *restrict batch, int64_t n, float *restrict means, uint8_t *restrict out)
{
    const uint8_t *restrict begun = batch->begun_each, *restrict share = batch->share_each;
    const uint16_t *restrict total = batch->total;
    for (int64_t i = 0; i < n; i++) {
        float mean = means[i], newest = total[i], part = share[i];
        float base = begun[i] ? 0.0f : mean;
        mean = base + (newest - base) / (share[i] ? part : INFINITY);
        means[i] = mean;
        out[i] = (uint8_t)(int32_t)(mean + 0.5f);
    }
}

/* Whether none of n means changes: none of the pixels moves, and all means are the levels of the newest frame. */
static bool stay_settled(const uint8_t *moves, const uint8_t *levels, const uint8_t *newest, int64_t n)
{
    uint8_t any = 0;
    for (int64_t i = 0; i < n; i++)
        any |= moves[i];
    return any == 0 && memcmp(levels, newest, 3 * (size_t)n) == 0;
}

/* Go on with n pixels whose means stay. */
static void leave_means(const uint8_t *restrict levels, bool counted, int64_t n, uint8_t *restrict counts,
                        uint8_t *restrict out, uint8_t *restrict persistence)
{
    for (int64_t i = 0; counted && i < n; i++) {
        uint8_t more = (uint8_t)(counts[i] + 1);
        counts[i] = more < MEMORY ? more : MEMORY;
    }
    memcpy(out, levels, 3 * (size_t)n);
    memset(persistence, LOOKAHEAD, (size_t)n);
}

/* Whether n means are exactly the levels that they are rounded to. */
static bool are_levels(const float *restrict means, const uint8_t *restrict levels, int64_t n)
{
    int32_t odd = 0;
    for (int64_t i = 0; i < n; i++)
        odd |= means[i] != (float)levels[i];
    return odd == 0;
}

/* The first of LOOKAHEAD frames of n pixels, without noise, into `out`, and for how many frames each pixel stays.
 *
 * `known` of the frames are known. Bit j of `moves` is set where the frame at j differs from the one before it; what is
 * left there is for the next frame. `means` (3 * n) and `counts` (n) go on from frame to frame. So does `settled`, a
 * byte for each BATCH pixels: whether their means are exactly what was put out last, `levels`; else that is not read.
 */
EXPORT void denoise_average(const uint8_t *const *frames, int64_t known, int64_t n, uint8_t *moves, float *means,
                            uint8_t *counts, const uint8_t *levels, bool *settled, uint8_t *out, uint8_t *persistence)
{
    Batch batch;
    for (int64_t first = 0; first < n; first += BATCH, settled++) {
        int64_t count = n - first < BATCH ? n - first : BATCH;
        if (*settled && stay_settled(moves + first, levels + 3 * first, frames[known - 1] + 3 * first, count)) {
            leave_means(levels + 3 * first, known == LOOKAHEAD, count, counts + first, out + 3 * first,
                        persistence + first);
            continue;
        }
        find_persistence(moves + first, count, persistence + first);
        plan_means(&batch, moves + first, persistence + first, (uint8_t)known, count, counts + first);
        for (int64_t i = first; i < first + count; i++)
            moves[i] >>= 1;
        sum_frames(&batch, frames, known, 3 * first, 3 * count);
        renew_means(&batch, 3 * count, means + 3 * first, out + 3 * first);
        *settled = are_levels(means + 3 * first, out + 3 * first, 3 * count);
    }
}
