// The linear transforms around Winograd's products.
#pragma once

#include "internal.h"

/// Transforms the filters [inputs, 3, 3] of one output; place p of input i goes to
/// target[p * place + i].
void transform_filters(int tile, const float *filters, size_t inputs, float *target,
                       size_t place);

/// Where transformed input tiles go: place p of tile t from element offset + p * place + t * stride
/// on, as floats or as bf16.
typedef struct {
  void *values;
  size_t offset, stride, place;
  int half;
} transformed_tiles;

/// Transforms `tiles` tiles side by side in `window` [tile + 2, columns, channels], where 16 divides
/// `channels`.
void transform_tiles(int tile, const float *window, int columns, size_t channels, int tiles,
                     const transformed_tiles *target);

/// Where the output goes: `rows` x `columns` tokens at most, what lies beyond is dropped.
typedef struct {
  float *y;
  const float *residual, *bias;
  int rows, columns;
  size_t row_stride, column_stride, channels;
} output_tiles;

/// Transforms the products of `tiles` tiles back: place p of tile t lies from products + p * place +
/// t * stride on, with at least 16-divisible channels.
void untransform_tiles(int tile, const float *products, size_t stride, size_t place, int tiles,
                       const output_tiles *target);
