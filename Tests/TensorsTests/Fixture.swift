import Files
import Tensors

/// Files that numpy, torch and safetensors wrote; `make_fixtures.py` says how.
enum Fixture {
  static let folder = String(#filePath.dropLast("/Fixture.swift".count)) + "/Fixtures"

  static func path(_ name: String) -> String { Folder.join(folder, name) }

  static func bytes(_ name: String) throws -> [UInt8] { try FileBytes.read(path(name)) }

  static func read(_ name: String) throws -> Archive { try ArrayFile.read(path(name)) }

  /// The names of all fixtures.
  static var names: [String] { get throws { try Folder.names(in: folder) } }

  /// Element i is i/2 - 3, as in the script.
  static func ramp(_ count: Int) -> [Float] { (0..<count).map { Float($0) / 2 - 3 } }
}

/// What reading `bytes` as a file of any format gives; errors call it "memory".
func read(_ bytes: [UInt8]) throws(TensorError) -> Archive {
  try ArrayFile.read(ArrayStorage(bytes), path: "memory")
}
