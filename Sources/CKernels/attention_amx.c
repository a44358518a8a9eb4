// Attention as in attention.c on tiles of 16x16 numbers, for machines with AMX: products of bf16
// pairs, 16 queries by 16 keys by 32 channels at a time; maximum, sums and output stay float32.
//
// Here queries are rows, so that weights follow from scores where the next product reads them:
// nothing is transposed but the keys, once. A row's maximum is only raised (and what was summed up
// rescaled) when scores exceed it by 2^16: until then no weight can overflow, and what a maximum is
// for is done.

#include "attention.h"
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include "tiles.h"

// MARK: Packing

typedef struct {
  /// Of a head: keys, channels of keys and channels of values, with zeros up to whole tiles.
  size_t keys, key_channels, value_channels;
} padded_shape;

static padded_shape padded(ck_keys_shape shape) {
  return (padded_shape){.keys = (shape.keys + depth - 1) / depth * depth,
                        .key_channels = (shape.head_width + depth - 1) / depth * depth,
                        .value_channels = (shape.head_width + side - 1) / side * side};
}

/// In bf16 numbers.
static size_t head_size(padded_shape p) { return p.keys * (p.key_channels + p.value_channels); }

size_t attention_amx_bytes(ck_keys_shape shape) {
  return shape.heads * head_size(padded(shape)) * sizeof(uint16_t);
}

AMX_INLINE size_t at_most(size_t count, size_t most) { return count < most ? count : most; }

/// Keys `first` ..< `end` of `count`, first a multiple of 32: in groups of 16, for each a tile of
/// [pair of channels, key] for every 32 channels; values in groups of 32, for each a tile of [pair
/// of keys, channel] for every 16 channels.
AMX void attention_amx_pack(const float *keys, const float *values, size_t stride,
                            ck_keys_shape shape, size_t head, size_t first, size_t end,
                            void *packed) {
  const padded_shape p = padded(shape);
  const size_t width = shape.head_width, count = shape.keys;
  uint16_t *base = (uint16_t *)packed + head * head_size(p);
  for (size_t i = first; i < end; i++) {
    uint32_t *target = (uint32_t *)(base + i / side * side * p.key_channels) + i % side;
    for (size_t c = 0; c < p.key_channels; c += side) {
      const size_t rest = i < count && c < width ? at_most(width - c, side) : 0;
      uint32_t pairs[8];
      _mm256_storeu_si256((void *)pairs, half(keys + i * stride + c, rest, 1));
      for (size_t j = 0; j < 8; j++) target[(c / 2 + j) * side] = pairs[j];
    }
  }
  base += p.keys * p.key_channels;
  for (size_t i = first; i < end; i += 2) {
    uint16_t *target = base + i / depth * depth * p.value_channels + i % depth * side;
    for (size_t c = 0; c < p.value_channels; c += side, target += depth * side) {
      const size_t rest = at_most(width - c, side);
      const float *from = values + i * stride + c;
      const __m512i low = _mm512_cvtepu16_epi32(half(from, i < count ? rest : 0, 1));
      const __m512i high = _mm512_cvtepu16_epi32(half(from + stride, i + 1 < count ? rest : 0, 1));
      _mm512_storeu_si512(target, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
    }
  }
}

// MARK: Softmax

typedef struct {
  /// bf16 [32, key channels], times log2(e) / √head_width.
  uint16_t *queries;
  /// [32, span]: scores, then weights in bf16, in the first half of the row.
  char *scores;
  /// [32, value channels], relative to 2^maximum as `sums`, which are 16 a row.
  float *output, *sums, *maxima;
} tile_state;

/// 2^(x - shift) for c = 1.5 * 2^23 - shift, whose shift is an integer, to 8e-5 relative (bf16
/// keeps 4e-3), from 2^-126 on.
AMX_INLINE __m512 power(__m512 x, __m512 c, __m512 lowest) {
  x = _mm512_max_ps(lowest, x);
  const __m512 rounded = _mm512_add_ps(x, c);
  const __m512 r = _mm512_sub_ps(x, _mm512_sub_ps(rounded, c));
  __m512 p = _mm512_set1_ps(0.055171670f);
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.24261113f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.69326099f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.99992807f));
  return (__m512)_mm512_add_epi32((__m512i)p, _mm512_slli_epi32((__m512i)rounded, 23));
}

/// Raises a row's maximum to an integer no score of it exceeds, and scales down what was summed up.
AMX_APART void raise_row(float highest, size_t channels, float *maximum, float *sums,
                         float *output) {
  highest = ceilf(highest);
  const float decay = exp2f(*maximum - highest);
  *maximum = highest;
  for (size_t i = 0; i < side; i++) sums[i] *= decay;
  for (size_t i = 0; i < channels; i++) output[i] *= decay;
}

