/// Where one image stands in the batch it is computed with.
///
/// PyTorch's group norm on a CPU takes a channels-last batch as one long list of tokens, halves it
/// between two threads, adds up x and x² per channel in float32, token by token, and subtracts:
/// E[x²] - E[x]². On a nearly flat image such sums lose most digits of the variance, always the
/// same way: the latents of one of the reference's images end 2.5 % from the exact ones. Published
/// numbers hold that loss, so we add in the same order (ATen, `group_norm_kernel.cpp`,
/// `GroupNormKernelImplChannelsLastInternal`); our latents are then within 1e-5 of PyTorch's.
public struct BatchPlace: Equatable, Sendable {
  /// The image's index in the batch.
  public let index: Int
  /// The number of images in the batch.
  public let count: Int

  /// The place `index` of `count`.
  public init(index: Int, count: Int) {
    precondition((0..<count).contains(index))
    self.index = index
    self.count = count
  }

  /// An image that is computed by itself.
  public static let alone = BatchPlace(index: 0, count: 1)

  /// How many of this image's `tokens` fall to the first of two threads.
  ///
  /// Below 1024 tokens PyTorch shares out groups instead, and adds up each on one thread.
  public func cut(tokens: Int) -> Int {
    guard tokens >= 1024 else { return tokens }
    let half = (count * tokens + 1) / 2
    return min(max(half - index * tokens, 0), tokens)
  }
}
