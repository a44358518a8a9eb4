// Attention by blocks of queries and keys, with the softmax's maximum and sum carried along (Milakov
// and Gimelshein, "Online normalizer calculation for softmax", 2018; Dao et al., "FlashAttention",
// 2022).
//
// Vectors run along queries, so that neither score products nor softmax nor value products need
// anything transposed but the queries themselves, and every head width fits: a step multiplies
// `lanes` queries by one number of a key or value.

#include "attention.h"

size_t ck_keys_bytes(ck_keys_shape shape) {
  return 2 * shape.heads * shape.keys * shape.head_width * sizeof(float);
}

// MARK: Packing

typedef struct {
  const float *keys, *values;
  size_t stride;
  ck_keys_shape shape;
  float *packed;
} pack_job;

enum { packed_keys = 256 };

static int is_half(ck_keys_shape shape) {
  return shape.precision == CK_BF16 && ck_has_fast_bf16();
}

/// Head by head: its keys, then its values, each [keys, head_width].
static void pack_part(void *pointer, size_t index, int thread) {
  const pack_job *all = pointer;
  const size_t blocks = (all->shape.keys + packed_keys - 1) / packed_keys;
  const size_t head = index / blocks, first = index % blocks * packed_keys;
  const size_t end = first + packed_keys < all->shape.keys ? first + packed_keys : all->shape.keys;
  const size_t width = all->shape.head_width;
  float *keys = all->packed + head * 2 * all->shape.keys * width;
  float *values = keys + all->shape.keys * width;
  if (is_half(all->shape)) {
    const size_t at = first * all->stride + head * width;
    attention_half_pack(all->keys + at, all->values + at, all->stride, width, first, end,
                        all->shape.keys, keys, values);
    return;
  }
  for (size_t i = first; i < end; i++) {
    const size_t at = i * all->stride + head * width;
    for (size_t c = 0; c < width; c++) keys[i * width + c] = all->keys[at + c];
    for (size_t c = 0; c < width; c++) values[i * width + c] = all->values[at + c];
  }
}

static void pack(const float *keys, const float *values, size_t stride, ck_keys_shape shape,
                 void *packed) {
  pack_job all = {keys, values, stride, shape, packed};
  ck_parallel(shape.heads * ((shape.keys + packed_keys - 1) / packed_keys), &all, pack_part);
}

ck_status ck_keys_pack(const float *keys, const float *values, size_t stride,
                       ck_keys_shape shape, void *packed) {
  ck_lock();
  pack(keys, values, stride, shape, packed);
  ck_unlock();
  return CK_OK;
}

// MARK: One block of queries

/// scores[k] = sum over c of queries[c] * keys[k][c], for `rows` keys; all in vectors of queries.
INLINE void score_rows(int vectors, int rows, const float *queries, const float *keys,
                       size_t width, float *scores) {
  const int lanes = 16 * vectors;
  f32x16 sum[12][4] = {};
  for (size_t c = 0; c < width; c++) {
    f32x16 q[4];
#pragma unroll
    for (int v = 0; v < vectors; v++) q[v] = load(queries + c * lanes + 16 * v);
#pragma unroll
    for (int r = 0; r < rows; r++)
#pragma unroll
      for (int v = 0; v < vectors; v++) sum[r][v] += q[v] * keys[r * width + c];
  }
#pragma unroll
  for (int r = 0; r < rows; r++)
#pragma unroll
    for (int v = 0; v < vectors; v++) store(scores + r * lanes + 16 * v, sum[r][v]);
}

/// output[c] = output[c] * decay + sum over k of weights[k] * values[k][c], for `rows` channels.
INLINE void value_rows(int vectors, int rows, const float *weights, const float *values,
                       size_t width, size_t keys, const float *decay, float *output) {
  const int lanes = 16 * vectors;
  f32x16 sum[12][4];
#pragma unroll
  for (int r = 0; r < rows; r++)
#pragma unroll
    for (int v = 0; v < vectors; v++)
      sum[r][v] = load(output + r * lanes + 16 * v) * load(decay + 16 * v);
  for (size_t k = 0; k < keys; k++) {
    f32x16 w[4];
#pragma unroll
    for (int v = 0; v < vectors; v++) w[v] = load(weights + k * lanes + 16 * v);
#pragma unroll
    for (int r = 0; r < rows; r++)
#pragma unroll
      for (int v = 0; v < vectors; v++) sum[r][v] += w[v] * values[k * width + r];
  }
#pragma unroll
  for (int r = 0; r < rows; r++)
#pragma unroll
    for (int v = 0; v < vectors; v++) store(output + r * lanes + 16 * v, sum[r][v]);
}

