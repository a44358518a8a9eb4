// What Figures needs in C: the bundled font's bytes, and libpng's writer with its error jumps kept
// inside C.
#ifndef UNETLENS_CFIGURES_H
#define UNETLENS_CFIGURES_H

#include <stddef.h>
#include <stdint.h>

// The bundled font, DejaVu Sans (font/LICENSE), for ever at one address.
const unsigned char *figures_font_bytes(void);
size_t figures_font_size(void);

// Layouts of a pixel in memory.
enum figures_pixels {
  figures_pixels_rgb = 0,      // 3 bytes: red, green, blue
  figures_pixels_bgrx = 1,     // 4 bytes: blue, green, red, unused (Cairo's RGB24, little endian)
  figures_pixels_indexed = 2,  // 1 byte: a place in the palette
};

struct figures_png_text {
  const char *key;   // Latin-1, 1 to 79 characters
  const char *text;  // UTF-8; ASCII becomes a tEXt chunk, anything else an iTXt chunk
};

struct figures_png {
  const uint8_t *pixels;
  size_t stride;  // bytes from one row to the next
  uint32_t width;
  uint32_t height;
  enum figures_pixels layout;
  const uint8_t *palette;      // of indexed pixels: 3 bytes a colour
  int palette_count;           // 1 to 256
  int level;                   // of zlib, 0 to 9
  uint32_t pixels_per_metre;   // 0: not written
  const struct figures_png_text *texts;
  size_t text_count;
};

// Encodes an 8-bit RGB or indexed PNG. On success returns 0, with *bytes to be freed by the caller; otherwise
// returns 1 with what libpng said in message.
int figures_png_encode(
  const struct figures_png *image, uint8_t **bytes, size_t *size, char message[256]);

// Versions that decide the bytes of a PNG, as the libraries in use report them.
const char *figures_libpng_version(void);
const char *figures_zlib_version(void);

#endif
