import Files
import Foundation
import TestSupport

/// A visit to a page with an explorer: a browser, and the page served under a sub-path.
final class ExplorerVisit {
  let browser: Browser
  let server: StaticServer
  let home: String

  private let explorer: TestExplorer

  /// Opens the page of `explorer` at `width` CSS pixels, at `fragment`.
  ///
  /// - Parameter folder: The page's folder where it is written already.
  init(
    _ explorer: TestExplorer, folder: String? = nil, width: Int = 1280, height: Int = 900,
    fragment: String = ""
  ) throws {
    self.explorer = explorer
    server = try StaticServer(try folder ?? explorer.write(), under: "/some/project")
    home = "http://127.0.0.1:\(server.port)/some/project/"
    browser = try Browser(width: width, height: height)
    try browser.setMedia(["prefers-reduced-motion": "reduce"])
    try browser.open(home + fragment)
  }

  /// Whether this checkout has the engine that the tests run.
  static let hasEngine = Folder.isFile("\(SharedMaterial.repository)/Templates/explorer.wasm.gz")

  /// A mark's place in a grid.
  struct Place: Equatable {
    var x, y: Int
  }

  /// What is shown of a row.
  struct Row {
    let title: String
    /// The side of the maps in tokens.
    let side: Int
    /// Signed values by token, one array a map, as drawn: opacity by magnitude, colour by sign.
    let maps: [[Double]]
    let notes: [String]
    let reference: Place?
    let best: Place?
  }

  /// Waits until `count` maps are drawn and nothing is loading.
  func waitForMaps(_ count: Int, seconds: Double = 25) throws {
    try browser.wait(
      until: """
        document.querySelectorAll('.xp-map:not(.xp-absent)').length === \(count)
          && [...document.querySelectorAll('.xp-wait')].every(w => w.hidden)
        """, seconds: seconds)
  }

  /// Waits until what is drawn is what the state asks for.
  func waitUntilDrawn() throws {
    try browser.wait(until: "unetlensExplorer.app.isSettled()")
  }

  /// The rows as they are drawn.
  func rows() throws -> [Row] {
    let found = try browser.run(
      """
      const place = (mark, side) => mark.hidden ? null
        : [parseFloat(mark.style.left), parseFloat(mark.style.top)].map(v => Math.round(v / 100 * side));
      return [...document.querySelectorAll('.xp-row')].map(row => {
        const maps = [...row.querySelectorAll('.xp-map')];
        const side = maps[0].querySelector('canvas').width;
        const picture = row.querySelector('.xp-picture');
        return {
          title: row.querySelector('h3').textContent, side,
          reference: place(picture.querySelector('.xp-reference'), side),
          best: place(picture.querySelector('.xp-best'), side),
          notes: maps.map(map => map.parentElement.querySelector('.xp-note').textContent),
          maps: maps.map(map => {
            const canvas = map.querySelector('canvas');
            // A copy made to be read: Chromium warns where a canvas is read often that is not.
            const copy = new OffscreenCanvas(canvas.width, canvas.height);
            const context = copy.getContext('2d', { willReadFrequently: true });
            context.drawImage(canvas, 0, 0);
            const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
            return Array.from({ length: canvas.width * canvas.height }, (_, i) =>
              (pixels[i * 4] > pixels[i * 4 + 2] ? 1 : -1) * pixels[i * 4 + 3] / 255);
          }),
        };
      });
      """)
    func place(_ json: JSON) -> Place? {
      guard let x = json[0].int, let y = json[1].int else { return nil }
      return Place(x: x, y: y)
    }
    return found.array.map { row in
      Row(
        title: row["title"].string ?? "", side: row["side"].int ?? 0,
        maps: row["maps"].array.map { $0.array.map { $0.number ?? .nan } },
        notes: row["notes"].array.map { $0.string ?? "" }, reference: place(row["reference"]),
        best: place(row["best"]))
    }
  }

  /// Chooses an option of a menu as a visitor does who types its name.
  func choose(_ value: String, in menu: String) throws {
    try browser.run(
      """
      const menu = document.getElementById(arguments[0]);
      menu.value = arguments[1];
      menu.dispatchEvent(new Event('change', { bubbles: true }));
      """, .string("explorer-\(menu)"), .string(value))
    try waitUntilDrawn()
  }

  /// The value of a menu.
  func value(of menu: String) throws -> String {
    try browser.run(
      "return document.getElementById('explorer-' + arguments[0]).value", .string(menu)
    )
    .string ?? ""
  }

  func text(_ selector: String) throws -> String {
    try browser.run("return document.querySelector(arguments[0]).textContent", .string(selector))
      .string ?? ""
  }

  func isVisible(_ selector: String) throws -> Bool {
    try browser.run(
      "return document.querySelector(arguments[0])?.checkVisibility() ?? false", .string(selector)
    ).bool ?? false
  }

  /// Adds the sample with that place among the thumbnails.
  func addSample(_ index: Int) throws {
    try browser.click("#explorer-samples li:nth-child(\(index + 1)) button")
  }

  /// The middle of a token of a grid, scrolled into view, in pixels of the page area.
  func point(_ x: Int, _ y: Int, of side: Int, in selector: String) throws -> (x: Double, y: Double)
  {
    let box = try browser.run(
      """
      const element = document.querySelector(arguments[0]);
      element.scrollIntoView({ block: 'center' });
      const { left, top, width, height } = element.getBoundingClientRect();
      return [left, top, width, height];
      """, .string(selector))
    let numbers = box.array.compactMap(\.number)
    guard numbers.count == 4 else { throw BrowserError("\(selector) has no box") }
    return (
      numbers[0] + (Double(x) + 0.5) / Double(side) * numbers[2],
      numbers[1] + (Double(y) + 0.5) / Double(side) * numbers[3]
    )
  }
}
