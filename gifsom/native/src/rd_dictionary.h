/* The LZW dictionary of the rate-distortion coder: a tree, made for looking at the children of a node four at a time.
 *
 * Children of a node lie in quads, by the classes of their symbols, within a class the newest first. With each child
 * lie its color and the height of the tree below it, so that one cache line tells what four of them are worth. The
 * child by "transparent" stands alone: its class comes last.
 */
#ifndef GIFSOM_RD_DICTIONARY_H
#define GIFSOM_RD_DICTIONARY_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "color.h"
#include "lzw_codes.h"

enum {
    CLASSES = 63,      /* of symbols, as many as the bits of a word, but for the one of "transparent" alone */
    CLASS_SYMBOLS = 4, /* in a class: symbols beside each other in a table are alike, near colors lie in few classes */
    NONE = 65535,      /* no node, or no symbol */
    LANES = 4          /* of what every processor computes with at a time: 16 bytes */
};

typedef float Float4 __attribute__((vector_size(16)));
typedef int32_t Int4 __attribute__((vector_size(16)));
typedef int64_t Long2 __attribute__((vector_size(16)));

/* Four children: their colors (NAN in those lanes that are empty), and class, height and node of each as one number. */
typedef struct {
    Float4 lightness, a, b;
    Int4 link;
} Quad;

enum { HEIGHT_SHIFT = 12, CLASS_SHIFT = 24, FIELD = 4095 };

/* A node, which stands for a phrase. */
typedef struct {
    uint16_t parent, height; /* NONE for a single symbol; the longest path below it */
    uint16_t first, count;   /* its first quad; its children, but for the one by "transparent" */
    uint16_t kept, quads;    /* the child by "transparent" or NONE; quads that there is room for */
    uint8_t symbol, class;
    uint64_t classes; /* of its children, but for "transparent", as bits; of children that were cut, too */
} Node;

/* The dictionary. A node takes twice as many quads when its own are full and leaves those behind: at least as many
 * children are there whenever quads are taken, so that CODES of them are enough. */
typedef struct {
    Quad quads[CODES];
    Node nodes[CODES];
    int64_t met[CODES]; /* for each node the pixel where its phrase was first met; of no use for single symbols */
    Color colors[TABLE];
    uint8_t class_of[TABLE];
    uint16_t runs[CODES]; /* nodes of the phrases of nothing but "transparent", by their lengths */
    int run_length;       /* of the longest of these */
    int quads_used;
    int transparent; /* the symbol, or NONE */
} Dictionary;

/* Make all symbols nodes that have no children. */
static void clear_dictionary(Dictionary *restrict book)
{
    memset(book->met, 0, TABLE * sizeof *book->met);
    for (int symbol = 0; symbol < TABLE; symbol++)
        book->nodes[symbol] = (Node){NONE, 0, 0, 0, NONE, 0, (uint8_t)symbol, book->class_of[symbol], 0};
    book->run_length = 1;
    book->runs[1] = (uint16_t)book->transparent;
    book->quads_used = 0;
}

/* A lane of the children of a node. */
static inline int32_t *link_at(Quad *quads, int at)
{
    return (int32_t *)&quads[at / LANES].link + at % LANES;
}

/* Copy a lane to another one. */
static inline void copy_lane(Quad *quads, int to, int from)
{
    Quad *target = quads + to / LANES;
    const Quad *source = quads + from / LANES;
    target->lightness[to % LANES] = source->lightness[from % LANES];
    target->a[to % LANES] = source->a[from % LANES];
    target->b[to % LANES] = source->b[from % LANES];
    target->link[to % LANES] = source->link[from % LANES];
}