/// Turns `count` scores of a row, a multiple of 32, to weights 2^(score - maximum).
AMX_INLINE void soften(size_t count, char *row, size_t channels, float *maximum, float *sums,
                       float *output) {
  float *scores = (float *)row;
  __m512 highest = _mm512_loadu_ps(scores);
  for (size_t i = side; i < count; i += side)
    highest = _mm512_max_ps(highest, _mm512_loadu_ps(scores + i));
  if (_mm512_cmp_ps_mask(highest, _mm512_set1_ps(*maximum + 16), _CMP_GT_OQ))
    raise_row(_mm512_reduce_max_ps(highest), channels, maximum, sums, output);
  float shift = *maximum;
  if (!(fabsf(shift) < 1 << 22)) {
    for (size_t i = 0; i < count; i++) scores[i] -= shift;
    shift = 0;
  }
  const __m512 c = _mm512_set1_ps(12582912.0f - shift);
  const __m512 lowest = _mm512_set1_ps(shift - 126);
  __m512 sum = _mm512_loadu_ps(sums);
  for (size_t i = 0; i < count; i += depth) {
    const __m512 low = power(_mm512_loadu_ps(scores + i), c, lowest);
    const __m512 high = power(_mm512_loadu_ps(scores + i + side), c, lowest);
    sum = _mm512_add_ps(sum, _mm512_add_ps(low, high));
    _mm512_storeu_si512(row + 2 * i, (__m512i)_mm512_cvtne2ps_pbh(high, low));
  }
  _mm512_storeu_ps(sums, sum);
}

// MARK: A block of queries

size_t attention_amx_state_floats(ck_keys_shape shape) {
  const padded_shape p = padded(shape);
  return amx_queries * (p.key_channels / 2 + span + p.value_channels + side + 1) + 1024;
}

AMX_INLINE tile_state begin(const attention_job *all, size_t head, size_t first, int thread) {
  const padded_shape p = padded(all->shape);
  const size_t width = all->shape.head_width;
  float *memory = all->states + thread * all->state_floats;
  tile_state state = {.scores = (char *)memory};
  memory += amx_queries * span;
  state.queries = (uint16_t *)memory;
  memory += amx_queries * p.key_channels / 2;
  state.output = memory;
  memory += amx_queries * p.value_channels;
  state.sums = memory;
  state.maxima = memory + amx_queries * side;
  memset(state.output, 0, amx_queries * (p.value_channels + side) * sizeof(float));
  const float scale = 1.44269504088896341 / sqrt((double)width);
  for (size_t i = 0; i < amx_queries; i++) {
    state.maxima[i] = -INFINITY;
    const float *source = all->queries + (first + i) * all->stride + head * width;
    for (size_t c = 0; c < p.key_channels; c += side) {
      const size_t rest = first + i < all->count && c < width ? at_most(width - c, side) : 0;
      _mm256_storeu_si256((void *)(state.queries + i * p.key_channels + c),
                          half(source + c, rest, scale));
    }
  }
  return state;
}

/// Lowers the scores of keys from `limit` on, and where `causal` of keys after their query.
static void hide(const attention_job *all, size_t first, size_t start, size_t count,
                 char *scores) {
  for (size_t i = 0; i < amx_queries; i++) {
    size_t visible = all->causal ? first + i + 1 : all->shape.keys;
    if (visible > all->shape.keys) visible = all->shape.keys;
    float *row = (float *)(scores + i * row_bytes);
    for (size_t k = visible > start ? visible - start : 0; k < count; k++) row[k] = -1e38f;
  }
}

AMX void attention_amx(const attention_job *all, size_t head, size_t first, int thread) {
  const padded_shape p = padded(all->shape);
  const size_t channels = p.value_channels, keys_end = all->shape.keys;
  const uint16_t *keys = (const uint16_t *)all->packed + head * head_size(p);
  const uint16_t *values = keys + p.keys * p.key_channels;
  tile_state state = begin(all, head, first, thread);
  tiles_begin();
  const size_t visible = all->causal ? at_most(first + amx_queries, keys_end) : keys_end;
  for (size_t start = 0; start < visible; start += span) {
    const size_t count = at_most((visible - start + depth - 1) / depth * depth, span);
    tiles_score(state.queries, keys + start * p.key_channels, p.key_channels, count, state.scores);
    if (start + count > keys_end || (all->causal && start + count > first + 1))
      hide(all, first, start, count, state.scores);
    for (size_t i = 0; i < amx_queries; i++) {
      char *row = state.scores + i * row_bytes;
      float *sums = state.sums + i * side, *output = state.output + i * channels;
      soften(count == span ? span : count, row, channels, state.maxima + i, sums, output);
    }
    const uint16_t *block = values + start * channels;
    size_t c = 0;
    for (; c + 48 <= channels; c += 48)
      tiles_add_three(state.scores, block + c * depth, channels, count, state.output + c);
    if (c + 32 == channels)
      tiles_add(2, state.scores, block + c * depth, channels, count, state.output + c);
    else if (c < channels)
      tiles_add(1, state.scores, block + c * depth, channels, count, state.output + c);
  }
  tiles_end();
  const size_t width = all->shape.head_width;
  for (size_t i = 0; i < amx_queries && first + i < all->count; i++) {
    const float factor = 1 / _mm512_reduce_add_ps(_mm512_loadu_ps(state.sums + i * side));
    float *target = all->y + (first + i) * width * all->shape.heads + head * width;
    for (size_t c = 0; c < width; c++) target[c] = state.output[i * channels + c] * factor;
  }
}

#else

// Never called: no other machine says that it has tiles.
size_t attention_amx_bytes(ck_keys_shape shape) { abort(); }
void attention_amx_pack(const float *keys, const float *values, size_t stride,
                        ck_keys_shape shape, size_t head, size_t first, size_t end, void *packed) {
  abort();
}
size_t attention_amx_state_floats(ck_keys_shape shape) { abort(); }
void attention_amx(const attention_job *all, size_t head, size_t first, int thread) { abort(); }

#endif
