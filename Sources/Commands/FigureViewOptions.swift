import ArgumentParser
import Figures

/// What figures show of the arrays, and where similarities and maps come from.
struct FigureViewOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .upToNextOption,
    help: """
      Blocks to show, as figures call them (in dn0 dn1 dn2 dn3 mid up0 up1 up2 up3 out) or as \
      diffusers does; all by default, up1 for feature-views and norm-scatter.
      """)
  var blocks: [String] = []

  @Option(
    name: .long, parsing: .upToNextOption,
    help: """
      Images to show, by their place from 0 among those that the arrays or representations hold; \
      all by default, the first of norm-timesteps, the first four of representations.
      """)
  var images: [Int] = []

  @Option(
    name: .long, parsing: .upToNextOption,
    help: "Timesteps to show in norm-timesteps, norm-histograms and noise-levels (default: all).")
  var timesteps: [Int] = []

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      The token that similarity-grids compare with: image, column, row, and the side of the grid \
      that they are counted in, 32 unless given. Arrays hold one (0 17 12 32 by default); any other \
      needs --representations.
      """, valueName: "numbers"))
  var reference: [Int] = []

  @Option(
    name: .long,
    help: """
      Compute similarity-grids, corner-maps, norm-maps, norm-distribution, norm-scatter, \
      feature-views and, with the model's position probes in --data, position-maps from a file that \
      unetlens extract wrote.
      """)
  var representations: String?

  @Option(
    name: .long, parsing: .upToNextOption,
    help: "The images of --representations, in their order: files, or a folder of them.")
  var pictures: [String] = []

  func validate() throws {
    for name in blocks where FigureView.block(named: name) == nil {
      throw ValidationError(
        "--blocks: no block is called \(name); there are in, dn0 to dn3, mid, up0 to up3 and out")
    }
    if let image = images.first(where: { $0 < 0 }) {
      throw ValidationError("--images takes places from 0 on, not \(image)")
    }
    if let timestep = timesteps.first(where: { !(0...999).contains($0) }) {
      throw ValidationError("--timesteps takes 0 to 999, not \(timestep)")
    }
    if !reference.isEmpty {
      let side = reference.count == 4 ? reference[3] : 32
      guard (3...4).contains(reference.count), reference[0] >= 0, (1...4096).contains(side),
        (0..<side).contains(reference[1]), (0..<side).contains(reference[2])
      else {
        throw ValidationError(
          "--reference takes an image from 0 on, a column and a row, and maybe the grid's side that"
            + " both are below: 0 17 12 32")
      }
    }
    if !pictures.isEmpty && representations == nil {
      throw ValidationError("--pictures are the images of --representations, which is not given")
    }
  }

  /// The options as a value.
  var view: FigureView {
    var view = FigureView()
    view.blocks = Self.once(blocks.compactMap(FigureView.block(named:)))
    view.images = Self.once(images)
    view.timesteps = Self.once(timesteps)
    if reference.count >= 3 {
      view.reference = FigureView.Reference(
        image: reference[0], column: reference[1], row: reference[2],
        side: reference.count == 4 ? reference[3] : 32)
    }
    return view
  }

  /// `values` without repetitions: a figure's parts have ids, which must differ.
  private static func once<Value: Equatable>(_ values: [Value]) -> [Value] {
    values.enumerated().filter { place, value in !values[..<place].contains(value) }.map(\.element)
  }
}
