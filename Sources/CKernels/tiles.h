// Products on AMX's eight tiles of 16 rows of 64 bytes: float32 sums [16, 16], bf16 factors [16, 32],
// and bf16 factors [16 pairs, 16 columns].
#pragma once

#include "internal.h"
#include <immintrin.h>

#define AMX_TARGET target("arch=x86-64-v4,avx512bf16,amx-tile,amx-bf16")
#define AMX __attribute__((AMX_TARGET))
#define AMX_APART static __attribute__((noinline, AMX_TARGET))
#define AMX_INLINE static inline __attribute__((always_inline, AMX_TARGET))

enum {
  side = 16,
  /// bf16 numbers in a row of a tile.
  depth = 32,
  /// Keys of a block (or 32 in the last).
  span = 64,
  row_bytes = span * 4,
};

/// The first `count` <= 16 floats at `p`, then zeros, times `factor`, in bf16.
AMX_INLINE __m256i half(const float *p, size_t count, float factor) {
  const __mmask16 mask = (__mmask16)((1u << count) - 1);
  const __m512 values = _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, p), _mm512_set1_ps(factor));
  return (__m256i)_mm512_cvtneps_pbh(values);
}

typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} tile_shapes;

AMX_INLINE void tiles_begin(void) {
  tile_shapes shapes = {.palette = 1};
  for (int i = 0; i < 8; i++) {
    shapes.row_bytes[i] = 64;
    shapes.rows[i] = side;
  }
  _tile_loadconfig(&shapes);
}

AMX_INLINE void tiles_end(void) { _tile_release(); }

// The products come in two parts, so that a caller can compute in between: tiles take their time.
// Keys and values are loaded past the first cache, where queries, scores and output should stay.

/// Tiles 0 to 3 = queries [32, channels] times 32 packed keys.
AMX_INLINE void tiles_score(const uint16_t *queries, const uint16_t *keys, size_t channels) {
  const size_t stride = channels * sizeof *queries;
  const uint16_t *next = keys + side * channels;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (size_t c = 0; c < channels; c += depth) {
    _tile_loadd(4, queries + c, stride);
    _tile_stream_loadd(6, keys + c * side, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_stream_loadd(7, next + c * side, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, queries + side * channels + c, stride);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
}

/// scores [32, span], the first 32 columns = tiles 0 to 3.
AMX_INLINE void tiles_store_scores(char *scores) {
  _tile_stored(0, scores, row_bytes);
  _tile_stored(1, scores + 64, row_bytes);
  _tile_stored(2, scores + side * row_bytes, row_bytes);
  _tile_stored(3, scores + side * row_bytes + 64, row_bytes);
}

/// Tiles 0 to 5 = output [32, channels] + weights [32, count] times packed values, for 16 `tiles`
/// channels from the first.
AMX_INLINE void tiles_add(int tiles, const char *weights, const uint16_t *values, size_t channels,
                          size_t count, const float *output) {
  const size_t stride = channels * sizeof *output, next = depth * side;
  const float *second = output + side * channels;
  _tile_loadd(0, output, stride);
  if (tiles > 1) _tile_loadd(1, output + side, stride);
  if (tiles > 2) _tile_loadd(2, output + 2 * side, stride);
  _tile_loadd(3, second, stride);
  if (tiles > 1) _tile_loadd(4, second + side, stride);
  if (tiles > 2) _tile_loadd(5, second + 2 * side, stride);
  for (size_t k = 0; k < count; k += depth, values += depth * channels, weights += 64) {
    _tile_loadd(6, weights, row_bytes);
    _tile_stream_loadd(7, values, 64);
    _tile_dpbf16ps(0, 6, 7);
    if (tiles > 1) {
      _tile_stream_loadd(7, values + next, 64);
      _tile_dpbf16ps(1, 6, 7);
    }
    if (tiles > 2) {
      _tile_stream_loadd(7, values + 2 * next, 64);
      _tile_dpbf16ps(2, 6, 7);
    }
    _tile_loadd(6, weights + side * row_bytes, row_bytes);
    if (tiles > 2) _tile_dpbf16ps(5, 6, 7);
    if (tiles > 1) {
      if (tiles > 2) _tile_stream_loadd(7, values + next, 64);
      _tile_dpbf16ps(4, 6, 7);
    }
    if (tiles > 1) _tile_stream_loadd(7, values, 64);
    _tile_dpbf16ps(3, 6, 7);
  }
}

AMX_INLINE void tiles_store_sums(int tiles, size_t channels, float *output) {
  const size_t stride = channels * sizeof *output;
  float *second = output + side * channels;
  _tile_stored(0, output, stride);
  if (tiles > 1) _tile_stored(1, output + side, stride);
  if (tiles > 2) _tile_stored(2, output + 2 * side, stride);
  _tile_stored(3, second, stride);
  if (tiles > 1) _tile_stored(4, second + side, stride);
  if (tiles > 2) _tile_stored(5, second + 2 * side, stride);
}
