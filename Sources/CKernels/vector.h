// Elementary functions on 16 floats, for functions compiled as CLONES.
#pragma once

#include "internal.h"

INLINE f32x16 load(const float *p) { return *(const f32x16 *)p; }
INLINE void store(float *p, f32x16 v) { *(f32x16 *)p = v; }
INLINE f32x16 splat(float x) { return (f32x16){} + x; }
INLINE f32x16 larger(f32x16 a, f32x16 b) { return a > b ? a : b; }
INLINE f32x16 smaller(f32x16 a, f32x16 b) { return a < b ? a : b; }

/// The first `count` < 16 floats at `p`, then zeros.
INLINE f32x16 load_some(const float *p, size_t count) {
  f32x16 v = {};
  for (size_t i = 0; i < count; i++) v[i] = p[i];
  return v;
}
INLINE void store_some(float *p, f32x16 v, size_t count) {
  for (size_t i = 0; i < count; i++) p[i] = v[i];
}

/// exp(x) to 2e-7 relative, for x clamped to -87.3 ... 88: 2^n * e^r with |r| <= ln(2)/2, e^r by
/// the polynomial of Cephes' expf.
INLINE f32x16 exp16(f32x16 x) {
  x = smaller(larger(x, splat(-87.3f)), splat(88.0f));
  // Adding 1.5 * 2^23 rounds to an integer, and leaves it in the low bits.
  f32x16 rounded = x * 1.44269504088896341f + 12582912.0f;
  f32x16 n = rounded - 12582912.0f;
  f32x16 r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  f32x16 p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + (r + 1.0f);
  return (f32x16)((i32x16)p + ((i32x16)rounded << 23));
}

/// 2^x to 1e-7 relative, for -126 <= x <= 126: our own least-squares polynomial on -0.5 ... 0.5.
INLINE f32x16 exp2_bounded(f32x16 x) {
  f32x16 rounded = x + 12582912.0f;
  f32x16 r = x - (rounded - 12582912.0f);
  f32x16 p = splat(0.001327646430581808f);
  p = p * r + 0.009675541892647743f;
  p = p * r + 0.05550713464617729f;
  p = p * r + 0.24022120237350464f;
  p = p * r + 0.6931469440460205f;
  p = p * r + 1.0000001192092896f;
  return (f32x16)((i32x16)p + ((i32x16)rounded << 23));
}

/// The same for x <= 126, clamped to -126 at the lower end.
INLINE f32x16 exp2_16(f32x16 x) { return exp2_bounded(larger(x, splat(-126.0f))); }

INLINE f32x16 silu16(f32x16 x) { return x / (1.0f + exp16(-x)); }
INLINE f32x16 quick_gelu16(f32x16 x) { return x / (1.0f + exp16(x * -1.702f)); }

/// x * Φ(x) to 1e-7 relative: Φ(-|x|) = erfc(z)/2 with z = |x|/√2, and erfc(z) * exp(z²) by our own
/// least-squares polynomial in t = 1/(1 + 0.3 z), for z up to 10 (error 2e-8).
INLINE f32x16 gelu16(f32x16 x) {
  f32x16 magnitude = x < 0 ? -x : x;
  f32x16 t = 1.0f / (1.0f + magnitude * 0.212132034f);
  f32x16 p = splat(-0.1295233815908432f);
  p = p * t + 0.4855656325817108f;
  p = p * t - 0.512283444404602f;
  p = p * t + 0.5477265119552612f;
  p = p * t - 0.09465546160936356f;
  p = p * t + 0.21492819488048553f;
  p = p * t + 0.14833858609199524f;
  p = p * t + 0.1707153171300888f;
  p = p * t + 0.169187992811203f;
  f32x16 tail = 0.5f * t * p * exp16(x * x * -0.5f);
  return x * (x < 0 ? tail : 1.0f - tail);
}

INLINE f32x16 activate16(f32x16 x, ck_activation kind) {
  switch (kind) {
    case CK_SILU: return silu16(x);
    case CK_GELU: return gelu16(x);
    case CK_QUICK_GELU: return quick_gelu16(x);
    case CK_IDENTITY: return x;
  }
  return x;
}

/// Rounds to bf16, nearest even; NaN stays NaN.
INLINE void store_bf16(uint16_t *p, f32x16 v) {
  typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));
  typedef uint16_t u16x16 __attribute__((ext_vector_type(16), aligned(2), may_alias));
  u32x16 bits = (u32x16)v;
  u32x16 rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  rounded = (bits & 0x7fffffff) > 0x7f800000 ? (bits >> 16 | 0x40) : rounded;
  *(u16x16 *)p = __builtin_convertvector(rounded, u16x16);
}
