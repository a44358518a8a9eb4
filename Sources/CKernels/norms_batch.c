// Group norm with moments rounded as PyTorch's channels-last kernel rounds them.
//
// It halves a batch between two threads, adds up x and x² of each channel in float32, token by token
// (with fused multiply-adds, where there are such), joins channels and threads in that order, and
// takes E[x²] - E[x]². Nearly flat maps lose digits of their variance that way, always the same.

#include "vector.h"
#include <math.h>

/// Sums over `tokens` tokens of x and x² of `channels` channels.
CLONES static void moments(const float *x, size_t tokens, size_t stride, size_t channels,
                           float *sum, float *square) {
  size_t c = 0;
  for (; c + 64 <= channels; c += 64) {
    f32x16 s[4] = {}, q[4] = {};
    for (size_t t = 0; t < tokens; t++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        f32x16 v = load(x + t * stride + c + 16 * i);
        s[i] += v;
        q[i] += v * v;
      }
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
      store(sum + c + 16 * i, s[i]);
      store(square + c + 16 * i, q[i]);
    }
  }
  for (; c < channels; c += 16) {
    size_t width = channels - c < 16 ? channels - c : 16;
    f32x16 s = {}, q = {};
    for (size_t t = 0; t < tokens; t++) {
      const float *p = x + t * stride + c;
      f32x16 v = width < 16 ? load_some(p, width) : load(p);
      s += v;
      q += v * v;
    }
    store_some(sum + c, s, width);
    store_some(square + c, q, width);
  }
}

typedef struct {
  const float *x;
  /// Tokens in all, and in the first part.
  size_t tokens, cut;
  size_t channels, blocks, each;
  /// [2 parts][sums, squares][channels].
  float *partial;
} moment_job;

static void moment_block(void *pointer, size_t index, int thread) {
  const moment_job *all = pointer;
  const size_t part = index / all->blocks, c = index % all->blocks * all->each;
  const size_t count = all->channels - c < all->each ? all->channels - c : all->each;
  const size_t start = part ? all->cut : 0, end = part ? all->tokens : all->cut;
  float *row = all->partial + part * 2 * all->channels + c;
  moments(all->x + start * all->channels + c, end - start, all->channels, count, row,
          row + all->channels);
}

ck_status ck_group_norm_batch(const float *x, size_t tokens, size_t cut, size_t channels,
                              size_t groups, const float *gamma, const float *beta, float epsilon,
                              float *scale, float *shift) {
  if (tokens == 0 || channels == 0) return CK_OK;
  const size_t width = channels / groups, each = channels >= 128 ? 64 : 16;
  ck_lock();
  moment_job all = {.x = x, .tokens = tokens, .cut = cut, .channels = channels, .each = each,
                    .blocks = (channels + each - 1) / each};
  all.partial = ck_scratch(CK_SCRATCH_CONVERT, 4 * channels * sizeof(float));
  if (!all.partial) {
    ck_unlock();
    return ck_fail(CK_OUT_OF_MEMORY, "no memory for the sums of a group norm");
  }
  ck_parallel(2 * all.blocks, &all, moment_block);
  const float share = 1.0f / (float)(width * tokens);
  for (size_t group = 0; group < groups; group++) {
    float mean = 0, square = 0;
    for (size_t c = group * width; c < (group + 1) * width; c++) {
      for (int part = 0; part < 2; part++) {
        const float *row = all.partial + part * 2 * channels + c;
        mean += row[0];
        square += row[channels];
      }
    }
    mean *= share;
    // Fused, as the compiler of PyTorch's wheels does it.
    const float variance = fmaf(square, share, -(mean * mean));
    const float factor = 1.0f / sqrtf((variance < 0 ? 0 : variance) + epsilon);
    for (size_t c = group * width; c < (group + 1) * width; c++) {
      scale[c] = factor * gamma[c];
      shift[c] = beta[c] - scale[c] * mean;
    }
  }
  ck_unlock();
  return CK_OK;
}
