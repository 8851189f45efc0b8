/* libFuzzer target: any bytes as vertebral levels. What is read is written and read back. */
#include <anodyne/levels.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    char written[AN_LEVELS_SIZE];
    an_levels levels, again;
    size_t at = 0;

    if (an_levels_read(text, size, &levels, &at) != AN_LEVELS_READ) {
        if (levels != 0 || at > size) abort();
        return 0;
    }
    an_levels_write(levels, written);
    if (an_levels_read(written, strlen(written), &again, NULL) != AN_LEVELS_READ ||
        again != levels)
        abort();
    return 0;
}
