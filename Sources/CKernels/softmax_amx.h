// The softmax of attention_amx.c: rows of scores become rows of weights in bf16.
#pragma once

#include "attention.h"
#include "tiles.h"

typedef struct {
  /// bf16 [32, key channels], times log2(e) / √head_width.
  uint16_t *queries;
  /// Of three blocks of keys [32, span] each: scores, then weights in bf16, in the first half of the
  /// row.
  char *scores;
  /// [32, value channels], relative to 2^maximum as `sums`, which are 16 a row.
  float *output, *sums, *maxima;
  /// What rows of output are still to be multiplied by, and whether any is.
  float *decays;
  int has_decay;
} tile_state;

/// x[i] = 2^(x[i] - shift) for c = 1.5 * 2^23 - shift, whose shift is an integer, to 8e-5 relative
/// (bf16 keeps 4e-3), from 2^-126 on.
///
/// Step by step for all vectors: a chain of dependent steps after the other would fill the
/// processor's queue of waiting ones.
AMX_INLINE void powers(int vectors, __m512 *x, float shift) {
  const __m512 c = _mm512_set1_ps(12582912.0f - shift);
  __m512 rounded[span / side], p[span / side];
#pragma unroll
  for (int i = 0; i < vectors; i++) x[i] = _mm512_max_ps(_mm512_set1_ps(shift - 126), x[i]);
#pragma unroll
  for (int i = 0; i < vectors; i++) rounded[i] = _mm512_add_ps(x[i], c);
#pragma unroll
  for (int i = 0; i < vectors; i++) p[i] = _mm512_sub_ps(rounded[i], c);
#pragma unroll
  for (int i = 0; i < vectors; i++) x[i] = _mm512_sub_ps(x[i], p[i]);
#pragma unroll
  for (int i = 0; i < vectors; i++)
    p[i] = _mm512_fmadd_ps(_mm512_set1_ps(0.055171670f), x[i], _mm512_set1_ps(0.24261113f));
#pragma unroll
  for (int i = 0; i < vectors; i++) p[i] = _mm512_fmadd_ps(p[i], x[i], _mm512_set1_ps(0.69326099f));
#pragma unroll
  for (int i = 0; i < vectors; i++) p[i] = _mm512_fmadd_ps(p[i], x[i], _mm512_set1_ps(0.99992807f));
#pragma unroll
  for (int i = 0; i < vectors; i++)
    x[i] = (__m512)_mm512_add_epi32((__m512i)p[i], _mm512_slli_epi32((__m512i)rounded[i], 23));
}

/// Raises a row's maximum to an integer that no score of it exceeds.
AMX_APART void raise_row(float highest, size_t row, tile_state *state) {
  highest = ceilf(highest);
  const float decay = exp2f(state->maxima[row] - highest);
  state->maxima[row] = highest;
  for (size_t i = 0; i < side; i++) state->sums[row * side + i] *= decay;
  state->decays[row] = decay;
  state->has_decay = 1;
}

/// Scales down what was summed up for rows whose maximum was raised.
AMX_APART void decay_output(size_t channels, tile_state *state) {
  for (size_t row = 0; row < amx_queries; row++) {
    for (size_t c = 0; c < channels; c++) state->output[row * channels + c] *= state->decays[row];
    state->decays[row] = 1;
  }
  state->has_decay = 0;
}

/// Turns 16 `vectors` scores of a row to weights 2^(score - maximum).
AMX_INLINE void soften(int vectors, char *scores, size_t row, tile_state *state) {
  __m512 w[span / side], highest = _mm512_loadu_ps(scores);
#pragma unroll
  for (int i = 0; i < vectors; i++) {
    w[i] = _mm512_loadu_ps(scores + 64 * i);
    highest = _mm512_max_ps(highest, w[i]);
  }
  if (_mm512_cmp_ps_mask(highest, _mm512_set1_ps(state->maxima[row] + 16), _CMP_GT_OQ))
    raise_row(_mm512_reduce_max_ps(highest), row, state);
  float shift = state->maxima[row];
  if (!(fabsf(shift) < 1 << 22)) {
    // Too large for the trick of `powers`.
    for (int i = 0; i < vectors; i++) w[i] = _mm512_sub_ps(w[i], _mm512_set1_ps(shift));
    shift = 0;
  }
  powers(vectors, w, shift);
  __m512 sum = _mm512_loadu_ps(state->sums + row * side);
#pragma unroll
  for (int i = 0; i < vectors; i += 2) {
    sum = _mm512_add_ps(sum, _mm512_add_ps(w[i], w[i + 1]));
    _mm512_storeu_si512(scores + 32 * i, (__m512i)_mm512_cvtne2ps_pbh(w[i + 1], w[i]));
  }
  _mm512_storeu_ps(state->sums + row * side, sum);
}

/// Softens rows `first` ..< `end`.
AMX_INLINE void soften_rows(size_t count, char *scores, size_t first, size_t end,
                            tile_state *state) {
  for (size_t row = first; row < end && row < amx_queries; row++)
    if (count == span)
      soften(span / side, scores + row * row_bytes, row, state);
    else
      soften(depth / side, scores + row * row_bytes, row, state);
}
