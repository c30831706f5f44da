/* LZW for GIF (GIF89a specification, appendix F; T. Welch, "A Technique for High-Performance Data Compression", 1984).
 *
 * A pixel that may stay as it is has two symbols of equal meaning: its own, and "transparent". The coder takes the
 * longest phrase over all such choices. It can take a shorter one where the next phrase then reaches farther
 * (A. Hartman and M. Rodeh, "Optimal parsing of strings", 1985). The dictionary is a hash table: an entry is one
 * number, its node (12 bits), its symbol (8) and the node that these lead to (12).
 */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "lzw_codes.h"

enum {
    SLOTS_LOG2 = 14, /* at most a quarter of the slots is in use, so an entry is nearly always found at once */
    SLOTS = 1 << SLOTS_LOG2,
    MAX_SHORTER = 6 /* pixels by which a phrase may be shorter than the longest: with 3, a game of 14 colors takes 1 %
                     * more, with 16 as much */
};

/* A phrase that the pixels allow: its node, and its first symbol. */
typedef struct {
    uint16_t node, head;
} Path;

/* What has been found: the longest phrase, its first symbol, its length in pixels. */
typedef struct {
    int node, head;
    int64_t length;
} Match;

/* The dictionary, and the paths that are reached at a depth and at the next one. */
typedef struct {
    uint32_t slots[SLOTS];
    Path paths[2][CODES];
} Scratch;

/* Pixels: their symbols, and where "transparent" may stand for these. */
typedef struct {
    const uint8_t *symbols;
    const bool *unchanged;
    int transparent;
} Source;

/* The slot of a node's child by a symbol, or the empty one where it would be. A child is never 0. */
static inline uint32_t *slot_of(uint32_t *slots, int node, int symbol)
{
    uint32_t key = (uint32_t)(node << 8 | symbol);
    uint32_t at = key * 2654435769u >> (32 - SLOTS_LOG2);
    while (slots[at] != 0 && slots[at] >> 12 != key)
        at = (at + 1) % SLOTS;
    return slots + at;
}

/* The child of a node by a symbol; 0: there is none. */
static inline int child_of(uint32_t *slots, int node, int symbol)
{
    return (int)(*slot_of(slots, node, symbol) & (CODES - 1));
}

/* Make `code` the child of a node, which has none by this symbol. */
static inline void add_child(uint32_t *slots, int node, int symbol, int code)
{
    *slot_of(slots, node, symbol) = (uint32_t)node << 20 | (uint32_t)symbol << 12 | (uint32_t)code;
}

/* Take away the child that was added last: no other one lies behind it for its sake. */
static inline void remove_last(uint32_t *slots, int node, int symbol)
{
    *slot_of(slots, node, symbol) = 0;
}

/* Go on from the paths `from` by what a pixel may show; gives how many are reached. */
static inline int64_t extend_paths(uint32_t *slots, const Path *from, int64_t count, Path *to, int symbol, int other)
{
    int64_t reached = 0;
    for (int64_t k = 0; k < count; k++) {
        int child = child_of(slots, from[k].node, symbol);
        to[reached] = (Path){(uint16_t)child, from[k].head};
        reached += child != 0;
        if (other < 0)
            continue;
        child = child_of(slots, from[k].node, other);
        to[reached] = (Path){(uint16_t)child, from[k].head};
        reached += child != 0;
    }
    return reached;
}

/* The symbol besides its own that a pixel may show; -1: there is none. */
static inline int other_symbol(const Source *source, int64_t at)
{
    return source->unchanged[at] && source->symbols[at] != source->transparent ? source->transparent : -1;
}

/* The longest phrase in the dictionary that the pixels `at` to `end` allow. */
static Match longest_match(Scratch *scratch, const Source *source, int64_t at, int64_t end)
{
    Path *now = scratch->paths[0], *next = scratch->paths[1];
    int other = other_symbol(source, at);
    int64_t alive = 1, length = 1;
    now[0] = (Path){source->symbols[at], source->symbols[at]};
    if (other >= 0)
        now[alive++] = (Path){(uint16_t)other, (uint16_t)other};
    for (; at + length < end; length++) {
        int symbol = source->symbols[at + length];
        int64_t reached = extend_paths(scratch->slots, now, alive, next, symbol, other_symbol(source, at + length));
        if (reached == 0)
            break;
        Path *swap = now;
        now = next, next = swap;
        alive = reached;
    }
    return (Match){now[alive - 1].node, now[alive - 1].head, length};
}

/* How many pixels of the longest phrase `at`, `length`, to code: all, or fewer where the next phrase then reaches
 * farther by more than one `min_gain_divisor`th of it. What a decoder adds to the dictionary behind a shorter phrase is
 * there already: that is what it must make up for. */
