// Dense kernels over tokens: see tokens.h. Vector types keep the source free of intrinsics; on
// x86-64 each function is compiled for the baseline, AVX2 and AVX-512 and picked when it is loaded.
#include "tokens.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

typedef float f16 __attribute__((ext_vector_type(16)));
typedef float f8 __attribute__((ext_vector_type(8)));
typedef float f4 __attribute__((ext_vector_type(4)));
typedef int32_t i16 __attribute__((ext_vector_type(16)));
typedef float u16f __attribute__((ext_vector_type(16), aligned(4)));

enum { lanes = 16, panel = 32, row_block = 6, sum_block = 64 };

INLINE f16 load(const float *p) { return *(const u16f *)p; }
INLINE void store(float *p, f16 v) { *(u16f *)p = v; }

INLINE float sum16(f16 v) {
  f8 a = v.lo + v.hi;
  f4 b = a.lo + a.hi;
  return (b.x + b.z) + (b.y + b.w);
}

INLINE f16 max2(f16 a, f16 b) { return a > b ? a : b; }

INLINE float max16(f16 v) {
  f8 a = v.lo > v.hi ? v.lo : v.hi;
  f4 b = a.lo > a.hi ? a.lo : a.hi;
  float x = b.x > b.z ? b.x : b.z, y = b.y > b.w ? b.y : b.w;
  return x > y ? x : y;
}

INLINE f16 first_lanes(long count) {
  const i16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return lane < (i16)(int32_t)count ? (f16)1.0f : (f16)0.0f;
}

// exp for x <= 0: reduction by powers of two, then a polynomial (relative error below 2e-7).
INLINE f16 exp_negative(f16 x) {
  x = max2(x, (f16)-87.0f);
  f16 n = (x * 1.44269504f + 12582912.0f) - 12582912.0f;
  f16 r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  f16 p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  i16 exponent = (__builtin_convertvector(n, i16) + 127) << 23;
  return p * (f16)exponent;
}

// One block of `rows` rows by 32 outputs; rows is a constant at every call, so that the sums stay
// in registers.
INLINE void multiply_block(
    const float *x, long channels, const float *weights, const float *bias, float *out,
    long stride, const int rows) {
  f16 sums[row_block][2];
  f16 b0 = bias ? load(bias) : (f16)0.0f, b1 = bias ? load(bias + lanes) : (f16)0.0f;
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) sums[r][0] = b0, sums[r][1] = b1;
  for (long c = 0; c < channels; c++) {
    f16 w0 = load(weights + c * panel), w1 = load(weights + c * panel + lanes);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      f16 value = (f16)x[r * channels + c];
      sums[r][0] += value * w0;
      sums[r][1] += value * w1;
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    store(out + r * stride, sums[r][0]);
    store(out + r * stride + lanes, sums[r][1]);
  }
}

CLONES void unetlens_tokens_times_panels(
    const float *x, long rows, long channels, const float *weights, const float *bias, long panels,
    float *out) {
  long stride = panels * panel, whole = rows - rows % row_block;
  for (long p = 0; p < panels; p++) {
    const float *w = weights + p * channels * panel, *b = bias ? bias + p * panel : 0;
    float *o = out + p * panel;
    for (long r = 0; r < whole; r += row_block)
      multiply_block(x + r * channels, channels, w, b, o + r * stride, stride, row_block);
    for (long r = whole; r < rows; r++)
      multiply_block(x + r * channels, channels, w, b, o + r * stride, stride, 1);
  }
}

// Adds the part of `rows` rows to the gradient of `width` channels (a constant) by 32 outputs.
INLINE void gradient_block(
    const float *x, const float *d, long rows, long channels, long stride, float *gradient,
    const int width) {
  f16 sums[row_block][2];
#pragma clang loop unroll(full)
  for (int c = 0; c < width; c++) {
    sums[c][0] = load(gradient + c * panel);
    sums[c][1] = load(gradient + c * panel + lanes);
  }
  for (long r = 0; r < rows; r++) {
    f16 d0 = load(d + r * stride), d1 = load(d + r * stride + lanes);
#pragma clang loop unroll(full)
    for (int c = 0; c < width; c++) {
      f16 value = (f16)x[r * channels + c];
      sums[c][0] += value * d0;
      sums[c][1] += value * d1;
    }
  }
#pragma clang loop unroll(full)
  for (int c = 0; c < width; c++) {
    store(gradient + c * panel, sums[c][0]);
    store(gradient + c * panel + lanes, sums[c][1]);
  }
}

CLONES void unetlens_panels_gradient(
    const float *x, const float *d, long rows, long channels, long panels, float *gradient,
    float *bias_gradient) {
  long stride = panels * panel, whole = channels - channels % row_block;
  memset(gradient, 0, sizeof(float) * panels * channels * panel);
  memset(bias_gradient, 0, sizeof(float) * stride);
  for (long r = 0; r < rows; r++)
    for (long j = 0; j < stride; j += lanes)
      store(bias_gradient + j, load(bias_gradient + j) + load(d + r * stride + j));
  // Blocks of rows, so that their tokens and gradients stay in the first-level cache.
  for (long first = 0; first < rows; first += sum_block) {
    long count = rows - first < sum_block ? rows - first : sum_block;
    const float *xs = x + first * channels;
    for (long p = 0; p < panels; p++) {
      const float *ds = d + first * stride + p * panel;
      float *g = gradient + p * channels * panel;
      for (long c = 0; c < whole; c += row_block)
        gradient_block(xs + c, ds, count, channels, stride, g + c * panel, row_block);
      for (long c = whole; c < channels; c++)
        gradient_block(xs + c, ds, count, channels, stride, g + c * panel, 1);
    }
  }
}

