internal import Dispatch
public import Files
internal import Images
internal import Synchronization

/// Makes the dataset: picks, crops, resizes and numbers pictures of every class.
///
/// Method: docs/METHOD.md, "The dataset".
public struct DatasetBuilder {
  /// What was made.
  public struct Summary: Sendable {
    /// The number of images.
    public let images: Int
    /// The number of classes.
    public let classes: Int
    /// Pictures passed over as too small before their class was full.
    public let tooSmall: Int
    /// Files that could not be read, each as one sentence.
    public let broken: [String]
  }

  private let options: DatasetOptions
  private let classes: ClassList
  private let sources: [Source]
  private let output: OutputFolder
  private let maker: PictureMaker
  private let recorded: Manifest.Options
  private let progress: any ProgressSink

  private var rows: [Row] = []
  private var counts: [Int]
  private var smallCounts: [Int]
  private var brokenCounts: [Int]
  private var broken: [Manifest.Broken] = []
  private var sentences: [String] = []

  private struct Row {
    let label: Int
    let className: String
    let source: String
    let made: PictureMaker.Made
  }

  /// Makes a dataset of `sources` in `output`.
  ///
  /// Interrupted, it goes on where it was when called again; the bytes are the same.
  ///
  /// - Parameters:
  ///   - sources: folders of class folders, flat folders, or tar archives of either.
  ///   - output: an empty or missing folder, or one that an earlier run made.
  ///   - progress: told how many images are done, and which files are broken.
  /// - Throws: ``DatasetError`` where a source, an option or the output cannot be used, or a class
  ///   has too few pictures.
  public static func build(
    sources: [String], output: String, options: DatasetOptions, progress: any ProgressSink
  ) throws(DatasetError) -> Summary {
    try check(options)
    var builder = try DatasetBuilder(sources, output, options, progress)
    return try builder.run()
  }

  private static func check(_ options: DatasetOptions) throws(DatasetError) {
    guard options.perClass > 0 else {
      throw DatasetError("expected 1 or more images per class, found \(options.perClass)")
    }
    guard (1...16384).contains(options.size) else {
      throw DatasetError("expected a size of 1 to 16384 pixels, found \(options.size)")
    }
    guard options.minSide >= 2 else {
      throw DatasetError("expected a shortest side of 2 pixels or more, found \(options.minSide)")
    }
    if let classes = options.classes, classes.isEmpty { throw DatasetError("no classes are named") }
  }

  private init(
    _ paths: [String], _ output: String, _ options: DatasetOptions, _ progress: any ProgressSink
  ) throws(DatasetError) {
    self.options = options
    self.progress = progress
    var sources: [Source] = []
    for path in paths { sources.append(try Source.open(path)) }
    self.sources = sources
    classes = try ClassList.resolve(options.classes, sources: sources)
    recorded = Manifest.Options(
      classes: classes.entries.map(\.title), perClass: options.perClass, minSide: options.minSide,
      size: options.size, format: options.format.rawValue, order: options.order.rawValue,
      seed: options.order == .shuffled ? options.seed : nil)
    self.output = try OutputFolder(output, for: recorded)
    maker = PictureMaker(
      options: options, cache: self.output.cache,
      earlier: self.output.reusable(recorded, encoder: Self.encoder(options)))
    let zeros = [Int](repeating: 0, count: classes.entries.count)
    (counts, smallCounts, brokenCounts) = (zeros, zeros, zeros)
  }

  private static func encoder(_ options: DatasetOptions) -> String {
    options.format == .png ? PNGFile.versions : "JPEG quality 95, 4:4:4"
  }

  private mutating func run() throws(DatasetError) -> Summary {
    let total = options.perClass * classes.entries.count
    progress.report("dataset", done: 0, of: total)
    for source in sources {
      var batch: [Candidate] = []
      // A batch may hold more of a class than it still needs: those are dropped in order below.
      try source.visit(wanted: isWanted) { (candidate) throws(DatasetError) in
        batch.append(candidate)
        if batch.count == Self.batchSize {
          try take(batch)
          batch = []
        }
        return rows.count < total
      }
      try take(batch)
    }
    try checkCounts()
    let (manifest, cacheNames) = arranged()
    try output.complete(manifest, cacheNames: cacheNames)
    return Summary(
      images: rows.count, classes: classes.entries.count, tooSmall: manifest.tooSmall,
      broken: sentences)
  }

