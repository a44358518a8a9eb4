import Experiments
import Files
import StableDiffusion
import Tensors

/// How much memory a checkpoint's networks take while they run.
///
/// Estimated from the number of weights by what SD-1.5's size was measured to take: packed weights (those
/// of many convolutions twice to four times as large as plain ones), activations, and the
/// autoencoder's maps of 512x512 pixels.
struct NetworkMemory {
  /// The estimate in bytes.
  let bytes: Int
  private let checkpoint: Checkpoint

  /// Bytes a weight of the U-Net, packed, and everything else.
  private static let perWeight: [Precision: Double] = [.float32: 5.9, .bfloat16: 3.5]
  private static let rest = 0.8e9

  init(_ checkpoint: Checkpoint, _ precision: Precision) throws(ExperimentError) {
    self.checkpoint = checkpoint
    var weights = 0
    do {
      for path in try checkpoint.weightPaths() where path.hasPrefix(checkpoint.file("unet/")) {
        weights += try ArrayFile.read(path).arrays.reduce(0) { $0 + $1.array.count }
      }
    } catch { throw ExperimentError(String(describing: error)) }
    let packed = Double(weights) * (Self.perWeight[precision] ?? 6)
    // A network that is small has small maps too.
    bytes = Int(packed + min(Self.rest, packed))
  }

  /// Refuses a limit below the estimate.
  func check(_ limit: Int) throws(ExperimentError) {
    guard bytes > limit else { return }
    func text(_ bytes: Int) -> String {
      let tenths = (bytes + 99_999_999) / 100_000_000
      return "\(tenths / 10).\(tenths % 10)G"
    }
    throw ExperimentError(
      "\(checkpoint.folder): its networks need about \(text(bytes)) of memory, --memory allows "
        + "\(text(limit)); give more, or --precision bf16")
  }
}
