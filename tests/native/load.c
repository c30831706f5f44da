/* Loads a library of kernels and calls some: load LIBRARY. Links against the C library that the kernels are for. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 30, WIDTH = 100, LEFT = 3, TOP = 2, PART_HEIGHT = 25, PART_WIDTH = 90, PIXELS = HEIGHT * WIDTH };

/* The address of a kernel; ends the program where there is none. */
static void *find(void *library, const char *name)
{
    void *found = dlsym(library, name);
    if (!found) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    return found;
}

/* A part of a picture of noise goes to planes and back, and is where it was. */
static bool comes_back(void *library)
{
    void (*filter)(const uint32_t *, uint32_t *, int64_t, int64_t, int64_t, uint8_t *, int64_t, int64_t);
    void (*restore)(const uint8_t *, int64_t, int64_t, uint8_t *, int64_t, int64_t, int64_t);
    *(void **)&filter = find(library, "filter_part");
    *(void **)&restore = find(library, "restore_part");
    static uint32_t now[PIXELS], kept[PIXELS];
    static uint8_t planes[3 * PART_HEIGHT * PART_WIDTH], picture[3 * PIXELS], wanted[3 * PIXELS];
    for (int i = 0; i < PIXELS; i++) {
        int y = i / WIDTH - TOP, x = i % WIDTH - LEFT;
        now[i] = (uint32_t)rand() ^ (uint32_t)rand() << 16;
        for (int c = 0; 0 <= y && y < PART_HEIGHT && 0 <= x && x < PART_WIDTH && c < 3; c++)
            wanted[3 * i + c] = (uint8_t)(now[i] >> (16 - 8 * c));
    }
    filter(now, kept, WIDTH, LEFT, TOP, planes, PART_HEIGHT, PART_WIDTH);
    restore(planes, PART_HEIGHT, PART_WIDTH, picture, WIDTH, LEFT, TOP);
    return memcmp(picture, wanted, sizeof picture) == 0;
}

int main(int count, char **words)
{
    void *library = count == 2 ? dlopen(words[1], RTLD_NOW) : NULL;
    if (!library) {
        fprintf(stderr, "%s\n", count == 2 ? dlerror() : "load LIBRARY");
        return 1;
    }
    int32_t (*level)(void);
    *(void **)&level = find(library, "processor_level");
    bool right = comes_back(library);
    printf("%s: level %d, %s\n", words[1], (int)level(), right ? "right" : "WRONG");
    return !right;
}
