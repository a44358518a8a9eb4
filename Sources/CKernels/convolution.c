// 3x3 convolutions: oneDNN's direct ones, or Winograd's.

#include "winograd.h"
#include <stdlib.h>
#include <string.h>

enum { kept_sizes = 8 };

/// A direct convolution made for one input size.
typedef struct {
  int height, width, accumulate, threads;
  dn_operation operation;
} sized;

struct ck_conv {
  ck_conv_shape shape;
  ck_precision precision;
  ck_conv_algorithm algorithm;
  /// The layer's own bias (zeros for none), and room for its sum with a run's.
  float *bias, *summed;
  winograd winograd;
  // CK_DIRECT:
  dn_layout layout;
  char *pages;
  size_t bytes;
  sized sizes[kept_sizes];
  int next;
};

// MARK: Direct

/// Describes the convolution of an input that holds its circular padding already.
static dnnl_status_t describe(const ck_conv *layer, dn_const_layout weights, int height,
                              int width, int accumulate, dnnl_primitive_desc_t *result) {
  ck_conv_shape shape = layer->shape;
  if (shape.circular) shape.top = shape.bottom = shape.left = shape.right = 0;
  const int64_t rows = (height + shape.top + shape.bottom - 3) / shape.stride + 1;
  const int64_t columns = (width + shape.left + shape.right - 3) / shape.stride + 1;
  dnnl_data_type_t type = layer->precision == CK_BF16 ? dnnl_bf16 : dnnl_f32;
  CLEANUP(dn_layout_release) dn_layout source = dn_layout_tagged(
      4, (int64_t[]){1, shape.inputs, height, width}, type, dnnl_nhwc);
  CLEANUP(dn_layout_release) dn_layout destination = dn_layout_tagged(
      4, (int64_t[]){1, shape.outputs, rows, columns}, dnnl_f32, dnnl_nhwc);
  CLEANUP(dn_layout_release) dn_layout bias =
      dn_layout_tagged(1, (int64_t[]){shape.outputs}, dnnl_f32, dnnl_a);
  if (!source || !destination || !bias) return dnnl_out_of_memory;
  return dn_conv_description(result, source, weights, bias, destination, &shape, accumulate);
}

static ck_status pack_direct(ck_conv *layer, const float *weights, int height, int width) {
  const int64_t dims[] = {layer->shape.outputs, layer->shape.inputs, 3, 3};
  if (!dn_engine()) return ck_fail(CK_FAILED, "oneDNN has no CPU engine");
  CLEANUP(dn_layout_release) dn_layout any =
      dn_layout_tagged(4, dims, layer->precision == CK_BF16 ? dnnl_bf16 : dnnl_f32,
                       dnnl_format_tag_any);
  CLEANUP(dn_layout_release) dn_layout plain = dn_layout_tagged(4, dims, dnnl_f32, dnnl_oihw);
  if (!any || !plain) return ck_fail(CK_OUT_OF_MEMORY, "no memory for a layout");
  dnnl_primitive_desc_t description;
  dnnl_status_t status = describe(layer, any, height, width, 0, &description);
  if (status) return dn_fail(status, "a convolution");
  layer->layout = dn_weights_layout(description);
  dnnl_primitive_desc_destroy(description);
  if (!layer->layout) return ck_fail(CK_OUT_OF_MEMORY, "no memory for a layout");
  layer->bytes = dnnl_memory_desc_get_size(layer->layout);
  layer->pages = ck_pages_new(layer->bytes);
  if (!layer->pages) return ck_fail(CK_OUT_OF_MEMORY, "no memory for packed weights");
  status = dn_reorder(plain, weights, layer->layout, layer->pages);
  return status ? dn_fail(status, "packing a convolution's weights") : CK_OK;
}

static ck_status direct_for(ck_conv *layer, int height, int width, int accumulate,
                            const dn_operation **result) {
  const int threads = ck_thread_count();
  for (int i = 0; i < kept_sizes; i++) {
    const sized *kept = &layer->sizes[i];
    if (!kept->operation.primitive || kept->height != height || kept->width != width ||
        kept->accumulate != accumulate || kept->threads != threads)
      continue;
    *result = &kept->operation;
    return CK_OK;
  }
  sized *place = &layer->sizes[layer->next++ % kept_sizes];
  dn_operation_free(&place->operation);
  dnnl_primitive_desc_t description;
  dnnl_status_t status =
      describe(layer, layer->layout, height, width, accumulate, &description);
  if (!status) status = dn_operation_new(&place->operation, description);
  if (status) return dn_fail(status, "a convolution");
  place->height = height;
  place->width = width;
  place->accumulate = accumulate;
  place->threads = threads;
  *result = &place->operation;
  return CK_OK;
}

/// A row of what the direct convolution reads, where that is not x itself.
typedef struct {
  const ck_view *view;
  int columns;
  float *target;
} row_job;

static void read_row(void *pointer, size_t index, int thread) {
  const row_job *all = pointer;
  const size_t channels = all->view->channels;
  ck_view_read(all->view, index, 1, 0, all->columns, 0, channels, channels,
               all->target + index * all->columns * channels);
}

