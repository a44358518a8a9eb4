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
#include "softmax_amx.h"

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

// MARK: A block of queries

size_t attention_amx_state_floats(ck_keys_shape shape) {
  const padded_shape p = padded(shape);
  return amx_queries * (3 * span + p.key_channels / 2 + p.value_channels + side + 2) + 1024;
}

AMX_INLINE tile_state begin(const attention_job *all, size_t head, size_t first, int thread) {
  const padded_shape p = padded(all->shape);
  const size_t width = all->shape.head_width;
  float *memory = all->states + thread * all->state_floats;
  tile_state state = {.scores = (char *)memory};
  memory += 3 * amx_queries * span;
  state.queries = (uint16_t *)memory;
  memory += amx_queries * p.key_channels / 2;
  state.output = memory;
  memory += amx_queries * p.value_channels;
  state.sums = memory;
  state.maxima = memory + amx_queries * side;
  state.decays = state.maxima + amx_queries;
  memset(state.output, 0, amx_queries * (p.value_channels + side) * sizeof(float));
  const float scale = 1.44269504088896341 / sqrt((double)width);
  for (size_t i = 0; i < amx_queries; i++) {
    state.maxima[i] = -INFINITY;
    state.decays[i] = 1;
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
  const size_t end = start + count;
  if (end <= all->shape.keys && !(all->causal && end > first + 1)) return;
  for (size_t i = 0; i < amx_queries; i++) {
    size_t visible = all->causal ? first + i + 1 : all->shape.keys;
    if (visible > all->shape.keys) visible = all->shape.keys;
    float *row = (float *)(scores + i * row_bytes);
    for (size_t k = visible > start ? visible - start : 0; k < count; k++) row[k] = -1e38f;
  }
}

/// Writes the block's output.
AMX_INLINE void finish(const attention_job *all, size_t head, size_t first,
                       const tile_state *state) {
  const size_t width = all->shape.head_width, channels = padded(all->shape).value_channels;
  for (size_t i = 0; i < amx_queries && first + i < all->count; i++) {
    const float factor = 1 / _mm512_reduce_add_ps(_mm512_loadu_ps(state->sums + i * side));
    float *target = all->y + (first + i) * width * all->shape.heads + head * width;
    for (size_t c = 0; c < width; c++) target[c] = state->output[i * channels + c] * factor;
  }
}

/// A block of keys: where its keys and values are packed, where its scores become weights.
typedef struct {
  size_t start, count;
  const uint16_t *keys, *values;
  char *scores;
} key_block;

/// At once: the scores of `next`, the weights of `current` and the sums of `former`, for tiles and
/// vectors work side by side where neither waits for the other. Each block may have no keys.
AMX_INLINE void advance(padded_shape p, const key_block *next, const key_block *current,
                        const key_block *former, tile_state *state) {
  const size_t channels = p.value_channels, groups = span / depth;
  const size_t parts = groups + (channels + 3 * side - 1) / (3 * side);
  const size_t rows = (amx_queries + parts - 1) / parts;
  for (size_t part = 0; part < parts; part++) {
    const size_t k = part * depth, c = part < groups ? 0 : (part - groups) * 3 * side;
    const size_t tiles = at_most((channels - c) / side, 3);
    const uint16_t *values = former->values + c * depth;
    float *output = state->output + c;
    const int scores = part < groups && k < next->count, sums = part >= groups && former->count;
    if (scores)
      tiles_score(state->queries, next->keys + k * p.key_channels, p.key_channels);
    else if (sums && tiles == 3)
      tiles_add(3, former->scores, values, channels, former->count, output);
    else if (sums && tiles == 2)
      tiles_add(2, former->scores, values, channels, former->count, output);
    else if (sums)
      tiles_add(1, former->scores, values, channels, former->count, output);
    if (current->count)
      soften_rows(current->count, current->scores, part * rows, (part + 1) * rows, state);
    if (scores)
      tiles_store_scores(next->scores + k * 4);
    else if (sums && tiles == 3)
      tiles_store_sums(3, channels, output);
    else if (sums && tiles == 2)
      tiles_store_sums(2, channels, output);
    else if (sums)
      tiles_store_sums(1, channels, output);
  }
  if (state->has_decay) decay_output(channels, state);
}

AMX void attention_amx(const attention_job *all, size_t head, size_t first, int thread) {
  const padded_shape p = padded(all->shape);
  const uint16_t *keys = (const uint16_t *)all->packed + head * head_size(p);
  const uint16_t *values = keys + p.keys * p.key_channels;
  tile_state state = begin(all, head, first, thread);
  const size_t visible =
      all->causal ? at_most(first + amx_queries, all->shape.keys) : all->shape.keys;
  key_block former = {0}, current = {0};
  tiles_begin();
  for (size_t start = 0, turn = 0; start < visible + 2 * span; start += span, turn++) {
    key_block next = {.start = start};
    if (start < visible) {
      next.count = at_most((visible - start + depth - 1) / depth * depth, span);
      next.keys = keys + start * p.key_channels;
      next.values = values + start * p.value_channels;
      next.scores = state.scores + turn % 3 * amx_queries * row_bytes;
    }
    advance(p, &next, &current, &former, &state);
    if (next.count) hide(all, first, start, next.count, next.scores);
    former = current;
    current = next;
  }
  tiles_end();
  finish(all, head, first, &state);
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
