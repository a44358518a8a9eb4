import Experiments
import Figures
import Files
import Layers

extension ReportWords {
  /// Whether tokens of anomalous norm occur, and where.
  var norms: String {
    let layer = ModelFindings.labelledLayer
    guard let norms = layers.first(where: { $0.layer == layer })?.norms else { return "" }
    guard norms.isFinite else {
      return
        "The norms of \(code(layer)) are not all finite numbers, so nothing can be said of them."
    }
    let found =
      norms.patches.isEmpty
      ? "**no patch** \(inImages(0))"
      : "**\(Numbers.count(norms.patches.count, "patch", "patches"))** of 2×2 tokens "
        + inImages(norms.anomalousImages.count)
    var text = """
      At the end of `up_blocks[1]`, where the paper's anomalies lie, the detector marks \(found). The largest \
      norm there is \(Numbers.factor(norms.largestRatio)) times the median of its image
      """
    if images.paths.indices.contains(norms.largestImage) {
      text += " (\(code(Folder.name(of: images.paths[norms.largestImage]))))"
    }
    text += ". \(elsewhere(layer))"
    if let ratio = Extremes(layers, { $0.norms?.largestRatio }) {
      text += """
         Over all layers the largest norm is \(Numbers.factor(ratio.largest.value)) times its image's \
        median, in \(code(ratio.largest.layer)).
        """
    }
    return [text, labelled].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  /// "in 2 of 20 images", "in any of 20 images".
  private func inImages(_ count: Int) -> String {
    let total = images.paths.count
    if total == 1 { return "in the image" }
    return count == 0 ? "in any of \(total) images" : "in \(count) of \(total) images"
  }

  /// In which layers beside `labelled` the detector marks patches.
  private func elsewhere(_ labelled: Layer) -> String {
    let marked = layers.filter { !($0.norms?.patches.isEmpty ?? true) }
    let others = marked.map(\.layer).filter { $0 != labelled }
    guard !others.isEmpty,
      let most = Extremes(marked, { $0.norms.map { Double($0.anomalousImages.count) } })
    else { return "It marks none in any other layer." }
    let total = layers.count { $0.norms != nil && $0.layer != labelled }
    return
      "Of the other layers it marks patches in \(others.count) of \(total): \(others.byBlock). "
      + "Most images with patches, \(Int(most.largest.value)) of \(images.paths.count), are there in "
      + "\(code(most.largest.layer))."
  }

  /// The norms of labelled patches through the layers.
  private var labelled: String {
    guard let relative = Extremes(layers, { $0.labelledNorm }) else { return "" }
    let record = findings.record(.anomalyMeans)?.labels
    let count = record.map { Numbers.count($0.count, "patch", "patches") } ?? "patches"
    let origin =
      switch record?.source {
      case "automatic": "\(count) marked by the detector"
      case "file": "\(count) of the label file"
      default: "labelled \(count)"
      }
    let isOne = record?.count == 1
    return """
      The \(origin) \(isOne ? "has" : "have on average") up to \(Numbers.factor(relative.largest.value)) times \
      the mean norm of \(isOne ? "its" : "their") image (\(code(relative.largest.layer))), and more than it \
      \(inLayers(relative.above(1), relative.values.count)).
      """
  }
}
