/* Pictures of a screen made small for the log of a recording, and what changed between two of them.
 *
 * A picture is height rows of width numbers 0x..RRGGBB, whose upper 8 bits mean nothing. A part of it is packed as
 * planes of red, green and blue, each row as the difference to the row above it, modulo 256: PNG's filter "Up" (ISO/IEC
 * 15948, 9.2), but with the channels apart, which zstandard makes smaller. Sizes and places are in pixels.
 */
#include "kernel.h"

enum { COLOR = 0xFFFFFF };

/* A rectangle of pixels; right and bottom lie just outside. */
typedef struct {
    int64_t left, top, right, bottom;
} Box;

/* Whether two rows of `count` pixels differ. Without a way out of the loop it is the fastest. */
static bool rows_differ(const uint32_t *restrict before, const uint32_t *restrict now, int64_t count)
{
    uint32_t difference = 0;
    for (int64_t x = 0; x < count; x++)
        difference |= before[x] ^ now[x];
    return (difference & COLOR) != 0;
}

/* Whether two pictures look the same. */
EXPORT bool same_picture(const uint32_t *restrict before, const uint32_t *restrict now, int64_t height, int64_t width)
{
    for (int64_t y = 0; y < height; y++)
        if (rows_differ(before + y * width, now + y * width, width))
            return false;
    return true;
}

/* The first of `count` pixels that differs; there is one. */
static int64_t first_different(const uint32_t *restrict before, const uint32_t *restrict now)
{
    int64_t x = 0;
    while (!((before[x] ^ now[x]) & COLOR))
        x++;
    return x;
}

/* The number of pixels up to the last one that differs, which is one of `count`. */
static int64_t last_different(const uint32_t *restrict before, const uint32_t *restrict now, int64_t count)
{
    while (!((before[count - 1] ^ now[count - 1]) & COLOR))
        count--;
    return count;
}

/* The smallest box of all that differs between two pictures; false, and no box, where nothing does. */
EXPORT bool changed_box(const uint32_t *restrict before, const uint32_t *restrict now, int64_t height, int64_t width,
                        Box *restrict box)
{
    int64_t top = 0, bottom = height, left = width, right = 0;
    while (top < height && !rows_differ(before + top * width, now + top * width, width))
        top++;
    if (top == height)
        return false;
    while (!rows_differ(before + (bottom - 1) * width, now + (bottom - 1) * width, width))
        bottom--;
    for (int64_t y = top; y < bottom; y++) {
        const uint32_t *old = before + y * width, *new = now + y * width;
        if (rows_differ(old, new, left))
            left = first_different(old, new);
        if (rows_differ(old + right, new + right, width - right))
            right = last_different(old, new, width);
    }
    *box = (Box){left, top, right, bottom};
    return true;
}

/* A row as it is, in a row of each plane, and copied into `kept`. */
static void first_row(const uint32_t *restrict row, uint32_t *restrict kept, uint8_t *restrict red,
                      uint8_t *restrict green, uint8_t *restrict blue, int64_t width)
{
    for (int64_t x = 0; x < width; x++) {
        red[x] = (uint8_t)(row[x] >> 16);
        green[x] = (uint8_t)(row[x] >> 8);
        blue[x] = (uint8_t)row[x];
        kept[x] = row[x];
    }
}

/* A row as differences to the one above, in a row of each plane, and copied into `kept`. */
static void next_row(const uint32_t *restrict row, const uint32_t *restrict above, uint32_t *restrict kept,
                     uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue, int64_t width)
{
    for (int64_t x = 0; x < width; x++) {
        red[x] = (uint8_t)((row[x] >> 16) - (above[x] >> 16));
        green[x] = (uint8_t)((row[x] >> 8) - (above[x] >> 8));
        blue[x] = (uint8_t)(row[x] - above[x]);
        kept[x] = row[x];
    }
}

/* The part of `now`, a picture of rows of `stride` pixels, that begins at (left, top), in planes of height rows of
 * width differences. It is copied into `kept`, another such picture. */
EXPORT void filter_part(const uint32_t *restrict now, uint32_t *restrict kept, int64_t stride, int64_t left,
                        int64_t top, uint8_t *restrict planes, int64_t height, int64_t width)
{
    for (int64_t y = 0; y < height; y++) {
        int64_t start = (top + y) * stride + left;
        const uint32_t *row = now + start;
        uint8_t *red = planes + y * width, *green = red + height * width, *blue = green + height * width;
        if (y == 0)
            first_row(row, kept + start, red, green, blue, width);
        else
            next_row(row, row - stride, kept + start, red, green, blue, width);
    }
}

/* Undoes `filter_part`: writes a part into a picture of rows of `stride` pixels of red, green and blue. */
EXPORT void restore_part(const uint8_t *restrict planes, int64_t height, int64_t width, uint8_t *restrict picture,
                         int64_t stride, int64_t left, int64_t top)
{
    for (int64_t y = 0; y < height; y++) {
        const uint8_t *red = planes + y * width, *green = red + height * width, *blue = green + height * width;
        uint8_t *row = picture + 3 * ((top + y) * stride + left);
        const uint8_t *above = row - 3 * stride;
        for (int64_t x = 0; x < width; x++) {
            row[3 * x] = red[x];
            row[3 * x + 1] = green[x];
            row[3 * x + 2] = blue[x];
        }
        for (int64_t i = 0; y > 0 && i < 3 * width; i++)
            row[i] = (uint8_t)(row[i] + above[i]);
    }
}
