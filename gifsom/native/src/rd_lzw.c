/* LZW that chooses its symbols: mapping, keeping and coding as one rate-distortion decision.
 *
 * A pixel may show any entry of the table, or stay as it is ("transparent"). Each choice has a distortion, and a code
 * has a rate in bits, each of which costs lambda_. A phrase is a path in the dictionary's tree; the coder takes the one
 * with the least
 *
 *     distortion + cost of its code - (what coding a pixel has cost of late) * its pixels
 *
 * A node knows the height of the tree below it, and what cannot become better than the best phrase so far is left out.
 * Costs are in units of distortion, see distortion.h. LZW: GIF89a specification, appendix F; lazy matching: P. Deutsch,
 * RFC 1951 ("DEFLATE"), section 4, here over several shorter phrases.
 */
#include <stdlib.h>

#include "kernel.h"
#include "lzw_codes.h"
#include "rd_search.h"

enum {
    MAX_SHORTER = 4, /* pixels by which a phrase is cut at most */
    MIN_GAIN = 1     /* pixels by which both together must be worth more: a decoder adds nothing for a shorter one */
};

/* Share of the last phrase in what coding a pixel has cost of late: a mean over some 50 phrases. (The least cost of a
 * pixel was tried in its place: it needs up to 10 % more bytes on film, since a pixel that is easy to code makes one
 * beside it look expensive.) Before the first phrase, three pixels to a code of 12 bits. */
static const double RECENT = 0.02, FIRST_BITS = 12.0, FIRST_LENGTH = 3.0;

/* Cost of a bit below which a phrase without a distortion may be cut for the sake of the next one: where bytes hardly
 * count, every choice is as good, and a terminal takes 2.3 % less. Where they cost more it is 0.5 %, in more than twice
 * the time. */
static const double LAZY_LAMBDA = 1e-6;

/* Pixels that phrases must have had of late for it: without that, film takes four times as long, for a third of a
 * percent. With 6, film takes a quarter longer than with 8, and a terminal 0.4 % less. */
static const double LAZY_LENGTH = 8.0;

/* The phrase without a distortion from pixel `at`, or the beginning of it with which the next one is worth the most. */
static Phrase lazy_match(Search *search, int64_t at, Phrase phrase, float cost_per_pixel)
{
    int64_t end = at + phrase.length;
    if (end >= search->n)
        return phrase;
    Phrase taken = phrase;
    int most = phrase.length - 1 < MAX_SHORTER ? phrase.length - 1 : MAX_SHORTER, node = phrase.node;
    float least = INFINITY;
    for (int less = 0; less <= most; less++) {
        Phrase next;
        search_phrase(search, end - less, cost_per_pixel, &next);
        int covered = phrase.length - less + next.length + (less > 0 ? 0 : MIN_GAIN);
        float score = next.distortion - cost_per_pixel * (float)covered;
        if (score < least) {
            least = score;
            taken.node = node;
            taken.length = phrase.length - less;
        }
        node = search->book.nodes[node].parent;
    }
    return taken;
}

/* Write the symbols of a phrase at a pixel: those from where it was first met, which ends at this pixel at the latest,
 * and its last one. */
static inline void write_symbols(const Dictionary *book, const Phrase *phrase, uint8_t *symbols, int64_t at)
{
    int last = phrase->length - 1;
    memcpy(symbols + at, symbols + book->met[phrase->node], (size_t)last);
    symbols[at + last] = book->nodes[phrase->node].symbol;
}

/* Choose the symbols (n,) of n > 0 pixels and code them into `out`, of 2 * n + 16 bytes. Gives the size of the stream,
 * and the distortion of all; -1: there is no memory.
 *
 * best         (n,): the nearest entry of each
 * table        (entries,): its colors
 * candidates   (entries, candidates_count): what a pixel may show whose best entry it is, the nearest first
 * transparent  the symbol for "as it is"; -1: there is none
 * lambda_      cost of a bit, > 0 */
EXPORT int64_t rd_encode(const Pixel *pixels, const Cost *costs, const uint8_t *best, int64_t n, const Color *table,
                         int64_t entries, const uint8_t *candidates, int64_t candidates_count, int64_t transparent,
                         int64_t min_code_size, double lambda_, uint8_t *symbols, uint8_t *out, double *distortion_out)
{
    void *room = malloc(sizeof(Search) + 63);
    if (room == NULL)
        return -1; /* unreached: no test takes all memory */
    Search *search = (Search *)(((uintptr_t)room + 63) / 64 * 64);
    search->pixels = pixels;
    search->costs = costs;
    search->best = best;
    search->n = n;
    begin_search(search, table, entries, candidates, candidates_count, transparent < 0 ? NONE : (int)transparent);
    Dictionary *book = &search->book;
    CodeState codes = cleared((int)min_code_size);
    BitWriter writer = {out, 0, 0, 0};
    put_code(&writer, (uint64_t)codes.clear_code, codes.width);
    double recent_cost = FIRST_BITS * lambda_, recent_length = FIRST_LENGTH, total = 0.0;
    int before = NONE, before_head = 0, before_length = 0; /* the phrase coded last: node, first symbol, pixels */
    for (int64_t at = 0; at < n;) {
        /* The decoder knows "before + its own first symbol" already while it reads the next code. */
        book->met[codes.next_code] = at - before_length;
        bool tentative = before != NONE && grow(book, before, before_head, codes.next_code);
        float cost_per_pixel = (float)(recent_cost / recent_length);
        Phrase phrase;
        search_phrase(search, at, cost_per_pixel, &phrase);
        if (lambda_ < LAZY_LAMBDA && phrase.distortion == 0.0f && recent_length >= LAZY_LENGTH)
            phrase = lazy_match(search, at, phrase, cost_per_pixel);
        total += (double)phrase.distortion;
        recent_cost += ((double)phrase.distortion + lambda_ * codes.width - recent_cost) * RECENT;
        recent_length += (phrase.length - recent_length) * RECENT;
        write_symbols(book, &phrase, symbols, at);
        int head = symbols[at];
        if (before != NONE && head != before_head) {
            if (tentative)
                cut(book, before, codes.next_code);
            grow(book, before, head, codes.next_code);
        }
        codes.next_code += before != NONE;
        put_phrase(&writer, &codes, phrase.node);
        before = phrase.node;
        before_head = head;
        before_length = phrase.length;
        at += phrase.length;
        if (codes.next_code == CODES && at < n) {
            put_clear(&writer, &codes, (int)min_code_size);
            clear_dictionary(book);
            before = NONE;
        }
        flush_bytes(&writer);
    }
    *distortion_out = total;
    free(room);
    return put_end(&writer, &codes);
}
