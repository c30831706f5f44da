/* A writer of LZW code streams: codes of a varying width, packed with the lowest bit first (GIF89a specification,
 * appendix F).
 */
#ifndef GIFSOM_BITS_H
#define GIFSOM_BITS_H

#include <stdint.h>

/* The stream so far: `size` whole bytes, and `filled` bits (fewer than 8 after a flush) that wait in `bits`. */
typedef struct {
    uint8_t *out;
    int64_t size;
    uint64_t bits;
    int filled;
} BitWriter;

/* Append a code of `width` bits, at most 24 of which may wait. */
static inline void put_code(BitWriter *writer, uint64_t code, int width)
{
    writer->bits |= code << writer->filled;
    writer->filled += width;
}

/* Write the bytes that are complete. */
static inline void flush_bytes(BitWriter *writer)
{
    while (writer->filled >= 8) {
        writer->out[writer->size++] = (uint8_t)writer->bits;
        writer->bits >>= 8;
        writer->filled -= 8;
    }
}

/* Write all that is left; the last byte is filled up with zeros. Gives the size of the stream in bytes. */
static inline int64_t finish_stream(BitWriter *writer)
{
    flush_bytes(writer);
    if (writer->filled > 0)
        writer->out[writer->size++] = (uint8_t)writer->bits;
    writer->filled = 0;
    return writer->size;
}

#endif
