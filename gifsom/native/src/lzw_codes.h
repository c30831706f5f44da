/* The codes of GIF's LZW, as a coder and its decoder count them (GIF89a specification, appendix F).
 *
 * Below clear_code lie the symbols themselves, behind it the end code, then the phrases in the order of their making.
 */
#ifndef GIFSOM_LZW_CODES_H
#define GIFSOM_LZW_CODES_H

#include <stdint.h>

#include "bits.h"

enum {
    CODES = 4096,  /* of a full dictionary */
    MAX_WIDTH = 12 /* bits of a code */
};

/* Where a coder is: the width of the next code, and the code of the next phrase. */
typedef struct {
    int clear_code, width, next_code;
} CodeState;

/* The state after a clear code. */
static inline CodeState cleared(int min_code_size)
{
    int clear_code = 1 << min_code_size;
    return (CodeState){clear_code, min_code_size + 1, clear_code + 2};
}

/* Append a code. The entry that it completes is numbered next_code, and is the first that may need one bit more. */
static inline void put_phrase(BitWriter *writer, CodeState *state, int code)
{
    put_code(writer, (uint64_t)code, state->width);
    if (state->next_code >= 1 << state->width && state->width < MAX_WIDTH)
        state->width++;
}

/* Append a clear code, and begin anew. */
static inline void put_clear(BitWriter *writer, CodeState *state, int min_code_size)
{
    put_code(writer, (uint64_t)state->clear_code, state->width);
    *state = cleared(min_code_size);
}

/* Append the end code and finish. Gives the size of the stream in bytes. */
static inline int64_t put_end(BitWriter *writer, const CodeState *state)
{
    put_code(writer, (uint64_t)state->clear_code + 1, state->width);
    return finish_stream(writer);
}

#endif
