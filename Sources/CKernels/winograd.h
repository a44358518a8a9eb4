// 3x3 convolutions of stride 1 by Winograd's minimal filtering.
#pragma once

#include "matrix.h"

typedef struct {
  /// One matrix [inputs, outputs] for each of (tile + 2)² places of the transformed tile.
  matrix_set weights;
  /// Side of an output tile: 2 or 4.
  int tile;
} winograd;

ck_status winograd_new(winograd *result, const float *weights, ck_conv_shape shape, int tile,
                       int height, int width, ck_precision precision);
void winograd_free(winograd *layer);
/// Writes [height * width, outputs] to run.y; `bias` has one value an output.
ck_status winograd_run(winograd *layer, const ck_view *view, int height, int width,
                       const float *bias);
