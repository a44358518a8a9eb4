// Attention by blocks of queries and keys, with the softmax's maximum and sum carried along (Milakov
// and Gimelshein, "Online normalizer calculation for softmax", 2018; Dao et al., "FlashAttention",
// 2022).
//
// Vectors run along queries, so that neither score products nor softmax nor value products need
// anything transposed but the queries themselves, and every head width fits: a step multiplies
// `lanes` queries by one number of a key or value.
//
// Where |query| |key| shows that no weight 2^score can overflow or vanish, weights need no maximum:
// nothing is rescaled, and scores turn into weights before they leave their registers. That is most
// of the work where heads are narrow.

#include "attention.h"

enum { packed_keys = 256 };

static size_t pack_blocks(ck_keys_shape shape) {
  return (shape.keys + packed_keys - 1) / packed_keys;
}

/// After keys and values come the lengths of the longest keys, one for each head and block.
static const float *longest_keys(const void *packed, ck_keys_shape shape) {
  return (const float *)packed + 2 * shape.heads * shape.keys * shape.head_width;
}

static int is_half(ck_keys_shape shape) {
  return shape.precision == CK_BF16 && ck_has_fast_bf16();
}

static int is_tiled(ck_keys_shape shape) {
  return is_half(shape) && ck_has_tiles();
}

size_t ck_keys_bytes(ck_keys_shape shape) {
  if (is_tiled(shape)) return attention_amx_bytes(shape);
  return (2 * shape.keys * shape.head_width + pack_blocks(shape)) * shape.heads * sizeof(float);
}

// MARK: Packing

typedef struct {
  const float *keys, *values;
  size_t stride;
  ck_keys_shape shape;
  float *packed;
} pack_job;

/// Head by head: its keys, then its values, each [keys, head_width].
static void pack_part(void *pointer, size_t index, int thread) {
  const pack_job *all = pointer;
  const size_t blocks = pack_blocks(all->shape);
  const size_t head = index / blocks, first = index % blocks * packed_keys;
  const size_t end = first + packed_keys < all->shape.keys ? first + packed_keys : all->shape.keys;
  const size_t width = all->shape.head_width;
  if (is_tiled(all->shape)) {
    const size_t at = head * width;
    attention_amx_pack(all->keys + at, all->values + at, all->stride, all->shape, head, first,
                       (end + 31) / 32 * 32, all->packed);
    return;
  }
  float *keys = all->packed + head * 2 * all->shape.keys * width;
  float *values = keys + all->shape.keys * width;
  if (is_half(all->shape)) {
    const size_t at = first * all->stride + head * width;
    attention_half_pack(all->keys + at, all->values + at, all->stride, width, first, end,
                        all->shape.keys, keys, values);
    return;
  }
  float longest = 0;
  for (size_t i = first; i < end; i++) {
    const size_t at = i * all->stride + head * width;
    float square = 0;
    for (size_t c = 0; c < width; c++) {
      keys[i * width + c] = all->keys[at + c];
      square += all->keys[at + c] * all->keys[at + c];
    }
    for (size_t c = 0; c < width; c++) values[i * width + c] = all->values[at + c];
    longest = square > longest || square != square ? square : longest;
  }
  ((float *)longest_keys(all->packed, all->shape))[index] = sqrtf(longest);
}

