import Files
import Images
import TestSupport
import Testing

/// A picture without symmetry, so that swapped axes or channels show.
func sample(width: Int, height: Int) -> RGBImage {
  var pixels: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      pixels += [UInt8(truncatingIfNeeded: 7 * x + 3 * y), UInt8(x * y % 251), UInt8(y * 5 % 256)]
    }
  }
  return RGBImage(width: width, height: height, pixels: pixels)
}

@Suite struct WritersTests {
  let folder = TemporaryFolder()

  @Test(arguments: [(1, 1), (3, 5), (64, 31)])
  func pngComesBackAsItWas(width: Int, height: Int) throws {
    let image = sample(width: width, height: height)
    try PNGFile.write(image, to: folder.file("a.png"))
    #expect(try ImageFile.load(folder.file("a.png")) == image)
    #expect(try ImageFile.size(folder.file("a.png")) == (width, height))
  }

  @Test func greyPNGComesBackAsItWas() throws {
    let levels = (0..<12).map { UInt8($0 * 20) }
    try PNGFile.writeGrey(levels, width: 4, height: 3, to: folder.file("g.png"))
    let image = try ImageFile.loadInOwnMode(folder.file("g.png"))
    #expect(image.mode == .grey)
    #expect(image.pixels == levels)
  }

  @Test func textAndResolutionComeBeforeThePixels() throws {
    let options = PNGFile.Options(
      text: [.init("Title", "a plain one"), .init("Comment", "müde Äpfel")], dotsPerInch: 200)
    let image = sample(width: 2, height: 2)
    let bytes = try PNGFile.encode(
      image.pixels, width: 2, height: 2, layout: .rgb, options: options)
    let text = String(decoding: bytes.map { $0 < 128 ? $0 : 63 }, as: UTF8.self)
    let order = ["pHYs", "tEXtTitle", "iTXtComment", "IDAT"].map {
      text.firstRange(of: $0)?.lowerBound
    }
    #expect(order.allSatisfy { $0 != nil })
    #expect(order.compactMap(\.self) == order.compactMap(\.self).sorted())
    #expect(
      bytes
        == (try PNGFile.encode(image.pixels, width: 2, height: 2, layout: .rgb, options: options)))
  }

  @Test func jpegIsCloseAndOfTheRightSize() throws {
    var pixels: [UInt8] = []
    for i in 0..<40 * 24 { pixels += [UInt8(i % 40 * 6), UInt8(i / 40 * 10), 128] }
    let image = RGBImage(width: 40, height: 24, pixels: pixels)
    try JPEGFile.write(image, to: folder.file("a.jpg"), quality: 95)
    let back = try ImageFile.load(folder.file("a.jpg"))
    #expect(back.width == 40 && back.height == 24)
    var worst = 0
    for (a, b) in zip(back.pixels, image.pixels) { worst = max(worst, abs(Int(a) - Int(b))) }
    #expect(worst <= 12)  // smooth ramps at quality 95
  }

  @Test func picturesWithoutPixelsAreRefused() {
    #expect(throws: ImageError.self) {
      try PNGFile.encode([], width: 0, height: 0, layout: .rgb)
    }
    #expect(throws: ImageError.self) {
      try JPEGFile.encode(RGBImage(width: 0, height: 0, pixels: []))
    }
    #expect(throws: ImageError.self) {
      try PNGFile.encode([1, 2], width: 1, height: 1, layout: .rgb)
    }
  }

  @Test func foldersListImagesInByteOrder() throws {
    for name in ["b.PNG", "a.jpeg", "B.jpg", "c.webp", "notes.txt", ".png", "ä.png"] {
      try AtomicFile.write([1], to: folder.file("x/\(name)"))
    }
    try Folder.create(folder.file("x/folder.png"))
    #expect(
      try ImageFolder.list(folder.file("x")).map(Folder.name(of:))
        == [".png", "B.jpg", "a.jpeg", "b.PNG", "ä.png"])
  }
}
