/// What the explorer's scripts know of the page: `<script id="explorer-data">`; docs/FORMATS.md.
///
/// Paths are relative to the page.
struct ExplorerCatalogue: Encodable {
  /// A picture that can be chosen.
  struct Image: Encodable {
    let id: String
    let name: String
    /// A small JPEG file to choose by.
    let thumbnail: String
    /// A script that brings the picture's bytes; absent where there is only the thumbnail.
    var file: String?
    var author: String?
    var licence: String?
    var source: String?
  }

  /// The output of one block.
  struct Block: Encodable {
    let name: String
    /// Its part of file names.
    let file: String
    let channels: Int
    let height: Int
    let width: Int
  }

  /// A model in the menu: a built-in one has `files` and `configs`, one from files has `folder`.
  struct Model: Encodable {
    let name: String
    let label: String
    var link: String?
    /// The side in pixels at which pictures enter.
    let imageSize: Int
    /// Scripts that bring weights: `unet`, `vae`, `text`; sizes of these in `bytes`.
    var files: [String: String]?
    var bytes: [String: Int]?
    /// diffusers' configurations as they are: `unet`, `vae`, `scheduler`.
    var configs: [String: JSONValue]?
    /// Where representations lie: `<folder>/<image id>/t<timestep>/<block file>.f16`.
    var folder: String?
    var timesteps: [Int]?
    var blocks: [Block]?
    var images: [String]?
  }

  var version = 1
  var images: [Image] = []
  var models: [Model] = []
}
