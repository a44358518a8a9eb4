#include "CFigures.h"

static const unsigned char font[] = {
#embed "font/DejaVuSans-subset.ttf"
};

const unsigned char *figures_font_bytes(void) { return font; }

size_t figures_font_size(void) { return sizeof font; }
