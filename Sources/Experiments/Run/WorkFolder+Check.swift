import Files
import Layers
import Tensors

extension WorkFolder {
  /// Why the result of `unit` cannot be used, as the end of a sentence; nil where it is there and
  /// whole.
  ///
  /// A file's arrays are compared with the checksum in its header. Of spilled tokens, which are too
  /// large to be read for this, the size is looked at.
  package func problem(with unit: WorkUnit) -> String? {
    let path = resultPath(unit)
    guard Folder.isFile(path) else { return "is missing" }
    let file: SafeTensors
    do throws(TensorError) { file = try SafeTensors(path) } catch {
      return "is damaged (\(error.description))"
    }
    var arrays: [(key: String, value: NDArray)] = []
    for name in file.names {
      if let array = try? file.array(named: name) { arrays.append((name, array)) }
    }
    guard file.metadata["checksum"] == ArrayFiles.checksum(arrays) else {
      return "is damaged (the checksum of \(path) is another)"
    }
    if case .extract(let extraction) = unit, !extraction.spilled.isEmpty {
      return problem(withTokensOf: extraction, UnitResult(file: file))
    }
    return nil
  }

  private func problem(withTokensOf extraction: Extraction, _ result: UnitResult) -> String? {
    let path = tokensPath(extraction)
    guard let found = size(of: path) else { return "lacks its tokens (\(path))" }
    do throws(ExperimentError) {
      var expected = 0
      for layer in extraction.spilled { expected += 4 * (try result.shape(layer).count) }
      expected *= extraction.images.count
      return found == expected
        ? nil : "is damaged (\(path): expected \(expected) bytes, found \(found))"
    } catch { return "is damaged (\(error.description))" }
  }

  /// Forgets the result of `unit`, so that it is done anew.
  package func forget(_ unit: WorkUnit) { removeFile(resultPath(unit)) }

  /// Removes files that a process was writing when it was killed; call it only while nothing runs.
  package func removePartialFiles() {
    for name in (try? Folder.names(in: path)) ?? [] where name.contains(".partial-") {
      removeFile(Folder.join(path, name))
    }
  }
}
