// Attention as in attention.c, with products of bf16 pairs: keys and queries in pairs of channels,
// weights and values in pairs of keys. Maximum, sums and output stay float32.

#include "attention.h"
#include <stdlib.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define HALF __attribute__((target("arch=x86-64-v4,avx512bf16")))
#define HALF_INLINE static inline __attribute__((always_inline, target("arch=x86-64-v4,avx512bf16")))

enum { vectors = half_lanes / 16, rows = 8 };

/// The bits of two numbers rounded to bf16, nearest even.
static uint32_t pair(float low, float high) {
  union {
    float value;
    uint32_t bits;
  } a = {low}, b = {high};
  uint32_t first = (a.bits + 0x7fff + (a.bits >> 16 & 1)) >> 16;
  uint32_t second = (b.bits + 0x7fff + (b.bits >> 16 & 1)) & 0xffff0000;
  return second | first;
}

void attention_half_pack(const float *keys, const float *values, size_t stride, size_t width,
                         size_t first, size_t end, size_t count, void *packed_keys,
                         void *packed_values) {
  const size_t pairs = (width + 1) / 2;
  for (size_t i = first; i < end; i++, keys += stride) {
    uint32_t *target = (uint32_t *)packed_keys + i * pairs;
    for (size_t c = 0; c < width; c += 2)
      target[c / 2] = pair(keys[c], c + 1 < width ? keys[c + 1] : 0);
  }
  for (size_t i = first; i < end; i += 2, values += 2 * stride) {
    uint32_t *target = (uint32_t *)packed_values + i / 2 * width;
    for (size_t c = 0; c < width; c++)
      target[c] = pair(values[c], i + 1 < count ? values[stride + c] : 0);
  }
}

/// Joins rows 2i and 2i + 1 of `values` [count, half_lanes] in place to row i of pairs.
HALF_INLINE void join_rows(float *values, size_t count) {
  for (size_t i = 0; i < count; i += 2)
#pragma unroll
    for (int v = 0; v < vectors; v++) {
      const float *source = values + i * half_lanes + 16 * v;
      __m512i low = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(source)));
      __m512i high = _mm512_setzero_si512();
      if (i + 1 < count)
        high = _mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(
                                     _mm512_loadu_ps(source + half_lanes))),
                                 16);
      _mm512_storeu_si512(values + i / 2 * half_lanes + 16 * v, _mm512_or_si512(low, high));
    }
}

/// sum[r] += left[i] * right[i * step + r * apart], for `count` pairs i: left in vectors of
/// queries, right one number for all of them.
HALF_INLINE void multiply(int used, const float *left, const uint32_t *right, size_t step,
                          size_t apart, size_t count, __m512 sum[rows][vectors]) {
  for (size_t i = 0; i < count; i++) {
    __m512bh l[vectors];
#pragma unroll
    for (int v = 0; v < vectors; v++)
      l[v] = (__m512bh)_mm512_loadu_si512(left + i * half_lanes + 16 * v);
#pragma unroll
    for (int r = 0; r < used; r++) {
      const __m512bh number = (__m512bh)_mm512_set1_epi32((int)right[i * step + r * apart]);
#pragma unroll
      for (int v = 0; v < vectors; v++) sum[r][v] = _mm512_dpbf16_ps(sum[r][v], l[v], number);
    }
  }
}

HALF_INLINE void score_rows(int used, const float *queries, const uint32_t *keys, size_t pairs,
                            float *scores) {
  __m512 sum[rows][vectors];
#pragma unroll
  for (int r = 0; r < used; r++)
#pragma unroll
    for (int v = 0; v < vectors; v++) sum[r][v] = _mm512_setzero_ps();
  multiply(used, queries, keys, 1, pairs, pairs, sum);
#pragma unroll
  for (int r = 0; r < used; r++)
#pragma unroll
    for (int v = 0; v < vectors; v++)
      _mm512_storeu_ps(scores + r * half_lanes + 16 * v, sum[r][v]);
}

HALF_INLINE void value_rows(int used, const float *weights, const uint32_t *values, size_t width,
                            size_t pairs, const float *decay, float *output) {
  __m512 sum[rows][vectors];
#pragma unroll
  for (int r = 0; r < used; r++)
#pragma unroll
    for (int v = 0; v < vectors; v++)
      sum[r][v] = _mm512_mul_ps(_mm512_loadu_ps(output + r * half_lanes + 16 * v),
                                _mm512_loadu_ps(decay + 16 * v));
  multiply(used, weights, values, width, 1, pairs, sum);
#pragma unroll
  for (int r = 0; r < used; r++)
#pragma unroll
    for (int v = 0; v < vectors; v++)
      _mm512_storeu_ps(output + r * half_lanes + 16 * v, sum[r][v]);
}

HALF void attention_half(const attention_job *all, size_t head, size_t first, int thread) {
  const size_t width = all->shape.head_width, pairs = (width + 1) / 2;
  block_state state = block_state_of(all, half_lanes, thread);
  block_begin(all, head, first, half_lanes, &state);
  join_rows(state.queries, width);
  const float *base = (const float *)all->packed + head * 2 * all->shape.keys * width;
  const uint32_t *keys = (const uint32_t *)base;
  const uint32_t *values = (const uint32_t *)(base + all->shape.keys * width);
  const size_t visible = all->causal && first + half_lanes < all->shape.keys ? first + half_lanes
                                                                             : all->shape.keys;
  for (size_t start = 0; start < visible; start += block_keys) {
    const size_t count = visible - start < block_keys ? visible - start : block_keys;
    size_t k = 0;
    for (; k + rows <= count; k += rows)
      score_rows(rows, state.queries, keys + (start + k) * pairs, pairs,
                 state.scores + k * half_lanes);
    for (; k < count; k++)
      score_rows(1, state.queries, keys + (start + k) * pairs, pairs,
                 state.scores + k * half_lanes);
    if (all->causal) block_hide_future(first, start, count, half_lanes, state.scores);
    block_soften(vectors, count, &state);
    join_rows(state.scores, count);
    const uint32_t *block = values + start / 2 * width;
    size_t c = 0;
    for (; c + rows <= width; c += rows)
      value_rows(rows, state.scores, block + c, width, (count + 1) / 2, state.decay,
                 state.output + c * half_lanes);
    for (; c < width; c++)
      value_rows(1, state.scores, block + c, width, (count + 1) / 2, state.decay,
                 state.output + c * half_lanes);
  }
  block_end(all, head, first, half_lanes, &state);
}

#else

// Never called: no other machine says that it has fast bf16 products.
void attention_half_pack(const float *keys, const float *values, size_t stride, size_t width,
                         size_t first, size_t end, size_t count, void *packed_keys,
                         void *packed_values) {
  abort();
}
void attention_half(const attention_job *all, size_t head, size_t first, int thread) { abort(); }

#endif
