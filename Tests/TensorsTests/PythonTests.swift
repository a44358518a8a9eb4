import Foundation
import Tensors
import TestSupport
import Testing

/// What this module writes, opened by the libraries that users have.
@Suite(
  .enabled(
    if: ProcessInfo.processInfo.environment["UNETLENS_PYTHON"] != nil,
    "needs UNETLENS_PYTHON: a Python with torch, numpy and safetensors"))
struct PythonTests {
  @Test func pythonReadsWhatWeWrite() throws {
    let folder = TemporaryFolder()
    let ramp = NDArray(Fixture.ramp(6), shape: [6])
    try TorchArchive.write(TorchWriterTests.sample, to: folder.file("sample.pt"))
    let mean = NDArray((0..<45).map { Double($0) * 1.37 - 50 }, shape: [45])
    try TorchArchive.write(.array(mean), to: folder.file("mean.pt"), as: .numpy)
    try NPY.write(NDArray([Int64](1...6), shape: [2, 3]), to: folder.file("labels.npy"))
    try NPZ.write(
      [("a", ramp), ("b", NDArray([Float](), shape: [0, 2]))], to: folder.file("arrays.npz"))
    let brain = NDArray(dtype: .bfloat16, shape: [1], storage: ArrayStorage([0x80, 0x3F]))
    try SafeTensors.write(
      [("a", ramp), ("b", brain)], metadata: ["format": "pt"],
      to: folder.file("arrays.safetensors"))

    let script = String(#filePath.dropLast("PythonTests.swift".count)) + "check_round_trip.py"
    let process = Process()
    process.executableURL = URL(
      fileURLWithPath: ProcessInfo.processInfo.environment["UNETLENS_PYTHON"] ?? "")
    process.arguments = [script, folder.path]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && text == "all read\n", "\(text)")
  }
}
