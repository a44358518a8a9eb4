// The linear transforms around Winograd's products. With the points p (0, ±1, infinity for F(2, 3);
// 0, ±5/8, ±3/2, infinity for F(4, 3)), a row of B^T holds the coefficients of the product of (x - q)
// over all other points q, a row of G is (1, p, p²) over that product's value at p, and a column of
// A^T is (1, p, p², p³). Rows of ±p share their even and odd halves.

#include "winograd_transforms.h"
#include "vector.h"

static const float a1 = 5.0f / 8, b1 = 3.0f / 2;

// MARK: One dimension

INLINE void input_line(int m, const f32x16 *d, f32x16 *t) {
  if (m == 2) {
    t[0] = d[0] - d[2];
    t[1] = d[2] + d[1];
    t[2] = d[2] - d[1];
    t[3] = d[3] - d[1];
    return;
  }
  const float a2 = a1 * a1, b2 = b1 * b1;
  f32x16 even_a = d[4] - d[2] * b2, odd_a = (d[3] - d[1] * b2) * a1;
  f32x16 even_b = d[4] - d[2] * a2, odd_b = (d[3] - d[1] * a2) * b1;
  t[0] = d[0] * (a2 * b2) + (d[4] - d[2] * (a2 + b2));
  t[1] = even_a + odd_a;
  t[2] = even_a - odd_a;
  t[3] = even_b + odd_b;
  t[4] = even_b - odd_b;
  t[5] = d[1] * (a2 * b2) + (d[5] - d[3] * (a2 + b2));
}

INLINE void filter_line(int m, const f32x16 *g, f32x16 *u) {
  if (m == 2) {
    f32x16 even = (g[0] + g[2]) * 0.5f, odd = g[1] * 0.5f;
    u[0] = g[0];
    u[1] = even + odd;
    u[2] = even - odd;
    u[3] = g[2];
    return;
  }
  // 1 / (2p² (p² - q²)) for p = 5/8, q = 3/2, and the other way round.
  const float fa = -2048.0f / 2975, fb = 128.0f / 1071;
  f32x16 even_a = (g[0] + g[2] * (a1 * a1)) * fa, odd_a = g[1] * (a1 * fa);
  f32x16 even_b = (g[0] + g[2] * (b1 * b1)) * fb, odd_b = g[1] * (b1 * fb);
  u[0] = g[0] * (256.0f / 225);
  u[1] = even_a + odd_a;
  u[2] = even_a - odd_a;
  u[3] = even_b + odd_b;
  u[4] = even_b - odd_b;
  u[5] = g[2];
}

INLINE void output_line(int m, const f32x16 *p, f32x16 *y) {
  f32x16 even_a = p[1] + p[2], odd_a = p[1] - p[2];
  if (m == 2) {
    y[0] = p[0] + even_a;
    y[1] = odd_a + p[3];
    return;
  }
  f32x16 even_b = p[3] + p[4], odd_b = p[3] - p[4];
  y[0] = p[0] + even_a + even_b;
  y[1] = odd_a * a1 + odd_b * b1;
  y[2] = even_a * (a1 * a1) + even_b * (b1 * b1);
  y[3] = odd_a * (a1 * a1 * a1) + odd_b * (b1 * b1 * b1) + p[5];
}

// MARK: Filters

INLINE void filters(int m, const float *source, size_t inputs, float *target, size_t place) {
  const int n = m + 2;
  for (size_t i = 0; i < inputs; i += 16) {
    const size_t count = inputs - i < 16 ? inputs - i : 16;
    f32x16 g[3][3] = {}, columns[3][6], u[6];
    for (size_t lane = 0; lane < count; lane++)
      for (int k = 0; k < 9; k++) g[k % 3][k / 3][lane] = source[(i + lane) * 9 + k];
    for (int j = 0; j < 3; j++) filter_line(m, g[j], columns[j]);
    for (int r = 0; r < n; r++) {
      const f32x16 row[3] = {columns[0][r], columns[1][r], columns[2][r]};
      filter_line(m, row, u);
      for (int c = 0; c < n; c++) store_some(target + (r * n + c) * place + i, u[c], count);
    }
  }
}

