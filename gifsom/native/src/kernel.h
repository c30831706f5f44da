/* What every kernel needs: whole numbers of a fixed width, and the mark of what the library exports.
 *
 * A kernel checks nothing: the wrapper in Python does. It keeps no state, frees on the same page what it allocates,
 * and lasts at most some 100 ms a call, since a signal waits for it. Compiled with -ffp-contract=off: the same bytes
 * come out on every processor.
 */
#ifndef GIFSOM_KERNEL_H
#define GIFSOM_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#endif
