/// Kernels of the U-Net for CPUs, on float32 arrays of one image in token-major layout
/// [height * width, channels].
///
/// Matrix products and direct convolutions are oneDNN's (2.6 or 3.x, which this header hides); the
/// Winograd transforms, norms, activations and attention are ours. Every function returns
/// CK_OK or a status; none keeps a pointer it was given. One call runs at a time: others wait.
#pragma once
#include "tokens.h"

#include <stddef.h>
#include <stdint.h>

typedef enum {
  CK_OK = 0,
  CK_OUT_OF_MEMORY = 1,
  /// oneDNN refused: its code is in the message of ck_last_error.
  CK_FAILED = 2,
} ck_status;

typedef enum { CK_F32 = 0, CK_BF16 = 1 } ck_precision;

// MARK: The machine

/// What the last failed call of this thread had to say.
const char *ck_last_error(void);
/// oneDNN's version, such as "2.6.3".
const char *ck_library_version(void);
/// The instruction set oneDNN generates code for, such as "avx512_core_bf16".
const char *ck_instruction_set(void);
/// 1 where bf16 products are faster than float32 ones (they are emulated elsewhere).
int ck_has_fast_bf16(void);
/// The number of threads in the calling thread's team.
int ck_thread_count(void);

// MARK: Linear

/// A matrix and bias, packed for the machine: y = x * weights^T + bias.
typedef struct ck_linear ck_linear;

/// Packs `weights` [outputs, inputs] and `bias` [outputs] or NULL, for about `rows` rows a run.
ck_status ck_linear_new(ck_linear **result, const float *weights, const float *bias,
                        size_t outputs, size_t inputs, size_t rows, ck_precision precision);
void ck_linear_free(ck_linear *layer);
/// y [rows, outputs] = layer(x [rows, inputs]) + residual [rows, outputs], which may be NULL or y.
ck_status ck_linear_run(ck_linear *layer, const float *x, size_t rows, const float *residual,
                        float *y);
/// The layer must have an even number of outputs: y [rows, outputs / 2] = a * gelu(b) where a, b are
/// the halves of layer(x), which is never in memory as a whole.
ck_status ck_linear_run_geglu(ck_linear *layer, const float *x, size_t rows, float *y);

// MARK: Convolution

typedef struct {
  int inputs, outputs;
  /// Of the kernel's 3x3 steps, in both directions.
  int stride;
  int top, left, bottom, right;
  /// Whether the padding holds the opposite side instead of zeros.
  int circular;
} ck_conv_shape;

typedef enum {
  /// oneDNN's direct convolution.
  CK_DIRECT = 0,
  /// Winograd's F(2x2, 3x3): 2.25 times fewer products, weights 1.8 times as large.
  CK_WINOGRAD_2 = 2,
  /// Winograd's F(4x4, 3x3): 4 times fewer products, weights 4 times as large.
  CK_WINOGRAD_4 = 4,
} ck_conv_algorithm;

typedef enum { CK_IDENTITY, CK_SILU, CK_GELU, CK_QUICK_GELU } ck_activation;

/// A 3x3 convolution's weights and bias, packed for the machine.
typedef struct ck_conv ck_conv;

/// Packs `weights` [outputs, inputs, 3, 3] and `bias` or NULL, for inputs of about `height` x
/// `width`. The Winograd algorithms need stride 1; with another one they become CK_DIRECT.
ck_status ck_conv_new(ck_conv **result, const float *weights, const float *bias,
                      ck_conv_shape shape, int height, int width, ck_conv_algorithm algorithm,
                      ck_precision precision);
void ck_conv_free(ck_conv *layer);
/// The bytes that the packed weights take.
size_t ck_conv_bytes(const ck_conv *layer);

/// A run: activation(scale * x + shift), interpolated, convolved, plus biases and residual.
typedef struct {
  /// [height * width, inputs].
  const float *x;
  int height, width;
  /// One value a channel; NULL: x as it is.
  const float *scale, *shift;
  ck_activation activation;
  /// The size to interpolate to (nearest neighbour) before convolving; height and width for none.
  int sampled_height, sampled_width;
  /// Added to every token; may be NULL.
  const float *channel_bias;
  /// Of the output's shape, added to it; may be NULL.
  const float *residual;
  float *y;
} ck_conv_run_arguments;

ck_status ck_conv_run(ck_conv *layer, const ck_conv_run_arguments *arguments);

// MARK: Norms and activations

/// The group norm of x as a factor and a summand a channel: y = x * scale + shift.
ck_status ck_group_norm(const float *x, size_t tokens, size_t channels, size_t groups,
                        const float *gamma, const float *beta, float epsilon, float *scale,
                        float *shift);
/// The same with moments rounded as PyTorch rounds them: x and x² summed in float32, token by token,
/// once over the first `cut` tokens and once over the others.
ck_status ck_group_norm_batch(const float *x, size_t tokens, size_t cut, size_t channels,
                              size_t groups, const float *gamma, const float *beta, float epsilon,
                              float *scale, float *shift);
/// y = activation(x * scale + shift) with one scale and shift a channel; in place is allowed.
ck_status ck_scale_tokens(const float *x, size_t tokens, size_t channels, const float *scale,
                          const float *shift, ck_activation activation, float *y);
/// Layer norm over the channels of each token; in place is allowed.
ck_status ck_layer_norm(const float *x, size_t tokens, size_t channels, const float *gamma,
                        const float *beta, float epsilon, float *y);

ck_status ck_activate(ck_activation kind, const float *x, size_t count, float *y);
/// y [tokens, channels] = x[:, :channels] * gelu(x[:, channels:]) of x [tokens, 2 * channels].
ck_status ck_geglu(const float *x, size_t tokens, size_t channels, float *y);
ck_status ck_add(const float *a, const float *b, size_t count, float *y);
/// y [tokens, a_channels + b_channels]: the channels of a, then those of b, token by token.
ck_status ck_concatenate(const float *a, size_t a_channels, const float *b, size_t b_channels,
                         size_t tokens, float *y);
/// Nearest-neighbour interpolation, with PyTorch's choice of source.
ck_status ck_upsample(const float *x, int height, int width, size_t channels, int new_height,
                      int new_width, float *y);

// MARK: Attention

typedef struct {
  size_t keys, heads, head_width;
  ck_precision precision;
} ck_keys_shape;

/// The bytes that packed keys and values take.
size_t ck_keys_bytes(ck_keys_shape shape);
/// Packs keys and values, which begin `stride` floats after each other's, to `packed`.
ck_status ck_keys_pack(const float *keys, const float *values, size_t stride,
                       ck_keys_shape shape, void *packed);
/// y [queries, heads * head_width] = softmax(q k^T / sqrt(head_width)) v for each head, blockwise:
/// no score matrix lies in memory. Queries begin `stride` floats after each other. Where `causal`,
/// query i sees keys 0 ... i only.
ck_status ck_attention(const float *queries, size_t count, size_t stride, const void *packed,
                       ck_keys_shape shape, int causal, float *y);
/// The same where keys and values are packed for this call only.
ck_status ck_self_attention(const float *queries, const float *keys, const float *values,
                            size_t stride, ck_keys_shape shape, int causal, float *y);
