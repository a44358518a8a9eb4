/// `metadata.csv` in the layout of Hugging Face's "imagefolder".
enum Metadata {
  /// The file's bytes: a header, then one line an image, in row order.
  static func csv(_ images: [Manifest.Image]) -> [UInt8] {
    var text = "file_name,label,class,source\n"
    for image in images {
      let fields = [image.fileName, String(image.label), image.className, image.source]
      text += fields.map(quoted).joined(separator: ",") + "\n"
    }
    return Array(text.utf8)
  }

  /// A field as RFC 4180 has it.
  private static func quoted(_ field: String) -> String {
    guard field.utf8.contains(where: { [34, 44, 10, 13].contains($0) }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
