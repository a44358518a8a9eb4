import Kernels
import Similarity

/// Memory for the worker to write into; freed by ``release(_:)``.
@_expose(wasm, "allocate")
@c(unetlens_allocate)
public func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
  Allocator.allocate(UInt(bitPattern: bytes))
}

/// Frees what ``allocate(_:)`` gave.
@_expose(wasm, "release")
@c(unetlens_release)
public func release(_ block: UnsafeMutableRawPointer) { Allocator.deallocate(block) }

/// Keeps a representation of float16 tokens, channels last; its handle, or a status.
@_expose(wasm, "putRepresentation")
@c(unetlens_putRepresentation)
public func putRepresentation(
  _ halves: UnsafePointer<UInt16>, _ height: Int, _ width: Int, _ channels: Int
) -> Int32 {
  reporting { () throws(Failure) in
    guard height > 0, width > 0, channels > 0, height <= 4096, width <= 4096, channels <= 65_536
    else { throw .input("The representation has an impossible shape.") }
    let map = FeatureMap(height: height, width: width, channels: channels) { target in
      for place in 0..<height * width * channels { target[place] = float(half: halves[place]) }
    }
    return representations.add(Tokens(map))
  }
}

/// Lets a representation go.
@_expose(wasm, "dropRepresentation")
@c(unetlens_dropRepresentation)
public func dropRepresentation(_ handle: Int32) { representations.remove(handle) }

/// Copies a representation, token-major, to `target`; the number of values, or a status.
@_expose(wasm, "copyRepresentation")
@c(unetlens_copyRepresentation)
public func copyRepresentation(_ handle: Int32, _ target: UnsafeMutablePointer<Float>) -> Int32 {
  reporting { () throws(Failure) in
    let map = try representations.value(handle).map
    map.withValues { target.update(from: $0.baseAddress!, count: $0.count) }
    return map.count
  }
}

/// The statistics of a map, as the worker reads them.
public struct MapReport {
  var mean: Float
  var deviation: Float
  var best: Int32
}

/// Writes the similarity of every token of `other` to a token of `reference`, and the map's
/// statistics; the number of values, or a status.
///
/// - Parameter measure: A place in ``SimilarityMeasure/all``.
@_expose(wasm, "similarity")
@c(unetlens_similarity)
public func similarity(
  _ measure: Int, _ reference: Int32, _ token: Int, _ other: Int32,
  _ target: UnsafeMutablePointer<Float>, _ report: UnsafeMutableRawPointer
) -> Int32 {
  reporting { () throws(Failure) in
    let from = try representations.value(reference)
    let to = try representations.value(other)
    guard measure >= 0, measure < SimilarityMeasure.all.count else {
      throw .input("There is no such similarity measure.")
    }
    guard token >= 0, token < from.map.tokens else {
      throw .input("The reference token is outside its representation.")
    }
    guard from.map.channels == to.map.channels else {
      throw .input("The two representations have different channels.")
    }
    return write(
      SimilarityMeasure.all[measure].similarities(of: to, to: from, token: token), target, report)
  }
}

/// Writes the norm of every token, and the map's statistics; the number of values, or a status.
@_expose(wasm, "norms")
@c(unetlens_norms)
public func norms(
  _ handle: Int32, _ target: UnsafeMutablePointer<Float>, _ report: UnsafeMutableRawPointer
) -> Int32 {
  reporting { () throws(Failure) in
    write(try representations.value(handle).norms, target, report)
  }
}

private func write(
  _ values: [Float], _ target: UnsafeMutablePointer<Float>, _ report: UnsafeMutableRawPointer
) -> Int {
  for place in values.indices { target[place] = values[place] }
  let statistics = MapStatistics(values)
  report.storeBytes(
    of: MapReport(
      mean: statistics.mean, deviation: statistics.deviation, best: Int32(statistics.bestMatch)),
    as: MapReport.self)
  return values.count
}
