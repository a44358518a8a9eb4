#include <stdio.h>  // jpeglib.h needs it
#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>
#include <string.h>

#include "CImageCodecs.h"

// The library's own defaults (accurate integer DCT, smooth upsampling), which Pillow keeps.
//
// The source manager never makes bytes up: at the end of the input it suspends, and a suspended
// decoder means a truncated file, the verdict Pillow gives.

typedef struct {
  struct jpeg_error_mgr errors;  // first, so that the library's pointer is ours
  jmp_buf escape;
  codec_status status;
  char *message;
} error_manager;

static void on_error(j_common_ptr common) {
  error_manager *errors = (error_manager *)common->err;
  char text[JMSG_LENGTH_MAX];
  (*common->err->format_message)(common, text);
  int code = common->err->msg_code;
  errors->status =
      code == JERR_OUT_OF_MEMORY || code == JERR_NO_BACKING_STORE ? CODEC_NO_MEMORY : CODEC_CORRUPT;
  strncpy(errors->message, text, 255);
  longjmp(errors->escape, 1);
}

static void ignore_message(j_common_ptr common, int level) {
  if (level < 0) common->err->num_warnings++;
}

static void fail(j_decompress_ptr jpeg, codec_status status, const char *message) {
  error_manager *errors = (error_manager *)jpeg->err;
  errors->status = status;
  strncpy(errors->message, message, 255);
  longjmp(errors->escape, 1);
}

// A file of a few bytes a scan and thousands of scans would keep us busy for hours.
static void limit_scans(j_common_ptr common) {
  j_decompress_ptr jpeg = (j_decompress_ptr)common;
  if (jpeg->input_scan_number > 500) fail(jpeg, CODEC_TOO_LARGE, "more than 500 scans");
}

static void start_source(j_decompress_ptr jpeg) { (void)jpeg; }
static void end_source(j_decompress_ptr jpeg) { (void)jpeg; }
static boolean suspend(j_decompress_ptr jpeg) { (void)jpeg; return FALSE; }

static void skip(j_decompress_ptr jpeg, long count) {
  if (count <= 0) return;
  if ((unsigned long)count > jpeg->src->bytes_in_buffer)
    fail(jpeg, CODEC_TRUNCATED, "the file ends early");
  jpeg->src->next_input_byte += count;
  jpeg->src->bytes_in_buffer -= (size_t)count;
}

static void check_header(
    j_decompress_ptr jpeg, size_t count, uint64_t max_pixels, codec_header *header) {
  header->width = jpeg->image_width;
  header->height = jpeg->image_height;
  switch (jpeg->num_components) {
    case 1: header->mode = CODEC_MODE_L; header->bytes_per_pixel = 1; break;
    case 3: header->mode = CODEC_MODE_RGB; header->bytes_per_pixel = 3; break;
    case 4: header->mode = CODEC_MODE_CMYK; header->bytes_per_pixel = 4; break;
    default: fail(jpeg, CODEC_UNSUPPORTED, "its number of colour components isn't 1, 3 or 4");
  }
  uint64_t area = (uint64_t)header->width * header->height;
  if (area > max_pixels) fail(jpeg, CODEC_TOO_LARGE, "more pixels than are allowed");
  // A Huffman-coded block takes a bit at least; the component sampled most has one for every 8x8 to
  // 8x32 pixels.
  if (!jpeg->arith_code && area / 256 / 8 > count)
    fail(jpeg, CODEC_TRUNCATED, "fewer bytes than its size needs");
}

static void read_all(
    j_decompress_ptr jpeg, size_t count, uint64_t max_pixels, codec_header *header,
    uint8_t *pixels) {
  if (jpeg_read_header(jpeg, TRUE) == JPEG_SUSPENDED)
    fail(jpeg, CODEC_TRUNCATED, "the file ends early");
  check_header(jpeg, count, max_pixels, header);
  if (!pixels) return;
  jpeg->mem->max_memory_to_use = 1L << 30;  // what a progressive picture's coefficients may take
  jpeg->out_color_space = header->mode == CODEC_MODE_L     ? JCS_GRAYSCALE
                          : header->mode == CODEC_MODE_RGB ? JCS_RGB
                                                           : JCS_CMYK;
  if (!jpeg_start_decompress(jpeg)) fail(jpeg, CODEC_TRUNCATED, "the file ends early");
  size_t stride = (size_t)header->width * header->bytes_per_pixel;
  while (jpeg->output_scanline < jpeg->output_height) {
    JSAMPROW row = pixels + jpeg->output_scanline * stride;
    if (jpeg_read_scanlines(jpeg, &row, 1) == 0)
      fail(jpeg, CODEC_TRUNCATED, "the file ends early");
    if (header->mode == CODEC_MODE_CMYK)
      for (size_t i = 0; i < stride; i++) row[i] = 255 - row[i];
  }
}

codec_status codec_jpeg_read(
    const uint8_t *bytes, size_t count, uint64_t max_pixels, codec_header *header,
    uint8_t *pixels) {
  memset(header, 0, sizeof *header);
  struct jpeg_decompress_struct jpeg;
  memset(&jpeg, 0, sizeof jpeg);
  error_manager errors;
  memset(&errors, 0, sizeof errors);
  errors.message = header->message;
  jpeg.err = jpeg_std_error(&errors.errors);
  errors.errors.error_exit = on_error;
  errors.errors.emit_message = ignore_message;
  struct jpeg_source_mgr source = {
      .next_input_byte = bytes,
      .bytes_in_buffer = count,
      .init_source = start_source,
      .fill_input_buffer = suspend,
      .skip_input_data = skip,
      .resync_to_restart = jpeg_resync_to_restart,
      .term_source = end_source,
  };
  struct jpeg_progress_mgr progress = {.progress_monitor = limit_scans};
  if (!setjmp(errors.escape)) {
    jpeg_create_decompress(&jpeg);
    jpeg.src = &source;
    jpeg.progress = &progress;
    read_all(&jpeg, count, max_pixels, header, pixels);
  }
  jpeg_destroy_decompress(&jpeg);
  return errors.status;
}
