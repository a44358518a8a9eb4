// Group norm and layer norm.

#include "vector.h"
#include <math.h>
#include <stdlib.h>

// MARK: Group norm

enum { chunk = 128 };

/// Sums over `tokens` tokens of x - first and (x - first)², where `first` is the first token: close
/// to the mean, so that the squares cancel little.
CLONES static void sums(const float *x, size_t tokens, size_t channels, const float *first,
                        float *sum, float *square) {
  size_t c = 0;
  for (; c + 64 <= channels; c += 64) {
    f32x16 base[4], s[4] = {}, q[4] = {};
#pragma unroll
    for (int i = 0; i < 4; i++) base[i] = load(first + c + 16 * i);
    for (size_t t = 0; t < tokens; t++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        f32x16 d = load(x + t * channels + c + 16 * i) - base[i];
        s[i] += d;
        q[i] += d * d;
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
    f32x16 base = width < 16 ? load_some(first + c, width) : load(first + c), s = {}, q = {};
    for (size_t t = 0; t < tokens; t++) {
      const float *p = x + t * channels + c;
      f32x16 d = (width < 16 ? load_some(p, width) : load(p)) - base;
      s += d;
      q += d * d;
    }
    store_some(sum + c, s, width);
    store_some(square + c, q, width);
  }
}

typedef struct {
  const float *x;
  size_t tokens, channels;
  /// A row of sums and a row of squares for each chunk.
  float *partial;
} sum_job;

static void sum_part(void *pointer, size_t index, int thread) {
  const sum_job *all = pointer;
  size_t start = index * chunk;
  size_t count = all->tokens - start < chunk ? all->tokens - start : chunk;
  float *row = all->partial + index * 2 * all->channels;
  sums(all->x + start * all->channels, count, all->channels, all->x, row, row + all->channels);
}

/// Joins the sums of one group's channels: mean, and 1/sqrt(variance + epsilon).
static void join(const sum_job *all, size_t chunks, size_t first, size_t width, float epsilon,
                 double *mean, double *factor) {
  double total = 0, spread = 0;
  const double n = (double)all->tokens;
  double means[width];
  for (size_t c = 0; c < width; c++) {
    double sum = 0, square = 0;
    for (size_t i = 0; i < chunks; i++) {
      const float *row = all->partial + i * 2 * all->channels + first + c;
      sum += row[0];
      square += row[all->channels];
    }
    means[c] = all->x[first + c] + sum / n;
    total += means[c];
    spread += square - sum * sum / n;
  }
  *mean = total / width;
  for (size_t c = 0; c < width; c++) spread += n * (means[c] - *mean) * (means[c] - *mean);
  *factor = 1 / sqrt(fmax(spread, 0) / (n * width) + epsilon);
}

ck_status ck_group_norm(const float *x, size_t tokens, size_t channels, size_t groups,
                        const float *gamma, const float *beta, float epsilon, float *scale,
                        float *shift) {
  if (tokens == 0 || channels == 0) return CK_OK;
  const size_t chunks = (tokens + chunk - 1) / chunk, width = channels / groups;
  ck_lock();
  sum_job all = {.x = x, .tokens = tokens, .channels = channels};
  all.partial = ck_scratch(CK_SCRATCH_CONVERT, chunks * 2 * channels * sizeof(float));
  if (!all.partial) {
    ck_unlock();
    return ck_fail(CK_OUT_OF_MEMORY, "no memory for the sums of a group norm");
  }
  ck_parallel(chunks, &all, sum_part);
  for (size_t group = 0; group < groups; group++) {
    double mean, factor;
    join(&all, chunks, group * width, width, epsilon, &mean, &factor);
    for (size_t c = group * width; c < (group + 1) * width; c++) {
      scale[c] = (float)(gamma[c] * factor);
      shift[c] = (float)(beta[c] - mean * factor * gamma[c]);
    }
  }
  ck_unlock();
  return CK_OK;
}

INLINE void scale_token(const float *x, size_t channels, const float *scale, const float *shift,
                        ck_activation kind, float *y) {
  size_t c = 0;
  for (; c + 16 <= channels; c += 16)
    store(y + c, activate16(load(x + c) * load(scale + c) + load(shift + c), kind));
  if (c == channels) return;
  size_t rest = channels - c;
  f32x16 v = load_some(x + c, rest) * load_some(scale + c, rest) + load_some(shift + c, rest);
  store_some(y + c, activate16(v, kind), rest);
}

CLONES static void scale_tokens(const float *x, size_t tokens, size_t channels,
                                const float *scale, const float *shift, ck_activation kind,
                                float *y) {
  for (size_t t = 0; t < tokens; t++)
    scale_token(x + t * channels, channels, scale, shift, kind, y + t * channels);
}

typedef struct {
  const float *x, *scale, *shift;
  size_t tokens, channels, each;
  float epsilon;
  ck_activation kind;
  float *y;
} token_job;

INLINE size_t tokens_each(size_t channels) { return channels < 32768 ? 32768 / channels : 1; }

static void scale_part(void *pointer, size_t index, int thread) {
  const token_job *all = pointer;
  size_t start = index * all->each;
  size_t count = all->tokens - start < all->each ? all->tokens - start : all->each;
  scale_tokens(all->x + start * all->channels, count, all->channels, all->scale, all->shift,
               all->kind, all->y + start * all->channels);
}

ck_status ck_scale_tokens(const float *x, size_t tokens, size_t channels, const float *scale,
                          const float *shift, ck_activation activation, float *y) {
  if (tokens == 0 || channels == 0) return CK_OK;
  token_job all = {.x = x, .scale = scale, .shift = shift, .tokens = tokens, .channels = channels,
                   .each = tokens_each(channels), .kind = activation, .y = y};
  ck_lock();
  ck_parallel((tokens + all.each - 1) / all.each, &all, scale_part);
  ck_unlock();
  return CK_OK;
}

// MARK: Layer norm

INLINE float total(f32x16 v) {
  float sum = 0;
  for (int i = 0; i < 16; i++) sum += v[i];
  return sum;
}

CLONES static void norm_tokens(const token_job *all, size_t start, size_t end) {
  const size_t channels = all->channels, whole = channels / 16 * 16, rest = channels - whole;
  for (size_t t = start; t < end; t++) {
    const float *x = all->x + t * channels;
    float *y = all->y + t * channels;
    f32x16 sum = load_some(x + whole, rest);
    for (size_t c = 0; c < whole; c += 16) sum += load(x + c);
    const float mean = total(sum) / channels;
    f32x16 square = {};
    for (size_t c = 0; c < whole; c += 16) {
      f32x16 d = load(x + c) - mean;
      square += d * d;
    }
    float spread = total(square);
    for (size_t c = whole; c < channels; c++) spread += (x[c] - mean) * (x[c] - mean);
    const float factor = 1 / sqrtf(spread / channels + all->epsilon);
    for (size_t c = 0; c < whole; c += 16)
      store(y + c, (load(x + c) - mean) * factor * load(all->scale + c) + load(all->shift + c));
    for (size_t c = whole; c < channels; c++)
      y[c] = (x[c] - mean) * factor * all->scale[c] + all->shift[c];
  }
}

static void norm_part(void *pointer, size_t index, int thread) {
  const token_job *all = pointer;
  size_t start = index * all->each;
  norm_tokens(all, start, all->tokens - start < all->each ? all->tokens : start + all->each);
}

ck_status ck_layer_norm(const float *x, size_t tokens, size_t channels, const float *gamma,
                        const float *beta, float epsilon, float *y) {
  if (tokens == 0 || channels == 0) return CK_OK;
  token_job all = {.x = x, .scale = gamma, .shift = beta, .tokens = tokens, .channels = channels,
                   .each = tokens_each(channels), .epsilon = epsilon, .y = y};
  ck_lock();
  ck_parallel((tokens + all.each - 1) / all.each, &all, norm_part);
  ck_unlock();
  return CK_OK;
}
