#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "CImageCodecs.h"

// The low-level reader with Pillow's choices: 16-bit colour loses its low byte, grey of 2 and 4 bits
// is stretched, gamma and transparency entries are ignored.

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t position;
  codec_status status;
  char *message;
  png_bytep *rows;
} source;

static void fail(png_structp png, codec_status status, const char *message) {
  source *from = png_get_error_ptr(png);
  from->status = status;
  strncpy(from->message, message, 255);
  png_longjmp(png, 1);
}

static void on_error(png_structp png, png_const_charp message) {
  fail(png, CODEC_CORRUPT, message);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  source *from = png_get_io_ptr(png);
  if (count > from->count - from->position) fail(png, CODEC_TRUNCATED, "the file ends early");
  memcpy(target, from->bytes + from->position, count);
  from->position += count;
}

static codec_mode mode_of(png_byte color, png_byte depth) {
  switch (color) {
    case PNG_COLOR_TYPE_GRAY:
      return depth == 1 ? CODEC_MODE_1 : depth == 16 ? CODEC_MODE_I16 : CODEC_MODE_L;
    case PNG_COLOR_TYPE_GRAY_ALPHA: return depth == 16 ? CODEC_MODE_RGBA : CODEC_MODE_LA;
    case PNG_COLOR_TYPE_PALETTE: return CODEC_MODE_P;
    case PNG_COLOR_TYPE_RGB: return CODEC_MODE_RGB;
    default: return CODEC_MODE_RGBA;
  }
}

static const int32_t bytes_of_mode[] = {1, 1, 2, 1, 3, 4, 4, 2};

static void read_palette(png_structp png, png_infop info, codec_header *header) {
  png_colorp colors;
  int count = 0;
  png_get_PLTE(png, info, &colors, &count);
  header->palette_count = count;
  for (int i = 0; i < 256; i++) {
    header->palette[3 * i] = i < count ? colors[i].red : i;
    header->palette[3 * i + 1] = i < count ? colors[i].green : i;
    header->palette[3 * i + 2] = i < count ? colors[i].blue : i;
  }
}

static void set_transforms(png_structp png, png_byte color, png_byte depth) {
  if (depth == 16) {
    if (color == PNG_COLOR_TYPE_GRAY) {
      png_set_swap(png);
    } else {
      png_set_strip_16(png);
      if (color == PNG_COLOR_TYPE_GRAY_ALPHA) png_set_gray_to_rgb(png);
    }
  }
  if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_packing(png);
}

static void read_all(
    png_structp png, png_infop info, source *from, uint64_t max_pixels, codec_header *header,
    uint8_t *pixels) {
  png_set_read_fn(png, from, read_bytes);
  // Only what decides the pixels is looked at; hostile text and profiles are stepped over.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_read_info(png, info);
  png_byte color = png_get_color_type(png, info);
  png_byte depth = png_get_bit_depth(png, info);
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->mode = mode_of(color, depth);
  header->bytes_per_pixel = bytes_of_mode[header->mode];
  uint64_t area = (uint64_t)header->width * header->height;
  if (area > max_pixels) fail(png, CODEC_TOO_LARGE, "more pixels than are allowed");
  // Deflate makes at most 1032 bytes of one.
  if (png_get_rowbytes(png, info) * (uint64_t)header->height / 1032 > from->count)
    fail(png, CODEC_TRUNCATED, "fewer bytes than its size needs");
  if (color == PNG_COLOR_TYPE_PALETTE) read_palette(png, info, header);
  if (!pixels) return;
  // As Pillow does: pixels with a wrong checksum are taken.
  png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  set_transforms(png, color, depth);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t stride = (size_t)header->width * header->bytes_per_pixel;
  if (png_get_rowbytes(png, info) != stride) fail(png, CODEC_CORRUPT, "unexpected row size");
  from->rows = malloc(header->height * sizeof(png_bytep));
  if (!from->rows) fail(png, CODEC_NO_MEMORY, "not enough memory");
  for (uint32_t y = 0; y < header->height; y++) from->rows[y] = pixels + y * stride;
  png_read_image(png, from->rows);
}

codec_status codec_png_read(
    const uint8_t *bytes, size_t count, uint64_t max_pixels, codec_header *header,
    uint8_t *pixels) {
  memset(header, 0, sizeof *header);
  source from = {bytes, count, 0, CODEC_OK, header->message, NULL};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &from, on_error, on_warning);
  if (!png) return CODEC_NO_MEMORY;
  png_infop info = png_create_info_struct(png);
  if (!info) {
    from.status = CODEC_NO_MEMORY;
  } else if (!setjmp(png_jmpbuf(png))) {
    read_all(png, info, &from, max_pixels, header, pixels);
  }
  free(from.rows);
  png_destroy_read_struct(&png, &info, NULL);
  return from.status;
}
