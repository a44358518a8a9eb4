import Experiments
import Figures
import Files
import Foundation
import Images
import Layers
import StableDiffusion
import Tensors

/// The arrays that figures are drawn from, computed from a file of representations.
struct RepresentationArrays {
  /// The model's short name.
  let model: String
  /// The figures that they allow.
  let figures: [String]
  /// Them, by kind.
  let arrays: [ArrayKind: Archive]
  /// The file.
  let source: Figure.Source
  /// Sentences for the user.
  let warnings: [String]

  /// Computes what `options` ask for.
  ///
  /// - Parameters:
  ///   - model: the name that the user gave the model.
  ///   - data: the folder where position probes may lie.
  init(_ path: String, options: FigureViewOptions, model: String?, data: String) throws {
    let tokens = try RepresentationTokens(path)
    let name = Folder.name(of: path)
    self.model = model ?? Self.model(of: path)
    source = Figure.Source(name: name, sha256: try SHA256Hex.ofFile(path))
    let view = options.view
    let shown = view.images.isEmpty ? Array(0..<min(4, tokens.imageCount)) : view.images
    if let image = shown.first(where: { $0 >= tokens.imageCount }) {
      throw ExperimentError("\(path): has no image \(image); there are \(tokens.imageCount)")
    }
    let maps = TokenMaps(tokens, shown: shown)
    let reference = try Self.reference(view.reference, shown: shown, path)
    let scattered = view.blocks.first ?? Layer(.up(1))
    var warnings: [String] = []
    let pictures = try Self.pictures(options.pictures, shown, of: tokens.imageCount, &warnings)
    var sets: [(kind: ArrayKind, figure: String, arrays: NamedArrays)] = [
      (.similarityGrids, "similarity-grids", pictures + (try maps.similarityGrids(reference))),
      (.cornerMaps, "corner-maps", pictures + (try maps.cornerMaps())),
      (.meanNormMaps, "norm-maps", try maps.meanNorms()),
      (.normDistributions, "norm-distribution", try maps.normDistributions()),
      (.normScatter, "norm-scatter", try maps.normScatter(scattered, seed: 42)),
      (
        .featureViews, "feature-views",
        pictures
          + (try maps.featureViews(view.blocks.isEmpty ? [scattered] : view.blocks, seed: 42))
      ),
    ]
    let probes = Folder.join(data, "position_probes_\(self.model).safetensors")
    if Folder.isFile(probes) {
      sets.append((.positionMaps, "position-maps", try Self.positions(maps, probes)))
    }
    sets.removeAll { !$0.arrays.contains { $0.key != "images" } }
    figures = sets.map(\.figure)
    arrays = Dictionary(
      uniqueKeysWithValues: sets.map { set in
        (set.kind, Archive.dict(set.arrays.map { ($0.key, .array($0.value)) }))
      })
    self.warnings = warnings
  }

  /// The checkpoint's name in the file's provenance, else the file's own without its ending.
  private static func model(of path: String) -> String {
    let stem = Folder.name(of: path).split(separator: ".").first.map(String.init) ?? "model"
    let record = Folder.join(Folder.parent(of: path), "provenance_\(stem).json")
    guard let file = try? MappedFile(record),
      let found = try? JSONDecoder().decode(
        ExtractionRecord.self, from: file.withBytes { Data($0) })
    else { return stem }
    return found.checkpoint
  }

  /// The reference token; its image must be one of those shown.
  private static func reference(
    _ wanted: FigureView.Reference?, shown: [Int], _ path: String
  ) throws -> ReferenceToken {
    var token = ReferenceToken()
    token.image = shown[0]
    guard let wanted else { return token }
    guard shown.contains(wanted.image) else {
      throw ExperimentError(
        "--reference: image \(wanted.image) is not among the images shown of \(path),"
          + " \(shown.map(String.init).joined(separator: ", "))")
    }
    (token.image, token.column, token.row, token.side) = (
      wanted.image, wanted.column, wanted.row, wanted.side
    )
    return token
  }

  /// The shown images' pictures; grey squares where none are given.
  private static func pictures(
    _ paths: [String], _ shown: [Int], of count: Int, _ warnings: inout [String]
  ) throws -> NamedArrays {
    guard !paths.isEmpty else {
      warnings.append("without --pictures the images are left grey")
      let pixel = RGBImage(width: 1, height: 1, pixels: [0xE6, 0xE6, 0xE6])
      return [("images", Pictures.array(shown.map { _ in pixel }, longerSide: 1))]
    }
    let list = try ImageList(paths)
    guard list.paths.count == count else {
      throw ExperimentError(
        "--pictures: expected the \(count) images of the representations, found"
          + " \(list.paths.count)")
    }
    let side = 128
    let images = try shown.map { try list.load($0) }
    let areAlike = images.allSatisfy {
      ($0.width, $0.height) == (images[0].width, images[0].height)
    }
    return [
      (
        "images",
        Pictures.array(
          areAlike ? images : images.map { $0.resized(width: side, height: side) },
          longerSide: side)
      )
    ]
  }

  private static func positions(_ maps: TokenMaps, _ probes: String) throws -> NamedArrays {
    let file = try SafeTensors(probes)
    return try maps.positions { (block, shape) throws(ExperimentError) in
      let layer = block.sameOutput.name
      let wanted = [2 * shape.height, shape.channels]
      guard file.names.contains("\(layer).weight"), file.names.contains("\(layer).bias") else {
        return nil
      }
      do {
        let weight = try file.array(named: "\(layer).weight")
        let bias = try file.array(named: "\(layer).bias")
        guard weight.shape == wanted, bias.shape == [wanted[0]] else {
          throw ExperimentError(
            "\(probes): \(layer).weight: expected \(wanted) as the representations need it, found"
              + " \(weight.shape)")
        }
        return PositionProbe(
          side: shape.height, channels: shape.channels, weights: weight.floats(),
          bias: bias.floats())
      } catch let error as ExperimentError {
        throw error
      } catch {
        throw ExperimentError("\(error)")
      }
    }
  }
}
