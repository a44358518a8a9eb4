// What float32 and bf16 attention share: a block of queries, its softmax state and its output.
#pragma once

#include "vector.h"
#include <math.h>

enum {
  block_keys = 64,
  /// Queries a block in bf16.
  half_lanes = 48,
  /// Queries a block with AMX.
  amx_queries = 32,
};

typedef struct {
  const float *queries;
  size_t count, stride;
  const void *packed;
  ck_keys_shape shape;
  int causal;
  float *y;
  /// Queries a block.
  int lanes;
  float *states;
  size_t state_floats;
} attention_job;

/// The memory of one block of queries; every row has `lanes` values.
typedef struct {
  /// [head_width], times log2(e) / √head_width.
  float *queries;
  /// [head_width], not yet divided by `sum`.
  float *output;
  /// [block_keys]: scores, then weights.
  float *scores;
  /// The largest score so far, the sum of weights relative to it, and by what the last block of keys
  /// shrank earlier weights.
  float *maximum, *sum, *decay;
  /// No query of the block is longer.
  float longest;
} block_state;

INLINE size_t block_state_floats(int lanes, size_t width) {
  return (2 * width + block_keys + 3) * lanes + 1024;
}

INLINE block_state block_state_of(const attention_job *all, int lanes, int thread) {
  const size_t width = all->shape.head_width;
  block_state state = {.queries = all->states + thread * all->state_floats};
  state.output = state.queries + width * lanes;
  state.scores = state.output + width * lanes;
  state.maximum = state.scores + block_keys * lanes;
  state.sum = state.maximum + lanes;
  state.decay = state.sum + lanes;
  return state;
}

/// Loads queries `first` ..< `first + lanes`; beyond the last come zeros.
INLINE void block_begin(const attention_job *all, size_t head, size_t first, int lanes,
                        block_state *state) {
  const size_t width = all->shape.head_width;
  const float scale = 1.44269504088896341 / sqrt((double)width);
  float longest = 0;
  for (int lane = 0; lane < lanes; lane++) {
    const size_t query = first + lane;
    const float *source = all->queries + query * all->stride + head * width;
    float square = 0;
    for (size_t c = 0; c < width; c++) {
      const float value = query < all->count ? source[c] * scale : 0;
      state->queries[c * lanes + lane] = value;
      square += value * value;
    }
    longest = square > longest || square != square ? square : longest;
    state->maximum[lane] = -1e38f;
    state->sum[lane] = 0;
  }
  state->longest = sqrtf(longest);
  for (size_t i = 0; i < width * lanes; i++) state->output[i] = 0;
}

/// Lowers the scores of keys from `start` on that lie after their query.
INLINE void block_hide_future(size_t first, size_t start, size_t keys, int lanes, float *scores) {
  for (size_t k = 0; k < keys; k++)
    for (int lane = 0; lane < lanes; lane++)
      if (start + k > first + lane) scores[k * lanes + lane] = -1e38f;
}

/// Turns scores into weights 2^(score - maximum), and updates maximum, sum and decay.
INLINE void block_soften(int vectors, size_t keys, const block_state *state) {
  const int lanes = 16 * vectors;
#pragma unroll
  for (int v = 0; v < vectors; v++) {
    float *scores = state->scores + 16 * v;
    const f32x16 former = load(state->maximum + 16 * v);
    f32x16 maximum = former, sum = {};
    for (size_t k = 0; k < keys; k++) maximum = larger(maximum, load(scores + k * lanes));
    for (size_t k = 0; k < keys; k++) {
      f32x16 weight = exp2_16(load(scores + k * lanes) - maximum);
      sum += weight;
      store(scores + k * lanes, weight);
    }
    const f32x16 decay = exp2_16(former - maximum);
    store(state->maximum + 16 * v, maximum);
    store(state->decay + 16 * v, decay);
    store(state->sum + 16 * v, load(state->sum + 16 * v) * decay + sum);
  }
}

/// Writes the block's output, token-major.
INLINE void block_end(const attention_job *all, size_t head, size_t first, int lanes,
                      const block_state *state) {
  const size_t width = all->shape.head_width, channels = width * all->shape.heads;
  for (int lane = 0; lane < lanes && first + lane < all->count; lane++) {
    const float factor = 1 / state->sum[lane];
    float *target = all->y + (first + lane) * channels + head * width;
    for (size_t c = 0; c < width; c++) target[c] = state->output[c * lanes + lane] * factor;
  }
}

// MARK: bf16: for machines with fast bf16 products only

/// Packs keys and values `first` ..< `end` (first even) of one head, whose rows at `keys` and
/// `values` are `stride` apart: keys in pairs of channels, values in pairs of keys, 0 after an odd
/// last one.
void attention_half_pack(const float *keys, const float *values, size_t stride, size_t width,
                         size_t first, size_t end, size_t count, void *packed_keys,
                         void *packed_values);
void attention_half(const attention_job *all, size_t head, size_t first, int thread);

// MARK: AMX: bf16 on tiles

/// The bytes that packed keys and values take.
size_t attention_amx_bytes(ck_keys_shape shape);
/// Packs keys and values `first` ..< `end` of one head, both multiples of 32 (beyond the last key
/// come zeros).
void attention_amx_pack(const float *keys, const float *values, size_t stride,
                        ck_keys_shape shape, size_t head, size_t first, size_t end, void *packed);
/// The floats that a thread works in.
size_t attention_amx_state_floats(ck_keys_shape shape);
void attention_amx(const attention_job *all, size_t head, size_t first, int thread);