static ck_status run_direct(ck_conv *layer, ck_view view, int height, int width,
                            int output_values, const float *bias) {
  const ck_conv_run_arguments *run = &view.run;
  const ck_conv_shape *shape = &layer->shape;
  const void *source = run->x;
  if (shape->circular) {
    height += shape->top + shape->bottom;
    width += shape->left + shape->right;
  } else {
    view.top = view.left = 0;
  }
  const size_t count = (size_t)height * width * view.channels;
  if (shape->circular || run->scale || run->activation != CK_IDENTITY || height != run->height ||
      width != run->width) {
    row_job rows = {&view, width, ck_scratch(CK_SCRATCH_INPUT, count * sizeof(float))};
    if (!rows.target) return ck_fail(CK_OUT_OF_MEMORY, "no memory for a convolution's input");
    ck_parallel(height, &rows, read_row);
    source = rows.target;
  }
  if (layer->precision == CK_BF16) {
    uint16_t *converted = ck_scratch(CK_SCRATCH_CONVERT, count * sizeof *converted);
    if (!converted) return ck_fail(CK_OUT_OF_MEMORY, "no memory for bf16 values");
    ck_to_bf16(source, count, converted);
    source = converted;
  }
  if (run->residual && run->residual != run->y)
    memcpy(run->y, run->residual, output_values * sizeof(float));
  const dn_operation *operation;
  ck_status status = direct_for(layer, height, width, run->residual != NULL, &operation);
  if (status) return status;
  void *scratch = ck_scratch(CK_SCRATCH_ONEDNN, operation->scratch_bytes + 1);
  if (!scratch) return ck_fail(CK_OUT_OF_MEMORY, "no memory for a convolution");
  dnnl_status_t code = dn_operation_run(operation, source, layer->pages, bias, run->y, scratch);
  return code ? dn_fail(code, "to run a convolution") : CK_OK;
}

// MARK: Both

ck_status ck_conv_new(ck_conv **result, const float *weights, const float *bias,
                      ck_conv_shape shape, int height, int width, ck_conv_algorithm algorithm,
                      ck_precision precision) {
  ck_conv *layer = calloc(1, sizeof *layer);
  if (!layer) return ck_fail(CK_OUT_OF_MEMORY, "no memory for a convolution");
  layer->shape = shape;
  layer->precision = precision == CK_BF16 && ck_has_fast_bf16() ? CK_BF16 : CK_F32;
  layer->algorithm = shape.stride == 1 ? algorithm : CK_DIRECT;
  layer->bias = calloc(2 * shape.outputs, sizeof *bias);
  ck_status status = CK_OK;
  if (!layer->bias) status = ck_fail(CK_OUT_OF_MEMORY, "no memory for a bias");
  if (!status) {
    layer->summed = layer->bias + shape.outputs;
    if (bias) memcpy(layer->bias, bias, shape.outputs * sizeof *bias);
    ck_lock();
    ck_expect(CK_PACKING);
    height = height > 3 ? height : 3;
    width = width > 3 ? width : 3;
    status = layer->algorithm == CK_DIRECT
                 ? pack_direct(layer, weights, height, width)
                 : winograd_new(&layer->winograd, weights, shape, layer->algorithm, height, width,
                                layer->precision);
    ck_unlock();
  }
  if (status) {
    ck_conv_free(layer);
    return status;
  }
  *result = layer;
  return CK_OK;
}

void ck_conv_free(ck_conv *layer) {
  if (!layer) return;
  for (int i = 0; i < kept_sizes; i++) dn_operation_free(&layer->sizes[i].operation);
  ck_pages_free(layer->pages, layer->bytes);
  dn_layout_free(layer->layout);
  winograd_free(&layer->winograd);
  free(layer->bias);
  free(layer);
}

size_t ck_conv_bytes(const ck_conv *layer) {
  const matrix_set *set = &layer->winograd.weights;
  return layer->bytes + set->bytes_each * set->count;
}

ck_status ck_conv_run(ck_conv *layer, const ck_conv_run_arguments *arguments) {
  const ck_conv_shape *shape = &layer->shape;
  ck_view view = {.run = *arguments, .channels = shape->inputs, .top = shape->top,
                  .left = shape->left, .circular = shape->circular};
  int height, width;
  ck_view_size(&view, &height, &width);
  const int rows = (height + shape->top + shape->bottom - 3) / shape->stride + 1;
  const int columns = (width + shape->left + shape->right - 3) / shape->stride + 1;
  if (rows <= 0 || columns <= 0) return CK_OK;
  ck_lock();
  ck_expect(CK_RUNNING);
  const float *bias = layer->bias;
  if (arguments->channel_bias) {
    for (int i = 0; i < shape->outputs; i++)
      layer->summed[i] = layer->bias[i] + arguments->channel_bias[i];
    bias = layer->summed;
  }
  ck_status status =
      layer->algorithm == CK_DIRECT
          ? run_direct(layer, view, height, width, rows * columns * shape->outputs, bias)
          : winograd_run(&layer->winograd, &view, rows, columns, bias);
  ck_unlock();
  return status;
}
