#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "CImageCodecs.h"
#include "growing.h"

typedef struct {
  growing buffer;
  codec_status status;
  char *message;
} target;

static void on_error(png_structp png, png_const_charp message) {
  target *to = png_get_error_ptr(png);
  if (to->status == CODEC_OK) to->status = CODEC_CORRUPT;
  strncpy(to->message, message, 255);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  target *to = png_get_io_ptr(png);
  if (!growing_append(&to->buffer, bytes, count)) {
    to->status = CODEC_NO_MEMORY;
    png_error(png, "not enough memory");
  }
}

static void flush_nothing(png_structp png) { (void)png; }

static void write_text(png_structp png, png_infop info, const codec_text *text) {
  png_text entry;
  memset(&entry, 0, sizeof entry);
  entry.compression = text->international ? PNG_ITXT_COMPRESSION_NONE : PNG_TEXT_COMPRESSION_NONE;
  entry.key = (png_charp)text->key;
  entry.text = (png_charp)text->value;
  entry.lang = (png_charp)"";
  entry.lang_key = (png_charp)"";
  png_set_text(png, info, &entry, 1);
}

static void write_all(
    png_structp png, png_infop info, target *to, const uint8_t *pixels,
    const codec_png_options *options) {
  png_set_write_fn(png, to, write_bytes, flush_nothing);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_compression_level(png, options->level);
  png_set_filter(png, 0, options->filtered ? PNG_ALL_FILTERS : PNG_FILTER_NONE);
  int color = options->channels == 1   ? PNG_COLOR_TYPE_GRAY
              : options->channels == 3 ? PNG_COLOR_TYPE_RGB
                                       : PNG_COLOR_TYPE_RGB_ALPHA;
  png_set_IHDR(
      png, info, options->width, options->height, 8, color, PNG_INTERLACE_NONE,
      PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (options->pixels_per_metre)
    png_set_pHYs(
        png, info, options->pixels_per_metre, options->pixels_per_metre, PNG_RESOLUTION_METER);
  for (size_t i = 0; i < options->text_count; i++) write_text(png, info, &options->texts[i]);
  png_write_info(png, info);
  size_t stride = (size_t)options->width * options->channels;
  for (uint32_t y = 0; y < options->height; y++) png_write_row(png, pixels + y * stride);
  png_write_end(png, NULL);
}

codec_status codec_png_write(
    const uint8_t *pixels, const codec_png_options *options, codec_output *output) {
  memset(output, 0, sizeof *output);
  target to = {{NULL, 0, 0}, CODEC_OK, output->message};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &to, on_error, on_warning);
  if (!png) return CODEC_NO_MEMORY;
  png_infop info = png_create_info_struct(png);
  if (!info) {
    to.status = CODEC_NO_MEMORY;
  } else if (!setjmp(png_jmpbuf(png))) {
    write_all(png, info, &to, pixels, options);
  }
  png_destroy_write_struct(&png, &info);
  if (to.status != CODEC_OK) {
    free(to.buffer.bytes);
    return to.status;
  }
  output->bytes = to.buffer.bytes;
  output->count = to.buffer.count;
  return CODEC_OK;
}

int64_t codec_inflate(const uint8_t *bytes, size_t count, uint8_t *output, size_t capacity) {
  uLongf written = capacity;
  return uncompress(output, &written, bytes, count) == Z_OK ? (int64_t)written : -1;
}

void codec_free(uint8_t *bytes) { free(bytes); }

const char *codec_libpng_version(void) { return png_get_libpng_ver(NULL); }
const char *codec_zlib_version(void) { return zlibVersion(); }