void unetlens_pack_panels(const float *tokens, long count, long channels, float *panels) {
  for (long first = 0; first < count; first += panel, panels += channels * panel) {
    long here = count - first < panel ? count - first : panel;
    for (long c = 0; c < channels; c++)
      for (long j = 0; j < panel; j++)
        panels[c * panel + j] = j < here ? tokens[(first + j) * channels + c] : 0.0f;
  }
}

INLINE void softmax_axis(float *z, long target, long count, float scale) {
  long whole = count & ~(long)(lanes - 1);
  f16 tail = first_lanes(count - whole);
  f16 high = (f16)-INFINITY;
  for (long k = 0; k < whole; k += lanes) high = max2(high, load(z + k));
  if (whole < count) high = max2(high, tail > 0.0f ? load(z + whole) : (f16)-INFINITY);
  float top = max16(high);
  f16 sums = (f16)0.0f;
  for (long k = 0; k < whole; k += lanes) {
    f16 e = exp_negative(load(z + k) - top);
    sums += e;
    store(z + k, e);
  }
  if (whole < count) {
    f16 e = exp_negative(load(z + whole) - top) * tail;
    sums += e;
    store(z + whole, e);
  }
  float factor = scale / sum16(sums);
  for (long k = 0; k < count; k += lanes) store(z + k, load(z + k) * factor);
  z[target] -= scale;
}

CLONES void unetlens_softmax_gradient(
    float *logits, const uint16_t *targets, long rows, long count, long stride, float scale) {
  for (long r = 0; r < rows; r++)
    for (long axis = 0; axis < 2; axis++)
      softmax_axis(logits + (2 * r + axis) * stride, targets[2 * r + axis], count, scale);
}

CLONES void unetlens_argmax_axes(
    const float *logits, long rows, long count, long stride, uint16_t *predictions) {
  long whole = count & ~(long)(lanes - 1);
  for (long r = 0; r < 2 * rows; r++) {
    const float *z = logits + r * stride;
    f16 high = (f16)-INFINITY;
    for (long k = 0; k < whole; k += lanes) high = max2(high, load(z + k));
    float top = max16(high);
    for (long k = whole; k < count; k++) top = z[k] > top ? z[k] : top;
    long best = 0;
    while (best < count && z[best] != top) best++;
    predictions[r] = (uint16_t)(best < count ? best : 0);
  }
}

CLONES void unetlens_adam(
    float *parameters, const float *gradient, float *mean, float *square, long count, float rate,
    float root) {
  for (long i = 0; i < count; i += lanes) {
    f16 g = load(gradient + i), m = load(mean + i), s = load(square + i);
    m += 0.1f * (g - m);
    s = s * 0.999f + 0.001f * g * g;
    store(mean + i, m);
    store(square + i, s);
    f16 step = rate * m / (__builtin_elementwise_sqrt(s) / root + 1e-8f);
    store(parameters + i, load(parameters + i) - step);
  }
}

CLONES void unetlens_token_norms(const float *tokens, long count, long channels, float *norms) {
  long whole = channels & ~(long)(lanes - 1);
  for (long i = 0; i < count; i++) {
    const float *token = tokens + i * channels;
    f16 sums = (f16)0.0f;
    for (long c = 0; c < whole; c += lanes) sums += load(token + c) * load(token + c);
    float sum = sum16(sums);
    for (long c = whole; c < channels; c++) sum += token[c] * token[c];
    norms[i] = sqrtf(sum);
  }
}

CLONES void unetlens_add_unit_token(
    const float *token, long channels, float norm, double weight, double *sum) {
  double factor = weight / (double)norm;
  for (long c = 0; c < channels; c++) sum[c] += (double)token[c] * factor;
}

CLONES void unetlens_count_pairs(
    const float *similarities, long rows, long columns, long stride, const float *row_norms,
    const float *column_norms, float low, float scale, uint64_t *counts) {
  enum { bins = 100 };
  int32_t cells[256];
  for (long r = 0; r < rows; r++) {
    const float *s = similarities + r * stride;
    float norm = row_norms[r];
    for (long first = 0; first < columns; first += 256) {
      long here = columns - first < 256 ? columns - first : 256;
      for (long j = 0; j < here; j++) {
        float value = s[first + j];
        float place = ((norm + column_norms[first + j]) * 0.5f - low) * scale;
        int32_t row = (int32_t)place;
        row = row < 0 ? 0 : row > bins - 1 ? bins - 1 : row;
        int32_t column = (int32_t)((value + 0.5f) * (bins / 1.5f));
        column = column > bins - 1 ? bins - 1 : column;
        int inside = (value >= -0.5f) & (value <= 1.0f);
        cells[j] = inside ? (bins - 1 - row) * bins + column : bins * bins;
      }
      for (long j = 0; j < here; j++) counts[cells[j]]++;
    }
  }
}
