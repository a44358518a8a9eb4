import Files
import Tensors
import TestSupport
import Testing

struct SafeTensorsTests {
  @Test func readsEveryArrayByName() throws {
    let file = try SafeTensors(Fixture.path("mixed.safetensors"))
    #expect(Set(file.names) == ["b.weight", "a.bias", "half", "count", "mask", "empty"])
    #expect(file.metadata == ["format": "pt"])
    #expect(try file.array(named: "b.weight") == NDArray(Fixture.ramp(6), shape: [2, 3]))
    #expect(file.dtype(of: "a.bias") == .bfloat16)
    #expect(try file.array(named: "a.bias").floats() == Fixture.ramp(3))
    #expect(try file.array(named: "half").floats() == Fixture.ramp(2))
    #expect(try file.array(named: "count").int64s() == [7])
    #expect(try file.array(named: "mask").int64s() == [1, 0])
    #expect(file.shape(of: "empty") == [0, 2])
  }

  @Test func namesWhatIsMissing() throws {
    let file = try SafeTensors(Fixture.path("mixed.safetensors"))
    let error = #expect(throws: TensorError.self) { try file.array(named: "c") }
    #expect(error?.description == "\(file.path): array \"c\": expected this array, found 6 others")
  }

  @Test func readsShardsByTheirIndex() throws {
    let file = try SafeTensors(Fixture.path("x.safetensors.index.json"))
    #expect(file.names == ["first", "second"])
    #expect(try file.array(named: "second").floats() == [1, 1])
    #expect(try Fixture.read("x.safetensors.index.json").arrays.count == 2)
  }

  @Test func writesTheReferenceWritersBytes() throws {
    let file = try SafeTensors(Fixture.path("mixed.safetensors"))
    let arrays = try file.names.map { (key: $0, value: try file.array(named: $0)) }
    let bytes = try Fixture.bytes("mixed.safetensors")
    #expect(try SafeTensors.bytes(of: arrays.reversed(), metadata: file.metadata) == bytes)
    let folder = TemporaryFolder()
    try SafeTensors.write(arrays, metadata: file.metadata, to: folder.file("new.safetensors"))
    #expect(try FileBytes.read(folder.file("new.safetensors")) == bytes)
  }

  @Test func escapesNames() throws {
    let name = "quote \" slash \\ line \n tab \t bell \u{7} ü 😀"
    let bytes = try SafeTensors.bytes(
      of: [(name, NDArray([Float(1)], shape: [1]))], metadata: [name: name])
    #expect(try read(bytes).arrays.map(\.name) == [name])
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "expected 8 bytes"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "expected 4 bytes of arrays"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "expected 8 bytes"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "a hole before it"),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"#
        + #""data_offsets":[4,8]}}"#, "overlaps another"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"#
        + #""data_offsets":[4,8]}}"#, "\"a\" twice"
    ),
    (#"{"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4],}}"#, "expected a string"),
    (#"{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}"#, "F8_E4M3"),
    (#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#, "fits"),
    (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, "a whole number"),
    (#"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, "a whole number"),
    (#"{"a":{"dtype":"F32","shape":[2]}}"#, "found less"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x"#, "the end of the JSON text"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#, "found its end"),
    (#"{"__metadata__":{"a":1}}"#, "expected a string"),
    ("{\"a\":" + String(repeating: "[", count: 50_000), "expected \"{\""),
    (
      #"{"a":{"x":"# + String(repeating: "[", count: 50_000) + "}}", "at most 32 levels of JSON"
    ),
  ])
  func refusesHeaders(_ json: String, _ message: String) {
    let size = UInt64(json.utf8.count)
    let bytes =
      (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + Array(json.utf8)
      + [UInt8](repeating: 0, count: 8)
    let error = #expect(throws: TensorError.self) { try read(bytes) }
    #expect(error?.reason.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func refusesIndexesThatLeaveTheirFolder() throws {
    let folder = TemporaryFolder()
    let path = folder.file("model.safetensors.index.json")
    try FileBytes.write(Array(#"{"weight_map":{"a":"../secret"}}"#.utf8), to: path)
    let error = #expect(throws: TensorError.self) { try SafeTensors(path) }
    #expect(error?.reason.contains("beside the index") == true)
  }

  @Test func namesTheShardThatIsMissing() throws {
    let folder = TemporaryFolder()
    let path = folder.file("model.safetensors.index.json")
    try FileBytes.write(Array(#"{"weight_map":{"a":"gone.safetensors"}}"#.utf8), to: path)
    let error = #expect(throws: TensorError.self) { try SafeTensors(path) }
    #expect(error?.path == folder.file("gone.safetensors"))
  }
}
