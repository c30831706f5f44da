/* Which of the libraries a processor can run: the levels x86-64-v2 and v3 of the System V ABI, AMD64 supplement, 3.1.1.
 *
 * The instruction itself is asked: __builtin_cpu_supports always says no where zig links, whose runtime fills nothing in.
 */
#include "kernel.h"

#if defined(__x86_64__)
#include <cpuid.h>

enum {
    V2 = bit_SSE3 | bit_SSSE3 | bit_CMPXCHG16B | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT,
    V3 = bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C,
    V3_MORE = bit_BMI | bit_AVX2 | bit_BMI2,
    LAHF = 1 << 0,
    LZCNT = 1 << 5,
    SAVED = 6, /* the system keeps the registers of SSE and AVX */
};

/* Whether all of `bits` are set. */
static bool has(uint32_t word, uint32_t bits)
{
    return (word & bits) == bits;
}

/* The registers that the operating system keeps for each thread, XCR0. */
static uint32_t kept_registers(void)
{
    uint32_t low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}
#endif

/* The highest level of x86-64 that this processor has, of 1 to 3; 0 on another kind of processor. */
EXPORT int32_t processor_level(void)
{
#if defined(__x86_64__)
    uint32_t a, b, c, d, first = 0, extended = 0, more = 0;
    if (__get_cpuid(1, &a, &b, &c, &d))
        first = c;
    if (__get_cpuid(0x80000001, &a, &b, &c, &d))
        extended = c;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
        more = b;
    bool second = has(first, V2) && has(extended, LAHF);
    bool third = has(first, V3) && has(more, V3_MORE) && has(extended, LZCNT) && has(kept_registers(), SAVED);
    return 1 + second + (second && third);
#else
    return 0;
#endif
}
