import Dispatch
package import Figures
import Synchronization

extension Site {
  /// Draws every figure in every format into `figures/`, on all cores: most of the work of a page.
  ///
  /// - Parameters:
  ///   - software: the program's name and version, for the figures' metadata.
  ///   - data: the folder of arrays, for messages.
  ///   - done: called after each file with how many there are by then, from any thread.
  /// - Throws: ``PageError`` with all that could not be drawn.
  package mutating func add(
    _ figures: [Figure], software: String, data: String, done: @Sendable (Int) -> Void = { _ in }
  ) throws(PageError) {
    let jobs = figures.flatMap { figure in FigureFormat.allCases.map { (figure, $0) } }
    // Enough for a screen: the page shows SVG, and print has the PDF.
    let options = RenderOptions(dpi: 120, software: software)
    let results = Mutex<[Int: Result<[UInt8], FigureError>]>([:])
    DispatchQueue.concurrentPerform(iterations: jobs.count) { index in
      let (figure, format) = jobs[index]
      let result = Result { () throws(FigureError) in
        try figure.rendered(as: format, options: options)
      }
      results.withLock {
        $0[index] = result
        done($0.count)
      }
    }
    let rendered = results.withLock { $0 }
    var problems: [PageProblem] = []
    for (index, (figure, format)) in jobs.enumerated() {
      switch rendered[index] {
      case .success(let bytes)?: files["figures/\(figure.fileName(format))"] = bytes
      case .failure(let error)?: problems.append(PageProblem(figure: error, path: data))
      case nil: break
      }
    }
    if !problems.isEmpty { throw PageError(problems) }
  }
}
