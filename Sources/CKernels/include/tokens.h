#pragma once
#include <stdint.h>

// Small dense kernels over tokens, one thread each, for the linear probes and the histograms.
//
// Weights lie in *panels* of 32 outputs: weights[panel][channel][32]. A row of outputs has
// panels * 32 values. All arrays are float32, any alignment, and must not overlap.

/// out[rows][panels * 32] = x[rows][channels] * weights + bias; bias may be null for none.
void unetlens_tokens_times_panels(
    const float *x, long rows, long channels, const float *weights, const float *bias, long panels,
    float *out);

/// gradient[panel][channel][32] = sum over rows of x[row][channel] * d[row][panel * 32 + …], and
/// bias_gradient[panels * 32] = sum over rows of d. Both are overwritten.
void unetlens_panels_gradient(
    const float *x, const float *d, long rows, long channels, long panels, float *gradient,
    float *bias_gradient);

/// Packs tokens[count][channels] as panels: the tokens become outputs, the last panel is filled
/// with zeros.
void unetlens_pack_panels(const float *tokens, long count, long channels, float *panels);

/// Turns logits into the gradient of the mean cross entropy, in place.
///
/// A row holds two axes of `stride` values each, of which the first `count` are logits and the rest
/// become 0. targets[row][axis] is the true index; `scale` is 1 / (rows * 2).
void unetlens_softmax_gradient(
    float *logits, const uint16_t *targets, long rows, long count, long stride, float scale);

/// The index of the largest of `count` logits of both axes: predictions[row][axis]; ties: the first.
void unetlens_argmax_axes(
    const float *logits, long rows, long count, long stride, uint16_t *predictions);

/// One step of Adam (beta 0.9 and 0.999, epsilon 1e-8) as torch.optim takes it.
///
/// `count` is a multiple of 16, `rate` is lr / (1 - 0.9^t), `root` is sqrt(1 - 0.999^t).
void unetlens_adam(
    float *parameters, const float *gradient, float *mean, float *square, long count, float rate,
    float root);

/// The Euclidean norm of every token; accumulated in float32 over 16 partial sums.
void unetlens_token_norms(const float *tokens, long count, long channels, float *norms);

/// Adds `weight` to sum[channels] (doubles) for each of the tokens divided by its norm.
void unetlens_add_unit_token(
    const float *token, long channels, float norm, double weight, double *sum);

/// Counts token pairs by similarity and mean norm into counts[100 * 100 + 1]; the last counts the
/// pairs left out.
///
/// similarities[rows][stride] holds the cosine of row token i and column token j < columns. The bin
/// along the second axis is the similarity's from -0.5 to 1; pairs outside are left out. The first
/// axis is the mean norm's, the highest norm first: low is the smallest norm, scale is 100 / range.
void unetlens_count_pairs(
    const float *similarities, long rows, long columns, long stride, const float *row_norms,
    const float *column_norms, float low, float scale, uint64_t *counts);