CLONES void transform_filters(int m, const float *source, size_t inputs, float *target,
                              size_t place) {
  if (m == 2)
    filters(2, source, inputs, target, place);
  else
    filters(4, source, inputs, target, place);
}

// MARK: Input tiles

INLINE void input_tile(int m, int half, const float *window, size_t row, size_t column,
                       const transformed_tiles *target, size_t offset) {
  const int n = m + 2;
  f32x16 lines[6][6], d[6], t[6];
#pragma unroll
  for (int j = 0; j < n; j++) {
#pragma unroll
    for (int i = 0; i < n; i++) d[i] = load(window + i * row + j * column);
    input_line(m, d, t);
#pragma unroll
    for (int i = 0; i < n; i++) lines[i][j] = t[i];
  }
#pragma unroll
  for (int i = 0; i < n; i++) {
    input_line(m, lines[i], t);
#pragma unroll
    for (int j = 0; j < n; j++) {
      size_t at = offset + (i * n + j) * target->place;
      if (half)
        store_bf16((uint16_t *)target->values + at, t[j]);
      else
        store((float *)target->values + at, t[j]);
    }
  }
}

INLINE void input_tiles(int m, int half, const float *window, int columns, size_t channels,
                        int tiles, const transformed_tiles *target) {
  for (int t = 0; t < tiles; t++)
    for (size_t c = 0; c < channels; c += 16)
      input_tile(m, half, window + t * m * channels + c, columns * channels, channels, target,
                 target->offset + t * target->stride + c);
}

CLONES void transform_tiles(int m, const float *window, int columns, size_t channels, int tiles,
                            const transformed_tiles *target) {
  if (m == 2 && target->half)
    input_tiles(2, 1, window, columns, channels, tiles, target);
  else if (m == 2)
    input_tiles(2, 0, window, columns, channels, tiles, target);
  else if (target->half)
    input_tiles(4, 1, window, columns, channels, tiles, target);
  else
    input_tiles(4, 0, window, columns, channels, tiles, target);
}

// MARK: Output tiles

INLINE void output_tile(int m, const float *products, size_t place, const output_tiles *target,
                        int column, size_t channel) {
  const int n = m + 2;
  f32x16 lines[4][6], p[6], y[4];
#pragma unroll
  for (int j = 0; j < n; j++) {
#pragma unroll
    for (int i = 0; i < n; i++) p[i] = load(products + (i * n + j) * place);
    output_line(m, p, y);
#pragma unroll
    for (int i = 0; i < m; i++) lines[i][j] = y[i];
  }
  const size_t rest = target->channels - channel;
  const f32x16 bias =
      rest < 16 ? load_some(target->bias + channel, rest) : load(target->bias + channel);
#pragma unroll
  for (int i = 0; i < m; i++) {
    if (i >= target->rows) break;
    output_line(m, lines[i], y);
#pragma unroll
    for (int j = 0; j < m; j++) {
      if (column + j >= target->columns) break;
      const size_t at = i * target->row_stride + (column + j) * target->column_stride + channel;
      f32x16 v = y[j] + bias;
      if (rest < 16) {
        if (target->residual) v += load_some(target->residual + at, rest);
        store_some(target->y + at, v, rest);
      } else {
        if (target->residual) v += load(target->residual + at);
        store(target->y + at, v);
      }
    }
  }
}

CLONES void untransform_tiles(int m, const float *products, size_t stride, size_t place,
                              int tiles, const output_tiles *target) {
  for (int t = 0; t < tiles; t++)
    for (size_t c = 0; c < target->channels; c += 16) {
      if (m == 2)
        output_tile(2, products + t * stride + c, place, target, 2 * t, c);
      else
        output_tile(4, products + t * stride + c, place, target, 4 * t, c);
    }
}
