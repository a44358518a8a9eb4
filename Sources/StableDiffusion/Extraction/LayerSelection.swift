public import Layers
import Networks

/// Layers chosen by name, as `--positions` takes them.
public enum LayerSelection {
  /// The layers of a U-Net that `words` mean, in forward order, each once.
  ///
  /// A word is `all`, `blocks` (the block outputs), `experiments` (the paper's 45), or a layer's name
  /// as diffusers spells it, `up_blocks[1].resnets[0]` or `up_blocks.1.resnets.0`.
  ///
  /// - Throws: ``ModelError`` naming a word that is no layer, with the names nearest to it.
  public static func layers(
    named words: [String], of network: [Layer]
  ) throws(ModelError) -> [Layer] {
    var wanted: Set<Layer> = []
    for word in words {
      switch word {
      case "all": wanted.formUnion(network)
      case "blocks": wanted.formUnion(Layer.blockOutputs)
      case "experiments": wanted.formUnion(Layer.experiments)
      default:
        let name = bracketed(word)
        guard let layer = network.first(where: { $0.name == name }) else {
          let near = nearest(to: name, among: network.map(\.name)).joined(separator: ", ")
          throw ModelError("the U-Net has no layer \"\(word)\"; near it are \(near)")
        }
        wanted.insert(layer)
      }
    }
    return network.filter { wanted.contains($0) }
  }

  /// `up_blocks.1.resnets.0` with its numbers in brackets.
  private static func bracketed(_ name: String) -> String {
    var result = ""
    for (place, part) in name.split(separator: ".", omittingEmptySubsequences: false).enumerated() {
      if !part.isEmpty, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
        result += "[\(part)]"
      } else {
        result += (place == 0 ? "" : ".") + part
      }
    }
    return result
  }

  /// The three names that take the fewest edits to become from `name`.
  private static func nearest(to name: String, among names: [String]) -> [String] {
    let short = String(name.prefix(64))
    let ranked = names.enumerated().map { ($0.offset, edits(short, $0.element), $0.element) }
    return ranked.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(3).map(\.2)
  }

  /// Levenshtein's distance: insertions, deletions and replacements from one text to the other.
  private static func edits(_ first: String, _ second: String) -> Int {
    let target = Array(second.lowercased())
    var row = Array(0...target.count)
    for (line, letter) in first.lowercased().enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for (place, other) in target.enumerated() {
        let above = row[place + 1]
        row[place + 1] = min(diagonal + (letter == other ? 0 : 1), above + 1, row[place] + 1)
        diagonal = above
      }
    }
    return row[target.count]
  }
}

extension Checkpoint {
  /// The layers of its U-Net that `words` mean, known without reading any weights; see
  /// ``LayerSelection/layers(named:of:)``.
  ///
  /// - Throws: ``ModelError`` naming a word that is no layer, or a config that is wrong.
  public func layers(named words: [String]) throws(ModelError) -> [Layer] {
    let unet = try UNetConfiguration(diffusers: file("unet/config.json"))
    return try LayerSelection.layers(named: words, of: unet.layers)
  }
}

extension RepresentationExtractor {
  /// The layers of its U-Net that `words` mean; see ``LayerSelection/layers(named:of:)``.
  ///
  /// - Throws: ``ModelError`` naming a word that is no layer.
  public func layers(named words: [String]) throws(ModelError) -> [Layer] {
    try LayerSelection.layers(named: words, of: layers)
  }
}
