/// How a convolution fills the border that it pads.
public enum PaddingMode: Sendable {
  /// With zeros.
  case zeros
  /// With the opposite side (`padding_mode: circular` in PyTorch).
  case circular
}

/// How many rows and columns a convolution pads on each side.
public struct Padding: Equatable, Sendable {
  /// Rows added above.
  public let top: Int
  /// Rows added below.
  public let bottom: Int
  /// Columns added before.
  public let left: Int
  /// Columns added after.
  public let right: Int

  /// A padding that may differ by side.
  public init(top: Int, bottom: Int, left: Int, right: Int) {
    self.top = top
    self.bottom = bottom
    self.left = left
    self.right = right
  }

  /// One on each side: what a 3x3 convolution needs to keep the size.
  public static let one = Padding(top: 1, bottom: 1, left: 1, right: 1)
  /// Right and bottom by one: the VAE's downsampling, (0, 1, 0, 1) in PyTorch.
  public static let rightAndBottom = Padding(top: 0, bottom: 1, left: 0, right: 1)
}

/// The plain weights of a 3x3 convolution, as a checkpoint holds them, before packing.
public struct ConvolutionWeights: Sendable {
  /// `[outputs, inputs, 3, 3]`, row-major.
  public var values: [Float]
  /// One value an output channel.
  public var bias: [Float]
  /// The number of output channels.
  public let outputs: Int
  /// The number of input channels.
  public let inputs: Int
  /// 1 or 2, in both directions.
  public let stride: Int
  /// The rows and columns added on each side.
  public let padding: Padding
  /// What the padding is filled with.
  public let mode: PaddingMode
  /// The height of the input it will mostly see, so that a backend can choose how to compute it.
  public let typicalHeight: Int
  /// The width of the input it will mostly see.
  public let typicalWidth: Int

  /// The weights of one convolution; `values` must be `[outputs, inputs, 3, 3]`.
  public init(
    values: [Float], bias: [Float], outputs: Int, inputs: Int, stride: Int = 1,
    padding: Padding = .one, mode: PaddingMode = .zeros, typicalHeight: Int, typicalWidth: Int
  ) {
    precondition(values.count == outputs * inputs * 9 && bias.count == outputs)
    self.values = values
    self.bias = bias
    self.outputs = outputs
    self.inputs = inputs
    self.stride = stride
    self.padding = padding
    self.mode = mode
    self.typicalHeight = typicalHeight
    self.typicalWidth = typicalWidth
  }

  /// The size of the output for an input of `height` x `width`.
  public func outputSize(height: Int, width: Int) -> (height: Int, width: Int) {
    (
      height: (height + padding.top + padding.bottom - 3) / stride + 1,
      width: (width + padding.left + padding.right - 3) / stride + 1
    )
  }
}

/// The plain weights of a linear map or a 1x1 convolution, before packing.
public struct LinearWeights: Sendable {
  /// `[outputs, inputs]`, row-major.
  public var values: [Float]
  /// One value an output, or nil for none.
  public var bias: [Float]?
  /// The number of output channels.
  public let outputs: Int
  /// The number of input channels.
  public let inputs: Int
  /// The number of tokens it will mostly see, so that a backend can choose how to compute it.
  public let typicalTokens: Int

  /// The weights of one linear map; `values` must be `[outputs, inputs]`.
  public init(values: [Float], bias: [Float]?, outputs: Int, inputs: Int, typicalTokens: Int) {
    precondition(values.count == outputs * inputs && (bias?.count ?? outputs) == outputs)
    self.values = values
    self.bias = bias
    self.outputs = outputs
    self.inputs = inputs
    self.typicalTokens = typicalTokens
  }
}

/// Scale and shift of a group norm, one value a channel.
public struct GroupNorm: Sendable {
  /// The number of groups that the channels are split into.
  public let groups: Int
  /// Added to the variance.
  public let epsilon: Float
  /// The factor of each channel.
  public let scale: [Float]
  /// The summand of each channel.
  public let shift: [Float]
  /// Where the map stands in its batch, for moments rounded as PyTorch's; nil: moments as exact as
  /// float32 lets them be.
  public var place: BatchPlace?

  /// A group norm over `scale.count` channels, which `groups` must divide.
  public init(groups: Int, epsilon: Float, scale: [Float], shift: [Float]) {
    precondition(groups > 0 && scale.count % groups == 0 && scale.count == shift.count)
    self.groups = groups
    self.epsilon = epsilon
    self.scale = scale
    self.shift = shift
  }

  /// The same norm for a map at `place` of its batch.
  public func at(_ place: BatchPlace?) -> GroupNorm {
    var norm = self
    norm.place = place
    return norm
  }
}

/// Scale and shift of a layer norm, one value a channel.
public struct LayerNorm: Sendable {
  /// Added to the variance.
  public let epsilon: Float
  /// The factor of each channel.
  public let scale: [Float]
  /// The summand of each channel.
  public let shift: [Float]

  /// A layer norm over `scale.count` channels.
  public init(epsilon: Float, scale: [Float], shift: [Float]) {
    precondition(scale.count == shift.count)
    self.epsilon = epsilon
    self.scale = scale
    self.shift = shift
  }
}

/// A function applied to every value.
public enum Activation: Sendable {
  /// The identity.
  case none
  /// x * sigmoid(x).
  case silu
  /// x * Φ(x), with the error function.
  case gelu
  /// x * sigmoid(1.702 x), CLIP's approximation.
  case quickGELU
}
