#include "CFigures.h"

#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct output {
  uint8_t *bytes;
  size_t size;
  size_t capacity;
};

struct failure {
  jmp_buf back;
  char *message;
};

static void on_error(png_structp png, png_const_charp text) {
  struct failure *failure = png_get_error_ptr(png);
  snprintf(failure->message, 256, "%s", text);
  longjmp(failure->back, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void on_write(png_structp png, png_bytep data, size_t count) {
  struct output *out = png_get_io_ptr(png);
  if (out->size + count > out->capacity) {
    size_t capacity = (out->size + count) * 2;
    uint8_t *bytes = realloc(out->bytes, capacity);
    if (!bytes) png_error(png, "out of memory");
    out->bytes = bytes;
    out->capacity = capacity;
  }
  memcpy(out->bytes + out->size, data, count);
  out->size += count;
}

static void on_flush(png_structp png) { (void)png; }

static bool is_ascii(const char *text) {
  for (; *text; text++)
    if ((unsigned char)*text > 126) return false;
  return true;
}

static void write_header(png_structp png, png_infop info, const struct figures_png *image) {
  bool indexed = image->layout == figures_pixels_indexed;
  png_set_IHDR(
    png, info, image->width, image->height, 8,
    indexed ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
    PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (indexed) {
    png_color palette[256];
    for (int i = 0; i < image->palette_count; i++)
      palette[i] = (png_color){
        image->palette[3 * i], image->palette[3 * i + 1], image->palette[3 * i + 2]};
    png_set_PLTE(png, info, palette, image->palette_count);
  }
  if (image->pixels_per_metre)
    png_set_pHYs(
      png, info, image->pixels_per_metre, image->pixels_per_metre, PNG_RESOLUTION_METER);
  for (size_t i = 0; i < image->text_count; i++) {
    png_text text = {0};
    text.key = (char *)image->texts[i].key;
    text.text = (char *)image->texts[i].text;
    text.compression =
      is_ascii(text.text) ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
    png_set_text(png, info, &text, 1);
  }
  png_write_info(png, info);
}

int figures_png_encode(
  const struct figures_png *image, uint8_t **bytes, size_t *size, char message[256]) {
  struct output out = {0};
  struct failure failure = {.message = message};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &failure, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_write_struct(&png, NULL);
    snprintf(message, 256, "libpng could not be started");
    return 1;
  }
  if (setjmp(failure.back)) {
    png_destroy_write_struct(&png, &info);
    free(out.bytes);
    return 1;
  }
  png_set_write_fn(png, &out, on_write, on_flush);
  png_set_compression_level(png, image->level);
  // Figures are flat colours: other filters only make them larger.
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  write_header(png, info, image);
  if (image->layout == figures_pixels_bgrx) {
    png_set_filler(png, 0, PNG_FILLER_AFTER);
    png_set_bgr(png);
  }
  for (uint32_t y = 0; y < image->height; y++)
    png_write_row(png, image->pixels + y * image->stride);
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  *bytes = out.bytes;
  *size = out.size;
  return 0;
}

const char *figures_libpng_version(void) { return png_get_libpng_ver(NULL); }

const char *figures_zlib_version(void) { return zlibVersion(); }