static void pack(const float *keys, const float *values, size_t stride, ck_keys_shape shape,
                 void *packed) {
  pack_job all = {keys, values, stride, shape, packed};
  ck_parallel(shape.heads * pack_blocks(shape), &all, pack_part);
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
/// With `total`, scores become weights 2^score, which are added to it.
INLINE void score_rows(int vectors, int rows, const float *queries, const float *keys,
                       size_t width, float *scores, float *total) {
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
  for (int v = 0; v < vectors; v++) {
    f32x16 all = {};
#pragma unroll
    for (int r = 0; r < rows; r++) {
      f32x16 score = sum[r][v];
      if (total) {
        score = exp2_bounded(score);
        all += score;
      }
      store(scores + r * lanes + 16 * v, score);
    }
    if (total) store(total + 16 * v, load(total + 16 * v) + all);
  }
}

/// output[c] = output[c] * decay + sum over k of weights[k] * values[k][c], for `rows` channels;
/// `decay` may be NULL for 1.
INLINE void value_rows(int vectors, int rows, const float *weights, const float *values,
                       size_t width, size_t keys, const float *decay, float *output) {
  const int lanes = 16 * vectors;
  f32x16 sum[12][4];
#pragma unroll
  for (int r = 0; r < rows; r++)
#pragma unroll
    for (int v = 0; v < vectors; v++)
      sum[r][v] = load(output + r * lanes + 16 * v) * (decay ? load(decay + 16 * v) : splat(1));
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

/// Whether no score of the block can leave -60 ... 60.
INLINE int is_bounded(const attention_job *all, size_t head, const block_state *state) {
  const size_t blocks = pack_blocks(all->shape);
  const float *lengths = longest_keys(all->packed, all->shape) + head * blocks;
  for (size_t i = 0; i < blocks; i++)
    if (!(lengths[i] * state->longest <= 60)) return 0;
  return !all->causal;
}

INLINE void attend_keys(int vectors, int rows, int bounded, const attention_job *all, size_t head,
                        size_t first, const block_state *state) {
  const int lanes = 16 * vectors;
  const size_t width = all->shape.head_width;
  const float *keys = (const float *)all->packed + head * 2 * all->shape.keys * width;
  const float *values = keys + all->shape.keys * width;
  const size_t visible =
      all->causal && first + lanes < all->shape.keys ? first + lanes : all->shape.keys;
  float *total = bounded ? state->sum : NULL;
  const float *decay = bounded ? NULL : state->decay;
  for (size_t start = 0; start < visible; start += block_keys) {
    const size_t count = visible - start < block_keys ? visible - start : block_keys;
    size_t k = 0;
    for (; k + rows <= count; k += rows)
      score_rows(vectors, rows, state->queries, keys + (start + k) * width, width,
                 state->scores + k * lanes, total);
    for (; k + 4 <= count; k += 4)
      score_rows(vectors, 4, state->queries, keys + (start + k) * width, width,
                 state->scores + k * lanes, total);
    for (; k < count; k++)
      score_rows(vectors, 1, state->queries, keys + (start + k) * width, width,
                 state->scores + k * lanes, total);
    if (all->causal) block_hide_future(first, start, count, lanes, state->scores);
    if (!bounded) block_soften(vectors, count, state);
    const float *from = values + start * width;
    size_t c = 0;
    for (; c + rows <= width; c += rows)
      value_rows(vectors, rows, state->scores, from + c, width, count, decay,
                 state->output + c * lanes);
    for (; c + 4 <= width; c += 4)
      value_rows(vectors, 4, state->scores, from + c, width, count, decay,
                 state->output + c * lanes);
    for (; c < width; c++)
      value_rows(vectors, 1, state->scores, from + c, width, count, decay,
                 state->output + c * lanes);
  }
}

INLINE void attend(int vectors, int rows, const attention_job *all, size_t head, size_t first,
                   int thread) {
  const int lanes = 16 * vectors;
  block_state state = block_state_of(all, lanes, thread);
  block_begin(all, head, first, lanes, &state);
  if (is_bounded(all, head, &state))
    attend_keys(vectors, rows, 1, all, head, first, &state);
  else
    attend_keys(vectors, rows, 0, all, head, first, &state);
  block_end(all, head, first, lanes, &state);
}

CLONES static void attend_wide(const attention_job *all, size_t head, size_t first, int thread) {
  attend(3, 8, all, head, first, thread);
}

CLONES static void attend_narrow(const attention_job *all, size_t head, size_t first,
                                 int thread) {
  attend(1, 4, all, head, first, thread);
}

// MARK: All blocks

/// Three vectors by eight rows fill AVX-512's 32 registers; AVX2's 16 take two half vectors by four.
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
  if (is_tiled(all->shape))
    attention_amx(all, head, first, thread);
  else if (is_half(all->shape))
    attention_half(all, head, first, thread);
  else if (all->lanes == 48)
    attend_wide(all, head, first, thread);
  else
    attend_narrow(all, head, first, thread);
}

/// Runs under ck_lock.
static ck_status run(attention_job *all) {
  if (is_tiled(all->shape)) {
    all->lanes = amx_queries;
    all->state_floats = attention_amx_state_floats(all->shape);
  } else {
    all->lanes = is_half(all->shape) ? half_lanes : 16 * query_vectors();
    all->state_floats = block_state_floats(all->lanes, all->shape.head_width);
  }
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
