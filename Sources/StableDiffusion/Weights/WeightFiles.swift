import Files
import Tensors

/// The files that hold one network's weights, as diffusers and transformers name them.
package struct WeightFiles: Sendable, Equatable {
  /// The files in which tensors lie.
  package let paths: [String]
  /// The index that says which tensor lies in which file, for sharded weights.
  package let index: String?
  /// Whether these are `fp16` variants: taken only where the main files are missing.
  package let isVariant: Bool

  /// The weights in `folder`: safetensors before `.bin`, main files before `fp16` variants, one file
  /// before shards; nil where there are none.
  ///
  /// - Throws: ``ModelError`` where an index is wrong or names a file that is missing.
  package static func find(in folder: String) throws(ModelError) -> WeightFiles? {
    for isVariant in [false, true] {
      let variant = isVariant ? ".fp16" : ""
      for (stems, format) in [
        (["diffusion_pytorch_model", "model"], "safetensors"),
        (["diffusion_pytorch_model", "pytorch_model"], "bin"),
      ] {
        for stem in stems {
          let single = Folder.join(folder, "\(stem)\(variant).\(format)")
          if Folder.isFile(single) {
            return WeightFiles(paths: [single], index: nil, isVariant: isVariant)
          }
          let index = Folder.join(folder, "\(stem).\(format).index\(variant).json")
          if Folder.isFile(index) {
            let shards = try shards(index: index, folder: folder)
            return WeightFiles(paths: shards, index: index, isVariant: isVariant)
          }
        }
      }
    }
    return nil
  }

  private struct Index: Decodable {
    let weightMap: [String: String]
    private enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
  }

  private static func shards(index: String, folder: String) throws(ModelError) -> [String] {
    let map = try ConfigFile.read(Index.self, from: index).weightMap
    let names = Set(map.values).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard !names.isEmpty else { throw ModelError("\(index): expected names of files, found none") }
    var paths: [String] = []
    for name in names {
      let path = Folder.join(folder, name)
      guard !name.contains("/"), Folder.isFile(path) else {
        throw ModelError("\(index): names the file \(name), which is not in \(folder)")
      }
      paths.append(path)
    }
    return paths
  }

  /// All tensors by name; their values stay in the files until they are read.
  ///
  /// - Throws: ``ModelError`` naming the file that cannot be read or is no list of tensors.
  func tensors() throws(ModelError) -> [String: (array: NDArray, path: String)] {
    var found: [String: (array: NDArray, path: String)] = [:]
    for path in paths {
      let archive: Archive
      do throws(TensorError) {
        archive = try ArrayFile.read(path)
      } catch { throw ModelError(error.description) }
      guard case .dict(let entries) = archive["state_dict"] ?? archive else {
        throw ModelError("\(path): expected tensors by name, found something else")
      }
      for (key, value) in entries {
        if let array = value.array { found[key] = (array, path) }
      }
    }
    if let index {
      let map = try ConfigFile.read(Index.self, from: index).weightMap
      let missing = map.keys.filter { found[$0] == nil }.min()
      if let missing, let shard = map[missing] {
        throw ModelError("\(index): places the tensor \(missing) in \(shard), which lacks it")
      }
    }
    return found
  }
}
