/* LZW decoding that notes what each pixel costs (GIF89a specification, appendix F; T. Welch, "A Technique for
 * High-Performance Data Compression", 1984).
 *
 * Streams are hostile: they end at their first error, and nothing outside of the arrays is read or written. A phrase
 * of the dictionary is a stretch of what has been decoded already: the phrase before and the symbol behind it.
 */
#include "kernel.h"
#include "lzw_codes.h"

/* A stretch of the symbols. */
typedef struct {
    int64_t start, length;
} Phrase;

/* Copy forward, one by one: a phrase that is not complete yet begins with the symbol that it lacks. */
static inline void copy_phrase(uint8_t *symbols, int64_t from, int64_t to, int64_t length)
{
    for (int64_t i = 0; i < length; i++)
        symbols[to + i] = symbols[from + i];
}

/* Decode the `size` bytes of a code stream into at most n symbols, and each one's share of its code's bits.
 * min_code_size: 1 to 11. Gives the number of symbols. */
EXPORT int64_t lzw_decode(const uint8_t *data, int64_t size, int64_t min_code_size, uint8_t *restrict symbols,
                          float *restrict cost_per_pixel, int64_t n)
{
    Phrase phrases[CODES];
    BitReader reader = {data, size, 0, 0, 0};
    CodeState state = cleared((int)min_code_size);
    Phrase before = {0, 0}; /* no length: none since the last clear */
    int64_t done = 0;
    while (done < n) {
        int code = read_code(&reader, state.width);
        if (code == state.clear_code) {
            state = cleared((int)min_code_size);
            before.length = 0;
            continue;
        }
        int known = before.length > 0 ? state.next_code : state.clear_code - 1; /* the highest code that may come */
        if (code < 0 || code == state.clear_code + 1 || code > known)
            break;
        int width = state.width;
        if (before.length > 0 && state.next_code < CODES) {
            phrases[state.next_code++] = (Phrase){before.start, before.length + 1};
            if (state.next_code == 1 << state.width && state.width < MAX_WIDTH)
                state.width++;
        }
        Phrase phrase = {done, 1};
        if (code < state.clear_code)
            symbols[done] = (uint8_t)code;
        else
            phrase = phrases[code];
        int64_t length = phrase.length < n - done ? phrase.length : n - done;
        float cost = (float)((double)width / (double)phrase.length);
        if (phrase.start < done)
            copy_phrase(symbols, phrase.start, done, length);
        for (int64_t i = 0; i < length; i++)
            cost_per_pixel[done + i] = cost;
        before = (Phrase){done, phrase.length};
        done += length;
    }
    return done;
}
