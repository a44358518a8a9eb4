#pragma once
#include <stddef.h>
#include <stdint.h>

// PNG and JPEG behind plain functions. setjmp and longjmp stay inside this target: no Swift frame
// is ever jumped over. Nothing is printed; a failure is a status and one clause of text.

typedef enum {
  CODEC_OK = 0,
  CODEC_TRUNCATED = 1,    // the bytes end before the picture does
  CODEC_CORRUPT = 2,      // the bytes break the format's rules
  CODEC_UNSUPPORTED = 3,  // well formed, but a kind that Pillow refuses too
  CODEC_TOO_LARGE = 4,    // more pixels than allowed, or than the bytes can hold
  CODEC_NO_MEMORY = 5,
} codec_status;

// Pillow's pixel modes, in which a picture is decoded before anything is converted.
typedef enum {
  CODEC_MODE_1 = 0,     // one byte a pixel, 0 or 255
  CODEC_MODE_L = 1,     // grey
  CODEC_MODE_LA = 2,    // grey, alpha
  CODEC_MODE_P = 3,     // index into the palette
  CODEC_MODE_RGB = 4,
  CODEC_MODE_RGBA = 5,
  CODEC_MODE_CMYK = 6,  // as Pillow gives it: inverted from what the file holds
  CODEC_MODE_I16 = 7,   // grey, 16 bits, little endian
} codec_mode;

typedef struct {
  uint32_t width;
  uint32_t height;
  int32_t mode;             // a codec_mode
  int32_t bytes_per_pixel;
  int32_t palette_count;
  uint8_t palette[768];     // RGB; entries past palette_count are a grey ramp
  char message[256];        // what was wrong, empty when nothing was
} codec_header;

// Reads the header and, where pixels isn't NULL, width * height * bytes_per_pixel bytes of pixels
// (the sizes a first call without pixels gave for the same bytes).
codec_status codec_png_read(
    const uint8_t *bytes, size_t count, uint64_t max_pixels, codec_header *header, uint8_t *pixels);
codec_status codec_jpeg_read(
    const uint8_t *bytes, size_t count, uint64_t max_pixels, codec_header *header, uint8_t *pixels);

typedef struct {
  const char *key;    // 1 to 79 bytes, Latin-1
  const char *value;  // UTF-8
  int32_t international;  // 0: tEXt (value is ASCII), 1: iTXt
} codec_text;

typedef struct {
  uint32_t width;
  uint32_t height;
  int32_t channels;             // 1 grey, 3 RGB, 4 RGBA; 8 bits each
  int32_t level;                // zlib's, 0 to 9
  int32_t filtered;             // 0: no row filters, 1: libpng chooses per row
  uint32_t pixels_per_metre;    // 0: no pHYs chunk
  const codec_text *texts;      // written before the pixels
  size_t text_count;
} codec_png_options;

typedef struct {
  uint8_t *bytes;  // NULL on failure; else free with codec_free
  size_t count;
  char message[256];
} codec_output;

codec_status codec_png_write(
    const uint8_t *pixels, const codec_png_options *options, codec_output *output);
// Baseline JPEG of RGB pixels without chroma subsampling (4:4:4).
codec_status codec_jpeg_write(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality, codec_output *output);
// Inflates a zlib stream; the number of bytes, or -1 where it is broken or larger than capacity.
int64_t codec_inflate(const uint8_t *bytes, size_t count, uint8_t *output, size_t capacity);
void codec_free(uint8_t *bytes);

// "1.6.39", "1.2.13" and so on: PNG bytes are equal only between equal versions.
const char *codec_libpng_version(void);
const char *codec_zlib_version(void);
