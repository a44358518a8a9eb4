// Linear maps of tokens.

#include "matrix.h"
#include <stdlib.h>
#include <string.h>

struct ck_linear {
  matrix_set weights;
  float *bias;
  ck_precision precision;
};

static matrix_plan plan_for(size_t inputs, size_t outputs, size_t rows, int has_bias,
                            int accumulate) {
  return (matrix_plan){.rows = rows,
                       .source_stride = inputs,
                       .destination_stride = outputs,
                       .has_bias = has_bias,
                       .accumulate = accumulate};
}

ck_status ck_linear_new(ck_linear **result, const float *weights, const float *bias,
                        size_t outputs, size_t inputs, size_t rows, ck_precision precision) {
  if (precision == CK_BF16 && !ck_has_fast_bf16()) precision = CK_F32;
  ck_linear *layer = calloc(1, sizeof *layer);
  if (!layer) return ck_fail(CK_OUT_OF_MEMORY, "no memory for a linear map");
  layer->precision = precision;
  if (bias) {
    layer->bias = malloc(outputs * sizeof *bias);
    if (layer->bias) memcpy(layer->bias, bias, outputs * sizeof *bias);
  }
  ck_lock();
  ck_expect(CK_PACKING);
  matrix_plan plan = plan_for(inputs, outputs, rows ? rows : 1, bias != NULL, 0);
  ck_status status = bias && !layer->bias
                         ? ck_fail(CK_OUT_OF_MEMORY, "no memory for a bias")
                         : matrix_set_new(&layer->weights, 1, inputs, outputs, precision, plan);
  if (!status) status = matrix_pack(&layer->weights, 0, 0, outputs, weights, 1, inputs);
  ck_unlock();
  if (status) {
    ck_linear_free(layer);
    return status;
  }
  *result = layer;
  return CK_OK;
}

void ck_linear_free(ck_linear *layer) {
  if (!layer) return;
  matrix_set_free(&layer->weights);
  free(layer->bias);
  free(layer);
}

/// Runs under ck_lock.
static ck_status run(ck_linear *layer, const float *x, size_t rows, int accumulate, float *y) {
  const size_t inputs = layer->weights.inputs, outputs = layer->weights.outputs;
  if (rows == 0) return CK_OK;
  matrix_product *product;
  ck_status status = matrix_product_for(
      &layer->weights, plan_for(inputs, outputs, rows, layer->bias != NULL, accumulate), &product);
  if (status) return status;
  const void *source = x;
  if (layer->precision == CK_BF16) {
    uint16_t *converted = ck_scratch(CK_SCRATCH_CONVERT, rows * inputs * sizeof *converted);
    if (!converted) return ck_fail(CK_OUT_OF_MEMORY, "no memory for bf16 values");
    ck_to_bf16(x, rows * inputs, converted);
    source = converted;
  }
  return matrix_product_run(&layer->weights, product, 0, source, layer->bias, y, 0);
}

ck_status ck_linear_run(ck_linear *layer, const float *x, size_t rows, const float *residual,
                        float *y) {
  ck_lock();
  if (residual && residual != y) ck_copy(residual, rows * layer->weights.outputs, y);
  ck_status status = run(layer, x, rows, residual != NULL, y);
  ck_unlock();
  return status;
}

ck_status ck_linear_run_geglu(ck_linear *layer, const float *x, size_t rows, float *y) {
  // 512 rows of 2560 to 10240 values stay in the cache between the product and the gate.
  enum { block = 512 };
  const size_t inputs = layer->weights.inputs, outputs = layer->weights.outputs;
  ck_lock();
  float *wide = ck_scratch(CK_SCRATCH_OUTPUT, block * outputs * sizeof *wide);
  ck_status status = wide ? CK_OK : ck_fail(CK_OUT_OF_MEMORY, "no memory for gated values");
  for (size_t done = 0; done < rows && !status; done += block) {
    size_t count = rows - done < block ? rows - done : block;
    status = run(layer, x + done * inputs, count, 0, wide);
    if (!status) ck_geglu_rows(wide, count, outputs / 2, y + done * (outputs / 2));
  }
  ck_unlock();
  return status;
}