INLINE void attend(int vectors, int rows, const attention_job *all, size_t head, size_t first,
                   int thread) {
  const int lanes = 16 * vectors;
  const size_t width = all->shape.head_width;
  const block_state state = block_state_of(all, lanes, thread);
  block_begin(all, head, first, lanes, &state);
  const float *keys = (const float *)all->packed + head * 2 * all->shape.keys * width;
  const float *values = keys + all->shape.keys * width;
  const size_t visible =
      all->causal && first + lanes < all->shape.keys ? first + lanes : all->shape.keys;
  for (size_t start = 0; start < visible; start += block_keys) {
    const size_t count = visible - start < block_keys ? visible - start : block_keys;
    size_t k = 0;
    for (; k + rows <= count; k += rows)
      score_rows(vectors, rows, state.queries, keys + (start + k) * width, width,
                 state.scores + k * lanes);
    for (; k < count; k++)
      score_rows(vectors, 1, state.queries, keys + (start + k) * width, width,
                 state.scores + k * lanes);
    if (all->causal) block_hide_future(first, start, count, lanes, state.scores);
    block_soften(vectors, count, &state);
    size_t c = 0;
    for (; c + rows <= width; c += rows)
      value_rows(vectors, rows, state.scores, values + start * width + c, width, count,
                 state.decay, state.output + c * lanes);
    for (; c < width; c++)
      value_rows(vectors, 1, state.scores, values + start * width + c, width, count, state.decay,
                 state.output + c * lanes);
  }
  block_end(all, head, first, lanes, &state);
}

CLONES static void attend_wide(const attention_job *all, size_t head, size_t first, int thread) {
  attend(3, 8, all, head, first, thread);
}

CLONES static void attend_narrow(const attention_job *all, size_t head, size_t first,
                                 int thread) {
  attend(1, 5, all, head, first, thread);
}

// MARK: All blocks

/// Three vectors by eight rows fill AVX-512's 32 registers; AVX2's 16 take two half vectors by five.
static int query_vectors(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") ? 3 : 1;
#else
  return 1;
#endif
}

static void attend_part(void *pointer, size_t index, int thread) {
  const attention_job *all = pointer;
  const size_t blocks = (all->count + all->lanes - 1) / all->lanes;
  const size_t head = index / blocks, first = index % blocks * all->lanes;
  if (is_half(all->shape))
    attention_half(all, head, first, thread);
  else if (all->lanes == 48)
    attend_wide(all, head, first, thread);
  else
    attend_narrow(all, head, first, thread);
}

/// Runs under ck_lock.
static ck_status run(attention_job *all) {
  all->lanes = is_half(all->shape) ? half_lanes : 16 * query_vectors();
  all->state_floats = block_state_floats(all->lanes, all->shape.head_width);
  all->states = ck_scratch(CK_SCRATCH_OUTPUT, all->state_floats * ck_thread_count() * 4);
  if (!all->states) return ck_fail(CK_OUT_OF_MEMORY, "no memory for attention");
  ck_parallel(all->shape.heads * ((all->count + all->lanes - 1) / all->lanes), all, attend_part);
  return CK_OK;
}

ck_status ck_attention(const float *queries, size_t count, size_t stride, const void *packed,
                       ck_keys_shape shape, int causal, float *y) {
  attention_job all = {.queries = queries, .count = count, .stride = stride, .packed = packed,
                       .shape = shape, .causal = causal, .y = y};
  ck_lock();
  ck_status status = run(&all);
  ck_unlock();
  return status;
}

ck_status ck_self_attention(const float *queries, const float *keys, const float *values,
                            size_t stride, ck_keys_shape shape, int causal, float *y) {
  attention_job all = {.queries = queries, .count = shape.keys, .stride = stride, .shape = shape,
                       .causal = causal, .y = y};
  ck_lock();
  void *packed = ck_scratch(CK_SCRATCH_INPUT, ck_keys_bytes(shape));
  if (packed) pack(keys, values, stride, shape, packed);
  all.packed = packed;
  ck_status status =
      packed ? run(&all) : ck_fail(CK_OUT_OF_MEMORY, "no memory for keys and values");
  ck_unlock();
  return status;
}
