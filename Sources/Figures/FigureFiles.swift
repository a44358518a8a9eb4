import Dispatch
import Files
import Synchronization

/// Renders figures into files, on all cores.
public enum FigureFiles {
  /// Writes each figure in each format into `folder` and returns the paths, figures first, formats in
  /// the order given.
  ///
  /// Everything is rendered before the first file is written; files that hold the same bytes already
  /// are left alone.
  ///
  /// - Throws: ``FigureError`` where a figure cannot be drawn or a file cannot be written.
  public static func write(
    _ figures: [Figure], formats: [FigureFormat], options: RenderOptions, to folder: String
  ) throws(FigureError) -> [String] {
    let jobs = figures.flatMap { figure in formats.map { (figure: figure, format: $0) } }
    // PNG takes by far the longest, so it begins first.
    let order = jobs.indices.sorted { first, second in
      let (a, b) = (jobs[first].format == .png ? 0 : 1, jobs[second].format == .png ? 0 : 1)
      return (a, first) < (b, second)
    }
    let results = Mutex<[Int: Result<[UInt8], FigureError>]>([:])
    DispatchQueue.concurrentPerform(iterations: jobs.count) { turn in
      let (figure, format) = jobs[order[turn]]
      let result = Result { () throws(FigureError) in
        try figure.rendered(as: format, options: options)
      }
      results.withLock { $0[order[turn]] = result }
    }
    let rendered = results.withLock { $0 }
    var files: [(path: String, bytes: [UInt8])] = []
    for (index, job) in jobs.enumerated() {
      guard let result = rendered[index] else { continue }
      files.append((Folder.join(folder, job.figure.fileName(job.format)), try result.get()))
    }
    do throws(FileError) {
      for file in files { try AtomicFile.write(file.bytes, to: file.path, keepIfEqual: true) }
    } catch { throw FigureError(.file, error.description) }
    return files.map(\.path)
  }
}
