/* The canvas: what a viewer of a GIF sees once an image has been drawn on it (GIF89a specification, section 20). */
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
