import Experiments
import Files
import Images
import Layers
import Tensors

/// Makes `anomalous_tokens_<name>.safetensors`: the images whose tokens have the largest norms at the
/// end of `up_blocks[1]`, as small pictures, with their norm maps and the patches that the detector
/// marks.
///
/// docs/FORMATS.md describes it.
struct AnomalousTokenFile {
  /// The most images that are shown.
  private static let most = 12
  /// The longer side of the pictures.
  private static let side = 192

  let name: String
  let norms: [NormMap]
  let findings: NormFindings

  /// The name of the file.
  var file: String { "anomalous_tokens_\(name).safetensors" }

  /// The images to show: those with most patches, then those of the largest norm over the median.
  var shown: [Int] {
    let patches = Dictionary(grouping: findings.patches, by: \.image).mapValues(\.count)
    let ratios = norms.map { map in
      let middle = map.median
      return middle > 0 ? Double(map.values.max() ?? 0) / middle : 0
    }
    let order = norms.indices.sorted { first, second in
      let (a, b) = (patches[first] ?? 0, patches[second] ?? 0)
      return (b, ratios[second], first) < (a, ratios[first], second)
    }
    let count = patches.isEmpty ? Self.most / 2 : Self.most
    return Array(order.prefix(count)).sorted()
  }

  /// The file's arrays; nil where no picture can be made of the norms.
  func arrays(_ images: ImageSet) throws(AuditError) -> [(key: String, value: NDArray)]? {
    let shown = shown
    guard findings.isFinite, let first = shown.first, norms[first].height > 1,
      norms[first].width > 1
    else { return nil }
    let longer = max(images.width, images.height)
    let width = max(1, images.width * Self.side / longer)
    let height = max(1, images.height * Self.side / longer)
    var pixels: [UInt8] = []
    var relative: [Float] = []
    var patches: [Int64] = []
    for (place, image) in shown.enumerated() {
      do throws(ExperimentError) {
        pixels += try images.load(image..<image + 1)[0].resized(width: width, height: height).pixels
      } catch { throw AuditError(error.description) }
      let middle = norms[image].median
      relative += norms[image].values.map { middle > 0 ? Float(Double($0) / middle) : .nan }
      for patch in findings.patches where patch.image == image {
        patches += [Int64(place), Int64(patch.x), Int64(patch.y)]
      }
    }
    return [
      (
        "images",
        NDArray(
          dtype: .uint8, shape: [shown.count, height, width, 3], storage: ArrayStorage(pixels))
      ),
      ("index", NDArray(shown.map { Int64($0) }, shape: [shown.count])),
      (
        "norms",
        NDArray(
          relative, shape: [shown.count, norms[first].height, norms[first].width])
      ),
      ("patches", NDArray(patches, shape: [patches.count / 3, 3])),
    ]
  }

  /// Writes the file into `output` and gives its name; nil where there is nothing to show.
  func write(_ images: ImageSet, to output: String, timestep: Int) throws(AuditError) -> String? {
    guard let arrays = try arrays(images) else { return nil }
    do {
      let bytes = try SafeTensors.bytes(of: arrays, metadata: ["timestep": "\(timestep)"])
      try AtomicFile.write(bytes, to: Folder.join(output, file), keepIfEqual: true)
    } catch { throw AuditError(String(describing: error)) }
    return file
  }
}