static int64_t flexible_parse(Scratch *scratch, const Source *source, int64_t at, int64_t length, int64_t end,
                              int64_t min_gain_divisor)
{
    int64_t mid = at + length, taken = length;
    if (mid == end)
        return length;
    int64_t farthest = mid + longest_match(scratch, source, mid, end).length + length / min_gain_divisor;
    int64_t most = length - 1 < MAX_SHORTER ? length - 1 : MAX_SHORTER;
    for (int64_t less = 1; less <= most; less++) {
        int64_t reached = mid - less + longest_match(scratch, source, mid - less, end).length;
        if (reached > farthest) {
            farthest = reached;
            taken = length - less;
        }
    }
    return taken;
}

/* The phrase to code at a pixel. */
static Match next_match(Scratch *scratch, const Source *source, int64_t at, int64_t end, int64_t min_gain_divisor)
{
    Match match = longest_match(scratch, source, at, end);
    if (min_gain_divisor == 0)
        return match;
    int64_t taken = flexible_parse(scratch, source, at, match.length, end, min_gain_divisor);
    return taken < match.length ? longest_match(scratch, source, at, at + taken) : match;
}

/* Code n > 0 symbols below 2**min_code_size (2 to 8) into `out`, of 2 * n + 16 bytes; gives the size of the stream.
 *
 * unchanged         (n,): where `transparent` may stand for the symbol
 * first_clear       codes at which the dictionary is cleared for the first time, 2**min_code_size + 3 to CODES
 * min_gain_divisor  see flexible_parse; 0: the longest phrase is always taken */
EXPORT int64_t lzw_encode(const uint8_t *symbols, const bool *unchanged, int64_t n, int64_t transparent,
                          int64_t min_code_size, int64_t first_clear, int64_t min_gain_divisor, uint8_t *out)
{
    Scratch *scratch = malloc(sizeof *scratch);
    if (scratch == NULL)
        return -1; /* unreached: no test takes all memory */
    Source source = {symbols, unchanged, (int)transparent};
    CodeState state = cleared((int)min_code_size);
    BitWriter writer = {out, 0, 0, 0};
    put_code(&writer, (uint64_t)state.clear_code, state.width);
    memset(scratch->slots, 0, sizeof scratch->slots);
    int before = -1, before_head = 0; /* the phrase that was coded last: its node, and its first symbol */
    int64_t limit = first_clear;
    for (int64_t at = 0; at < n;) {
        /* The decoder knows "before + its own first symbol" already while it reads the next code. */
        bool tentative = before >= 0 && child_of(scratch->slots, before, before_head) == 0;
        if (tentative)
            add_child(scratch->slots, before, before_head, state.next_code);
        Match match = next_match(scratch, &source, at, n, min_gain_divisor);
        if (before >= 0 && match.head != before_head) {
            if (tentative)
                remove_last(scratch->slots, before, before_head);
            if (child_of(scratch->slots, before, match.head) == 0) /* else the phrase before could have been longer */
                add_child(scratch->slots, before, match.head, state.next_code);
        }
        state.next_code += before >= 0;
        put_phrase(&writer, &state, match.node);
        before = match.node;
        before_head = match.head;
        at += match.length;
        if (state.next_code == limit && at < n) {
            put_clear(&writer, &state, (int)min_code_size);
            memset(scratch->slots, 0, sizeof scratch->slots);
            limit = CODES;
            before = -1;
        }
        flush_bytes(&writer);
    }
    free(scratch);
    return put_end(&writer, &state);
}

/* Write the code stream of `size` bytes in `data` with other symbols into `out`, of size + 16 bytes; gives its size.
 *
 * A coder compares symbols and never asks what they are: all codes of phrases stay, and only those of single symbols
 * change. symbols (256): what stands for each one. */
EXPORT int64_t lzw_replace(const uint8_t *restrict data, int64_t size, int64_t min_code_size,
                           const uint8_t *restrict symbols, uint8_t *restrict out)
{
    BitReader reader = {data, size, 0, 0, 0};
    BitWriter writer = {out, 0, 0, 0};
    CodeState state = cleared((int)min_code_size);
    bool begun = false; /* a phrase was read since the last clear */
    for (int code; (code = read_code(&reader, state.width)) >= 0 && code != state.clear_code + 1;) {
        if (code == state.clear_code) {
            put_clear(&writer, &state, (int)min_code_size);
            begun = false;
        } else {
            state.next_code += begun;
            put_phrase(&writer, &state, code < state.clear_code ? symbols[code] : code);
            begun = true;
        }
        flush_bytes(&writer);
    }
    return put_end(&writer, &state);
}
