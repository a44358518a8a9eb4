import Kernels
import Layers
import Networks
import Similarity

nonisolated(unsafe) private var extractions = Slots<Extraction>()
nonisolated(unsafe) var representations = Slots<Tokens>()

/// Starts an extraction of an image of red, green, blue, alpha bytes; its handle, or a status.
@_expose(wasm, "beginExtraction")
@c(unetlens_beginExtraction)
public func beginExtraction(
  _ modelHandle: Int32, _ pixels: UnsafePointer<UInt8>, _ width: Int, _ height: Int,
  _ timestep: Int, _ seed: Double
) -> Int32 {
  reporting { () throws(Failure) in
    let model = try models.value(modelHandle)
    guard width > 0, height > 0, width <= 4096, height <= 4096 else {
      throw .input("The image's sides are not between 1 and 4096 pixels.")
    }
    guard seed >= 0, seed <= 0x1p53 else { throw .input("The seed is not from 0 to 2^53.") }
    let image = FeatureMap(pixels: pixels, height: height, width: width, step: 4)
    return extractions.add(
      try Extraction(model, image: image, timestep: timestep, seed: UInt64(seed)))
  }
}

/// What a step gave; `explorer-worker.js` reads it.
public struct StepReport {
  /// 0 conv_in, 1 a down block, 2 the middle, 3 an up block, 4 conv_out; -1 for the encoder.
  var block: Int32 = -1
  var blockIndex: Int32 = 0
  /// 0 the block's output, 1 a resnet, 2 an attention, 3 a sampler.
  var module: Int32 = 0
  var moduleIndex: Int32 = 0
  var height: Int32 = 0
  var width: Int32 = 0
  var channels: Int32 = 0
  /// The handle of the output, kept if it is a block's; else -1.
  var representation: Int32 = -1
  /// How far the extraction is, in 65536ths.
  var fraction: Int32 = 0
}

/// Computes the next step; 1 when more are to come, 0 when that was the last, or a status.
@_expose(wasm, "stepExtraction")
@c(unetlens_stepExtraction)
public func stepExtraction(_ handle: Int32, _ target: UnsafeMutableRawPointer) -> Int32 {
  reporting { () throws(Failure) in
    let extraction = try extractions.value(handle)
    var report = StepReport()
    if let (layer, output) = extraction.step() {
      report.describe(layer, output)
      if layer.module == .output {
        report.representation = Int32(representations.add(Tokens(output)))
      }
    }
    report.fraction = Int32(extraction.fraction * 65_536)
    target.storeBytes(of: report, as: StepReport.self)
    if extraction.isOver { extractions.remove(handle) }
    return extraction.isOver ? 0 : 1
  }
}

/// Gives an extraction up.
@_expose(wasm, "endExtraction")
@c(unetlens_endExtraction)
public func endExtraction(_ handle: Int32) { extractions.remove(handle) }

extension StepReport {
  fileprivate mutating func describe(_ layer: Layer, _ output: FeatureMap) {
    switch layer.block {
    case .convIn: block = 0
    case .down(let level): (block, blockIndex) = (1, Int32(level))
    case .mid: block = 2
    case .up(let index): (block, blockIndex) = (3, Int32(index))
    case .convOut: block = 4
    }
    switch layer.module {
    case .output: module = 0
    case .resnet(let index): (module, moduleIndex) = (1, Int32(index))
    case .attention(let index): (module, moduleIndex) = (2, Int32(index))
    case .downsampler, .upsampler: module = 3
    }
    height = Int32(output.height)
    width = Int32(output.width)
    channels = Int32(output.channels)
  }
}