/* Make room for one child more: twice the quads, the new lanes of which are empty. */
static void make_room(Dictionary *restrict book, Node *node)
{
    int quads = node->quads > 0 ? 2 * node->quads : 1;
    Quad *room = book->quads + book->quads_used;
    memcpy(room, book->quads + node->first, node->quads * sizeof(Quad));
    for (int i = node->quads; i < quads; i++)
        room[i].lightness = (Float4){NAN, NAN, NAN, NAN};
    node->first = (uint16_t)book->quads_used;
    node->quads = (uint16_t)quads;
    book->quads_used += quads;
}

/* Where the child by a symbol belongs among its siblings; -1: there is one. */
static int place_of_child(const Dictionary *restrict book, const Node *node, int symbol)
{
    const Quad *quads = book->quads + node->first;
    int class = book->class_of[symbol], at = 0;
    while (at < node->count && quads[at / LANES].link[at % LANES] >> CLASS_SHIFT < class)
        at++;
    for (int i = at; i < node->count; i++) {
        int32_t link = quads[i / LANES].link[i % LANES];
        if (link >> CLASS_SHIFT != class)
            break;
        if (book->nodes[link & FIELD].symbol == symbol)
            return -1;
    }
    return at;
}

/* Put a child at a place among its siblings. */
static void insert_child(Dictionary *restrict book, Node *node, int at, int symbol, int code)
{
    if (node->count == LANES * node->quads)
        make_room(book, node);
    Quad *quads = book->quads + node->first;
    for (int i = node->count; i > at; i--)
        copy_lane(quads, i, i - 1);
    node->count++;
    node->classes |= UINT64_C(1) << book->class_of[symbol];
    Color color = book->colors[symbol];
    quads[at / LANES].lightness[at % LANES] = color.lightness;
    quads[at / LANES].a[at % LANES] = color.a;
    quads[at / LANES].b[at % LANES] = color.b;
    quads[at / LANES].link[at % LANES] = book->class_of[symbol] << CLASS_SHIFT | code;
}

/* Note that the tree below a node, and below its parents, is at least so high. */
static void raise_height(Dictionary *restrict book, int at, int height)
{
    while (at != NONE && book->nodes[at].height < height) {
        Node *node = book->nodes + at;
        node->height = (uint16_t)height++;
        if (node->parent != NONE && node->class != CLASSES) {
            const Node *parent = book->nodes + node->parent;
            Quad *quads = book->quads + parent->first;
            int i = 0;
            while ((*link_at(quads, i) & FIELD) != at)
                i++;
            *link_at(quads, i) = node->class << CLASS_SHIFT | node->height << HEIGHT_SHIFT | at;
        }
        at = node->parent;
    }
}

/* Make `code` the child of a node by a symbol; false: there is one. */
static bool grow(Dictionary *restrict book, int at, int symbol, int code)
{
    Node *node = book->nodes + at;
    if (symbol == book->transparent) {
        if (node->kept != NONE)
            return false;
        node->kept = (uint16_t)code;
        if (at == book->runs[book->run_length])
            book->runs[++book->run_length] = (uint16_t)code;
    } else {
        int place = place_of_child(book, node, symbol);
        if (place < 0)
            return false;
        insert_child(book, node, place, symbol, code);
    }
    book->nodes[code] = (Node){(uint16_t)at, 0, 0, 0, NONE, 0, (uint8_t)symbol, book->class_of[symbol], 0};
    raise_height(book, at, 1);
    return true;
}

/* Take away the child that was grown last. Heights may stay too large, which costs time only. */
static void cut(Dictionary *restrict book, int at, int code)
{
    Node *node = book->nodes + at;
    if (book->nodes[code].class == CLASSES) {
        node->kept = NONE;
        book->run_length -= book->runs[book->run_length] == code;
        return;
    }
    Quad *quads = book->quads + node->first;
    int i = 0;
    while ((*link_at(quads, i) & FIELD) != code)
        i++;
    node->count--;
    for (; i < node->count; i++)
        copy_lane(quads, i, i + 1);
    quads[i / LANES].lightness[i % LANES] = NAN;
}

#endif
