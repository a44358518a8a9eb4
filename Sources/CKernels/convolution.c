// 3x3 convolutions: oneDNN's direct ones, or Winograd's.

#include "winograd.h"
#include <stdlib.h>
#include <string.h>

enum { kept_sizes = 8, kept_packings = 4 };

/// The weights of a direct convolution in one of oneDNN's layouts.
typedef struct {
  dn_layout layout;
  char *pages;
  size_t bytes;
} packing;

/// A direct convolution made for one input size.
typedef struct {
  int height, width, accumulate, threads;
  const packing *weights;
  dn_operation operation;
} sized;

struct ck_conv {
  ck_conv_shape shape;
  ck_precision precision;
  ck_conv_algorithm algorithm;
  /// The layer's own bias (zeros for none), and room for its sum with a run's.
  float *bias, *summed;
  winograd winograd;
  // CK_DIRECT: the first packing is for the typical size, others for sizes that want another.
  packing packings[kept_packings];
  sized sizes[kept_sizes];
  int next;
};

// MARK: Direct

static void packing_free(packing *all) {
  ck_pages_free(all->pages, all->bytes);
  dn_layout_free(all->layout);
  *all = (packing){0};
}

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

static dn_layout weights_layout(const ck_conv *layer, dnnl_format_tag_t tag) {
  const int64_t dims[] = {layer->shape.outputs, layer->shape.inputs, 3, 3};
  return dn_layout_tagged(4, dims, layer->precision == CK_BF16 ? dnnl_bf16 : dnnl_f32, tag);
}

/// Fills `result` with weights brought from one layout into another. Takes `layout`, NULL included.
static ck_status pack(packing *result, dn_layout layout, dn_const_layout from,
                      const void *weights) {
  if (!layout) return ck_fail(CK_OUT_OF_MEMORY, "no memory for a layout");
  *result = (packing){.layout = layout, .bytes = dnnl_memory_desc_get_size(layout)};
  result->pages = ck_pages_new(result->bytes);
  ck_status failure = CK_OK;
  if (!result->pages) {
    failure = ck_fail(CK_OUT_OF_MEMORY, "no memory for packed weights");
  } else {
    dnnl_status_t status = dn_reorder(from, weights, layout, result->pages);
    if (status) failure = dn_fail(status, "packing a convolution's weights");
  }
  if (failure) packing_free(result);
  return failure;
}

static ck_status pack_direct(ck_conv *layer, const float *weights, int height, int width) {
  const int64_t dims[] = {layer->shape.outputs, layer->shape.inputs, 3, 3};
  if (!dn_engine()) return ck_fail(CK_FAILED, "oneDNN has no CPU engine");
  CLEANUP(dn_layout_release) dn_layout any = weights_layout(layer, dnnl_format_tag_any);
  CLEANUP(dn_layout_release) dn_layout plain = dn_layout_tagged(4, dims, dnnl_f32, dnnl_oihw);
  if (!any || !plain) return ck_fail(CK_OUT_OF_MEMORY, "no memory for a layout");
  dnnl_primitive_desc_t description;
  dnnl_status_t status = describe(layer, any, height, width, 0, &description);
  if (status) return dn_fail(status, "a convolution");
  dn_layout layout = dn_weights_layout(description);
  dnnl_primitive_desc_destroy(description);
  return pack(&layer->packings[0], layout, plain, weights);
}

/// Whether oneDNN would compute it by its reference loops, hundreds of times slower than others.
static int is_reference(const_dnnl_primitive_desc_t description) {
  return !strncmp(dn_implementation(description), "ref", 3);
}

/// Chooses the weights for one input size and describes the convolution with them.
///
/// oneDNN's layout of the weights depends on the input's size, and it has fast loops for that
/// layout alone: where the typical size's is another, a packing for this one is made and kept.
static ck_status describe_packed(ck_conv *layer, int height, int width, int accumulate,
                                 const packing **weights, dnnl_primitive_desc_t *result) {
  packing *all = layer->packings;
  int count = 0;
  for (; count < kept_packings && all[count].layout; count++) {
    dnnl_status_t status = describe(layer, all[count].layout, height, width, accumulate, result);
    if (status) return dn_fail(status, "a convolution");
    *weights = &all[count];
    if (!is_reference(*result)) return CK_OK;
    dnnl_primitive_desc_destroy(*result);
  }
  CLEANUP(dn_layout_release) dn_layout any = weights_layout(layer, dnnl_format_tag_any);
  if (!any) return ck_fail(CK_OUT_OF_MEMORY, "no memory for a layout");
  dnnl_status_t status = describe(layer, any, height, width, accumulate, result);
  if (status) return dn_fail(status, "a convolution");
  int chosen = 0;
  if (!is_reference(*result) && count < kept_packings) {
    ck_status packed = pack(&all[count], dn_weights_layout(*result), all[0].layout, all[0].pages);
    if (packed) {
      dnnl_primitive_desc_destroy(*result);
      return packed;
    }
    chosen = count;
  }
  dnnl_primitive_desc_destroy(*result);
  *weights = &all[chosen];
  status = describe(layer, all[chosen].layout, height, width, accumulate, result);
  return status ? dn_fail(status, "a convolution") : CK_OK;
}

static ck_status direct_for(ck_conv *layer, int height, int width, int accumulate,
                            const sized **result) {
  const int threads = ck_thread_count();
  for (int i = 0; i < kept_sizes; i++) {
    const sized *kept = &layer->sizes[i];
    if (!kept->operation.primitive || kept->height != height || kept->width != width ||
        kept->accumulate != accumulate || kept->threads != threads)
      continue;
    *result = kept;
    return CK_OK;
  }
  sized *place = &layer->sizes[layer->next++ % kept_sizes];
  dn_operation_free(&place->operation);
  dnnl_primitive_desc_t description;
  ck_status failure =
      describe_packed(layer, height, width, accumulate, &place->weights, &description);
  if (failure) return failure;
  dnnl_status_t status = dn_operation_new(&place->operation, description);
  if (status) return dn_fail(status, "a convolution");
  place->height = height;
  place->width = width;
  place->accumulate = accumulate;
  place->threads = threads;
  *result = place;
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
  const sized *made;
  ck_status status = direct_for(layer, height, width, run->residual != NULL, &made);
  if (status) return status;
  void *scratch = ck_scratch(CK_SCRATCH_ONEDNN, made->operation.scratch_bytes + 1);
  if (!scratch) return ck_fail(CK_OUT_OF_MEMORY, "no memory for a convolution");
  dnnl_status_t code =
      dn_operation_run(&made->operation, source, made->weights->pages, bias, run->y, scratch);
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
  for (int i = 0; i < kept_packings; i++) packing_free(&layer->packings[i]);
  winograd_free(&layer->winograd);
  free(layer->bias);
  free(layer);
}

size_t ck_conv_bytes(const ck_conv *layer) {
  const matrix_set *set = &layer->winograd.weights;
  size_t bytes = set->bytes_each * set->count;
  for (int i = 0; i < kept_packings; i++) bytes += layer->packings[i].bytes;
  return bytes;
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
