/* A writer and a reader of LZW code streams: codes of a varying width, packed with the lowest bit first (GIF89a specification,
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

/* Bytes that are read as codes; `bits` holds the `filled` next ones. */
typedef struct {
    const uint8_t *data;
    int64_t size, at;
    uint64_t bits;
    int filled;
} BitReader;

/* The next code of `width` bits; -1: there are fewer. */
static inline int read_code(BitReader *reader, int width)
{
    while (reader->filled < width && reader->at < reader->size) {
        reader->bits |= (uint64_t)reader->data[reader->at++] << reader->filled;
        reader->filled += 8;
    }
    if (reader->filled < width)
        return -1;
    int code = (int)(reader->bits & ((1u << width) - 1));
    reader->bits >>= width;
    reader->filled -= width;
    return code;
}

#endif
