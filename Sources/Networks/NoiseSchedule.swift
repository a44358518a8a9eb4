public import Kernels

/// How much of an image is left at each timestep, and what a checkpoint's scheduler makes of it.
public struct NoiseSchedule: Equatable, Sendable {
  /// `beta_schedule`.
  public enum Betas: Equatable, Sendable {
    /// Evenly spaced square roots, squared: `scaled_linear`.
    case scaledLinear
    /// Evenly spaced: `linear`.
    case linear
  }

  /// How the scheduler scales the U-Net's input.
  public enum InputScaling: Equatable, Sendable {
    /// Not at all: PNDM, DDIM.
    case none
    /// By 1 / √(σ² + 1), σ the noise over the signal: Euler.
    case euler
  }

  /// The running products of 1 - β, one a timestep.
  public let alphaProducts: [Float]
  /// How the scheduler scales the U-Net's input.
  public let inputScaling: InputScaling

  /// The schedule between two betas, by default SD's.
  ///
  /// Float32 with a double accumulator, rounded where PyTorch's `linspace` and `cumprod` round.
  public init(
    betaStart: Double = 0.00085, betaEnd: Double = 0.012, timesteps: Int = 1000,
    betas: Betas = .scaledLinear, inputScaling: InputScaling = .none
  ) {
    precondition(timesteps > 0)
    self.inputScaling = inputScaling
    let isScaled = betas == .scaledLinear
    let start = Float(isScaled ? betaStart.squareRoot() : betaStart)
    let end = Float(isScaled ? betaEnd.squareRoot() : betaEnd)
    let step = timesteps > 1 ? (end - start) / Float(timesteps - 1) : 0
    var product = 1.0
    var products: [Float] = []
    products.reserveCapacity(timesteps)
    for index in 0..<timesteps {
      // PyTorch's linspace counts from both ends.
      let value =
        index < timesteps / 2
        ? FloatMath.fma(step, Float(index), start)
        : FloatMath.fma(-step, Float(timesteps - 1 - index), end)
      let beta = isScaled ? value * value : value
      product *= Double(1 - beta)
      products.append(Float(product))
    }
    alphaProducts = products
  }

  /// Diffusers' `add_noise`: √a * x + √(1 - a) * noise, a the product at `timestep`.
  public func addNoise(
    _ noise: FeatureMap, to latents: FeatureMap, timestep: Int
  ) -> FeatureMap {
    precondition(noise.count == latents.count)
    let alpha = alphaProducts[timestep]
    let signalFactor = alpha.squareRoot()
    let noiseFactor = (1 - alpha).squareRoot()
    var noised = latents
    noise.withValues { noise in
      noised.withMutableValues { values in
        for index in values.indices {
          values[index] = signalFactor * values[index] + noiseFactor * noise[index]
        }
      }
    }
    return noised
  }

  /// The scheduler's `scale_model_input` at `timestep`, with that timestep's own sigma.
  public func scaleModelInput(_ latents: FeatureMap, timestep: Int) -> FeatureMap {
    guard inputScaling == .euler else { return latents }
    let alpha = alphaProducts[timestep]
    let sigma = ((1 - alpha) / alpha).squareRoot()
    let divisor = (sigma * sigma + 1).squareRoot()
    var scaled = latents
    scaled.withMutableValues { values in
      for index in values.indices { values[index] /= divisor }
    }
    return scaled
  }
}
