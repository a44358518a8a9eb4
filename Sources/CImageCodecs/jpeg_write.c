#include <stdio.h>  // jpeglib.h needs it
#include <jpeglib.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "CImageCodecs.h"
#include "growing.h"

typedef struct {
  struct jpeg_error_mgr errors;  // first, so that the library's pointer is ours
  jmp_buf escape;
  codec_status status;
  char *message;
} error_manager;

typedef struct {
  struct jpeg_destination_mgr manager;  // first, so that the library's pointer is ours
  growing buffer;
  uint8_t chunk[16384];
} destination;

static void on_error(j_common_ptr common) {
  error_manager *errors = (error_manager *)common->err;
  char text[JMSG_LENGTH_MAX];
  (*common->err->format_message)(common, text);
  errors->status = CODEC_CORRUPT;
  strncpy(errors->message, text, 255);
  longjmp(errors->escape, 1);
}

static void ignore_message(j_common_ptr common, int level) { (void)common; (void)level; }

static void append(j_compress_ptr jpeg, size_t count) {
  destination *to = (destination *)jpeg->dest;
  if (!growing_append(&to->buffer, to->chunk, count)) {
    error_manager *errors = (error_manager *)jpeg->err;
    errors->status = CODEC_NO_MEMORY;
    strncpy(errors->message, "not enough memory", 255);
    longjmp(errors->escape, 1);
  }
  to->manager.next_output_byte = to->chunk;
  to->manager.free_in_buffer = sizeof to->chunk;
}

static void start_target(j_compress_ptr jpeg) { append(jpeg, 0); }
static boolean empty_target(j_compress_ptr jpeg) {
  append(jpeg, sizeof ((destination *)jpeg->dest)->chunk);
  return TRUE;
}
static void end_target(j_compress_ptr jpeg) {
  destination *to = (destination *)jpeg->dest;
  append(jpeg, sizeof to->chunk - to->manager.free_in_buffer);
}

static void write_all(
    j_compress_ptr jpeg, const uint8_t *pixels, uint32_t width, uint32_t height, int quality) {
  jpeg->image_width = width;
  jpeg->image_height = height;
  jpeg->input_components = 3;
  jpeg->in_color_space = JCS_RGB;
  jpeg_set_defaults(jpeg);
  jpeg_set_quality(jpeg, quality, TRUE);
  jpeg->comp_info[0].h_samp_factor = 1;
  jpeg->comp_info[0].v_samp_factor = 1;
  jpeg->optimize_coding = TRUE;
  jpeg_start_compress(jpeg, TRUE);
  while (jpeg->next_scanline < height) {
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)jpeg->next_scanline * width * 3);
    jpeg_write_scanlines(jpeg, &row, 1);
  }
  jpeg_finish_compress(jpeg);
}

codec_status codec_jpeg_write(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality,
    codec_output *output) {
  memset(output, 0, sizeof *output);
  struct jpeg_compress_struct jpeg;
  memset(&jpeg, 0, sizeof jpeg);
  error_manager errors;
  memset(&errors, 0, sizeof errors);
  errors.message = output->message;
  jpeg.err = jpeg_std_error(&errors.errors);
  errors.errors.error_exit = on_error;
  errors.errors.emit_message = ignore_message;
  destination to;
  memset(&to, 0, sizeof to);
  to.manager.init_destination = start_target;
  to.manager.empty_output_buffer = empty_target;
  to.manager.term_destination = end_target;
  if (!setjmp(errors.escape)) {
    jpeg_create_compress(&jpeg);
    jpeg.dest = &to.manager;
    write_all(&jpeg, pixels, width, height, quality);
  }
  jpeg_destroy_compress(&jpeg);
  if (errors.status != CODEC_OK) {
    free(to.buffer.bytes);
    return errors.status;
  }
  output->bytes = to.buffer.bytes;
  output->count = to.buffer.count;
  return CODEC_OK;
}
