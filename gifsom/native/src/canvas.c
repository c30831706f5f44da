/* The canvas: what a viewer of a GIF sees once an image has been drawn on it (GIF89a specification, section 20), and
 * where one picture differs from another. */
#include <string.h>

#include "color.h"
#include "kernel.h"

/* Lay an image over a canvas of n pixels: entry `symbol` of its table (at most 256 canvas numbers), or where there is
 * none, what lies below. `out` may be `below`. */
EXPORT void composite(const uint8_t *symbols, const uint16_t *entries, int64_t count, const uint16_t *below,
                      uint16_t *out, int64_t n)
{
    uint16_t table[TABLE] = {0}, kept[TABLE] = {0};
    for (int64_t i = 0; i < TABLE; i++) {
        table[i] = i < count ? entries[i] : 0;
        kept[i] = i < count ? 0 : UINT16_MAX;
    }
    for (int64_t i = 0; i < n; i++)
        out[i] = table[symbols[i]] | (below[i] & kept[symbols[i]]);
}

/* The bytes at the beginning of two rows that are equal, up to n. */
static inline int64_t equal_head(const uint8_t *restrict a, const uint8_t *restrict b, int64_t n)
{
    int64_t i = 0;
    if (memcmp(a, b, (size_t)n) == 0)
        return n;
    while (a[i] == b[i])
        i++;
    return i;
}

/* The end of the last bytes of two rows that differ, from `first` up to n; `first` where none does. */
static inline int64_t differing_end(const uint8_t *restrict a, const uint8_t *restrict b, int64_t first, int64_t n)
{
    if (memcmp(a + first, b + first, (size_t)(n - first)) == 0)
        return first;
    while (a[n - 1] == b[n - 1])
        n--;
    return n;
}

/* The rectangle in which two pictures of h rows of n bytes differ: top and bottom in rows, left and right in bytes,
 * into `rect` (4); bottom is 0 where they are equal. */
EXPORT void changed_rect(const uint8_t *before, const uint8_t *after, int64_t h, int64_t n, int64_t *rect)
{
    int64_t top = 0, bottom = h, left = n, right = 0;
    while (top < h && memcmp(before + top * n, after + top * n, (size_t)n) == 0)
        top++;
    if (top == h)
        bottom = 0;
    else
        while (memcmp(before + (bottom - 1) * n, after + (bottom - 1) * n, (size_t)n) == 0)
            bottom--;
    for (int64_t y = top; y < bottom; y++) {
        const uint8_t *a = before + y * n, *b = after + y * n;
        left = equal_head(a, b, left);
        right = differing_end(a, b, right, n);
    }
    rect[0] = top;
    rect[1] = bottom;
    rect[2] = left;
    rect[3] = right;
}

/* How many of n pixels of three bytes differ by at most `limit` in each channel; counting ends soon after `enough`. */
EXPORT int64_t count_near(const uint8_t *before, const uint8_t *after, int64_t n, int64_t limit, int64_t enough)
{
    enum { STRIP = 1024 };
    int64_t count = 0;
    for (int64_t first = 0; first < n && count <= enough; first += STRIP) {
        int64_t last = n - first < STRIP ? n : first + STRIP;
        for (int64_t i = 3 * first; i < 3 * last; i += 3) {
            int r = before[i] - after[i], g = before[i + 1] - after[i + 1], b = before[i + 2] - after[i + 2];
            count += r <= limit && -r <= limit && g <= limit && -g <= limit && b <= limit && -b <= limit;
        }
    }
    return count;
}