  private static let batchSize = 8

  private func isWanted(_ folder: String) -> Bool {
    classes.label(of: folder).map { counts[$0] < options.perClass } ?? false
  }

  /// Makes the images of a batch side by side, and takes them in order.
  private mutating func take(_ batch: [Candidate]) throws(DatasetError) {
    let outcomes = Mutex([PictureMaker.Outcome?](repeating: nil, count: batch.count))
    // One after the other: reading an archive forwards is what disks are good at.
    let inputs = batch.map { candidate -> Result<[UInt8], DatasetError> in
      do throws(DatasetError) {
        return .success(try candidate.read())
      } catch { return .failure(error) }
    }
    let titles = batch.map(\.title)
    let maker = maker
    DispatchQueue.concurrentPerform(iterations: batch.count) { index in
      let outcome: PictureMaker.Outcome =
        switch inputs[index] {
        case .success(let bytes): maker.make(bytes, title: titles[index])
        case .failure(let error): .broken(error.description)
        }
      outcomes.withLock { $0[index] = outcome }
    }
    for (candidate, outcome) in zip(batch, outcomes.withLock { $0 }) {
      if let outcome { try accept(candidate, outcome) }
    }
    progress.report(
      "dataset", done: rows.count, of: options.perClass * classes.entries.count)
  }

  private mutating func accept(
    _ candidate: Candidate, _ outcome: PictureMaker.Outcome
  ) throws(DatasetError) {
    guard let label = classes.label(of: candidate.className), counts[label] < options.perClass
    else { return }
    switch outcome {
    case .made(let made):
      rows.append(
        Row(
          label: label, className: candidate.className,
          source: candidate.source, made: made))
      counts[label] += 1
    case .tooSmall: smallCounts[label] += 1
    case .broken(let sentence):
      brokenCounts[label] += 1
      sentences.append(sentence)
      let reason =
        sentence.hasPrefix("\(candidate.title): ")
        ? String(sentence.dropFirst(candidate.title.count + 2)) : sentence
      broken.append(Manifest.Broken(source: candidate.source, reason: reason))
      progress.warn("left out \(sentence)")
    case .failed(let error): throw error
    }
  }

  private func checkCounts() throws(DatasetError) {
    var short: [String] = []
    for (label, entry) in classes.entries.enumerated() where counts[label] < options.perClass {
      var reasons: [String] = []
      if smallCounts[label] > 0 {
        reasons.append("\(smallCounts[label]) under \(options.minSide) pixels")
      }
      if brokenCounts[label] > 0 { reasons.append("\(brokenCounts[label]) broken") }
      let why = reasons.isEmpty ? "" : " (left out: \(reasons.joined(separator: ", ")))"
      short.append(
        "\(entry.title) is \(options.perClass - counts[label]) short, with \(counts[label]) of"
          + " \(options.perClass) images\(why)")
    }
    if short.isEmpty { return }
    output.discardCache()
    throw DatasetError(
      "not enough pictures: \(short.joined(separator: "; ")): add sources or lower --per-class")
  }

  /// The rows in their order, and the cached file of each.
  private func arranged() -> (Manifest, [String]) {
    var ordered = rows
    if options.order == .shuffled {
      let queues = classes.entries.indices.map { label in rows.filter { $0.label == label } }
      var next = [Int](repeating: 0, count: queues.count)
      ordered = RowOrder.rounds(
        classes: queues.count, perClass: options.perClass, seed: options.seed
      ).map { label in
        defer { next[label] += 1 }
        return queues[label][next[label]]
      }
    }
    let digits = max(5, String(ordered.count - 1).count)
    let images = ordered.enumerated().map { index, row in
      let number = String(index)
      let padding = String(repeating: "0", count: digits - number.count)
      return Manifest.Image(
        fileName: "\(padding)\(number).\(options.format.fileExtension)", sha256: row.made.sha256,
        label: row.label, className: row.className, source: row.source,
        sourceSHA256: row.made.sourceSHA256, sourceWidth: row.made.width,
        sourceHeight: row.made.height)
    }
    let manifest = Manifest(
      encoder: Self.encoder(options), options: recorded, images: images,
      tooSmall: smallCounts.reduce(0, +), broken: broken)
    return (manifest, ordered.map(\.made.cacheName))
  }
}
