import Files
import Foundation
import Images
import Kernels
import Layers
import StableDiffusion
import TestSupport
import Testing

// example
func printLargest(of images: [String], model: String) throws {
  let checkpoint = try ModelFinder.standard().open(model)
  let extractor = try RepresentationExtractor(checkpoint)
  let layers = try extractor.layers(named: ["mid_block", "up_blocks[1]"])
  let batch = try images.map { try ImageFile.load($0) }
  try extractor.extract(batch: batch, layers: layers, timestep: 50) { index, layer, map in
    let largest = map.values.max() ?? 0  // of [height * width, channels], token by token
    print(images[index], layer, map.height, map.width, map.channels, largest)
  }
}
// end

/// The example in RepresentationExtractor's documentation.
struct ExampleTests {
  private func text(_ path: String) throws -> String {
    try String(
      contentsOfFile: Folder.join(SharedMaterial.repository, path), encoding: .utf8)
  }

  @Test func `the documented example is the one that is compiled here`() throws {
    let source = try text(
      "Sources/StableDiffusion/Extraction/RepresentationExtractor.swift")
    let documented = source.split(separator: "\n", omittingEmptySubsequences: false)
      .drop { $0 != "/// ```swift" }.dropFirst().prefix { $0 != "/// ```" }
      .map { $0.dropFirst(4) }
    let compiled = try text("Tests/StableDiffusionTests/ExampleTests.swift")
      .split(separator: "\n", omittingEmptySubsequences: false)
      .drop { $0 != "// example" }.dropFirst().prefix { $0 != "// end" }
    #expect(documented.elementsEqual(compiled))
    #expect(documented.count == 10)
  }

  @Test(.enabled(if: SharedMaterial.hasReference, "needs shared/reference beside the checkout"))
  func `the documented example runs`() throws {
    try printLargest(
      of: ["\(SharedMaterial.reference)/image00_256.png"],
      model: "\(SharedMaterial.reference)/checkpoints/tiny-sd15")
  }
}
