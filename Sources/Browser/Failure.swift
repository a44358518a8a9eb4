import Networks

/// Why a call did not do what it should, for the page: a kind and a sentence.
enum Failure: Error {
  case network(NetworkError)
  case model(StaticString)
  case input(StaticString)
  /// No model, extraction or representation has this handle.
  case missing

  /// What the exported function returns; `explorer-worker.js` knows these.
  var status: Int32 {
    switch self {
    case .network(.missing), .network(.shape), .network(.unreadable): -1
    case .network(.unsupported), .model: -2
    case .network(.input), .input: -3
    case .missing: -4
    }
  }

  var sentence: [UInt8] {
    switch self {
    case .network(let error): error.sentence.utf8
    case .model(let text), .input(let text): text.withUTF8Buffer { Array($0) }
    case .missing:
      ("Nothing is kept under this handle." as StaticString).withUTF8Buffer { Array($0) }
    }
  }
}

/// The sentence of the last failure.
nonisolated(unsafe) private var lastSentence: [UInt8] = []

/// Runs the body of an exported function; a failure becomes its status, and is remembered.
func reporting(_ body: () throws(Failure) -> Int) -> Int32 {
  do throws(Failure) {
    return Int32(truncatingIfNeeded: try body())
  } catch {
    lastSentence = error.sentence
    return error.status
  }
}

/// The same with the networks' own errors.
func throwing<Result>(
  _ body: () throws(NetworkError) -> Result
) throws(Failure) -> Result {
  do throws(NetworkError) { return try body() } catch { throw .network(error) }
}

/// Copies the sentence of the last failure to `target`, at most `capacity` bytes; its length.
@_expose(wasm, "message")
@c(unetlens_message)
public func message(_ target: UnsafeMutablePointer<UInt8>, _ capacity: Int) -> Int {
  let count = min(lastSentence.count, capacity)
  for place in 0..<count { target[place] = lastSentence[place] }
  return count
}
