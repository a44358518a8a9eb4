// swift-tools-version: 6.1
import PackageDescription

/// One list of settings for every Swift target: Swift 6 mode comes with the tools version.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(
  of name: String, _ dependencies: [Target.Dependency] = [], fixtures: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    exclude: fixtures, swiftSettings: strict)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(
  name: "HummingbirdTesting", package: "hummingbird")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "unetlens",
  products: [
    .executable(name: "unetlens", targets: ["unetlens"]),
    .library(name: "StableDiffusion", targets: ["StableDiffusion"]),
    .library(name: "Tensors", targets: ["Tensors"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C libraries of the system.
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CCairo", pkgConfig: "cairo-ft",
      providers: [.apt(["libcairo2-dev", "libfreetype-dev"])]),
    .target(
      name: "CImageCodecs",
      linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("z")]),
    .target(
      name: "CFigures", exclude: ["font/DejaVuSans-subset.ttf", "font/LICENSE"],
      linkerSettings: [.linkedLibrary("png"), .linkedLibrary("z")]),
    .target(name: "CLabelPage", exclude: ["page"]),
    .target(name: "CImageNet", exclude: ["classes.txt"]),
    .target(
      name: "CKernels",
      linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("m")]),

    // Arrays, images, numerics. Starred in docs/ARCHITECTURE.md: Layers, Kernels, Networks,
    // Similarity also build as Embedded Swift for the browser.
    library("Files", [crypto]),
    library("Tensors", ["Files", "CZlib"]),
    library("Images", ["Files", "CImageCodecs"]),
    library("Layers"),
    library("Kernels"),
    library("Networks", ["Kernels", "Layers"]),
    library("Similarity", ["Kernels"]),
    library("DNNLKernels", ["Kernels", "CKernels"]),
    library("Benchmarks", ["Kernels", "Layers", "Networks", "DNNLKernels"]),
    library(
      "StableDiffusion",
      ["Files", "Tensors", "Images", "Layers", "Kernels", "Networks", "DNNLKernels"]),
    library(
      "Experiments",
      [
        "Files", "Tensors", "Images", "Layers", "Kernels", "Networks", "Similarity", "CKernels",
        "DNNLKernels", "StableDiffusion",
      ]),
    library("Cluster", ["Files", "Layers", "StableDiffusion", "Experiments"]),

    library("Dataset", ["Files", "Images", "CImageNet"]),

    // Pictures and pages.
    library("Figures", ["Files", "Tensors", "Images", "Layers", "CCairo", "CFigures"]),
    library("ProjectPage", ["Files", "Tensors", "Images", "Layers", "Figures", mustache, yams]),
    library(
      "Audit",
      [
        "Files", "Tensors", "Images", "Layers", "StableDiffusion", "Experiments", "Figures",
        "ProjectPage", yams,
      ]),
    library("Preview", ["Files", "ProjectPage", hummingbird, logging]),
    library(
      "Labeler",
      [
        "CLabelPage", "Experiments", "Files", "Tensors", "Images", "Kernels", "Layers",
        "StableDiffusion",
        hummingbird, logging,
      ]),

    // The program.
    library(
      "Commands",
      [
        "Files", "Tensors", "Images", "Layers", "Kernels", "Networks", "Similarity",
        "DNNLKernels", "Benchmarks", "StableDiffusion", "Experiments", "Cluster", "Dataset",
        "Figures", "Audit", "ProjectPage", "Preview", "Labeler", argumentParser, logging,
        hummingbird,
      ]),
    .executableTarget(
      name: "unetlens", dependencies: ["Commands", argumentParser], swiftSettings: strict),

    // Tests.
    library("TestSupport", ["Files"]),
    tests(of: "Files"),
    tests(of: "Tensors"),
    tests(of: "Images", ["Files"], fixtures: ["Fixtures"]),
    tests(of: "Dataset", ["Files", "Images"]),
    tests(of: "Layers"),
    tests(of: "Kernels", ["DNNLKernels", "Tensors"]),
    tests(of: "Networks", ["Kernels", "DNNLKernels", "Layers", "Images", "Tensors"]),
    tests(of: "Benchmarks", ["DNNLKernels", "Networks"]),
    tests(of: "Similarity", ["Kernels"]),
    tests(of: "StableDiffusion", ["Tensors", "Layers", "Images", "Kernels", "Networks"]),
    tests(of: "Experiments", ["Tensors", "Layers", "StableDiffusion", "Similarity", "Images"]),
    tests(
      of: "Cluster",
      [
        "Commands", "Files", "Layers", "Images", "Networks", "Tensors", "StableDiffusion",
        "Experiments",
      ]),
    tests(of: "Figures", ["Tensors", "Layers", "Files", "Images"]),
    tests(
      of: "ProjectPage",
      [
        "Figures", "Tensors", "Images", "Layers", "Files", "Kernels", "Similarity",
        "StableDiffusion",
      ]),
    tests(
      of: "Audit",
      ["Experiments", "Files", "Figures", "Images", "Layers", "ProjectPage", "Tensors"]),
    tests(of: "Preview", ["ProjectPage", "Files", hummingbirdTesting]),
    tests(of: "Labeler", ["Tensors", "Images", "Files", hummingbird, hummingbirdTesting]),
    // Of the explorer's module, which is no target here: it is WebAssembly.
    .testTarget(
      name: "BrowserTests",
      dependencies: [
        "Files", "Images", "Kernels", "Layers", "ProjectPage", "Similarity", "StableDiffusion",
        "Tensors", "TestSupport",
      ], swiftSettings: strict),
    tests(of: "Commands", ["Tensors", "Files", "Figures", "Images"]),
  ],
  cLanguageStandard: .c2x
)

// `make fuzz` builds these with libFuzzer, which brings their main function.
if Context.environment["FUZZ"] == "1" {
  package.targets += ["NPY", "NPZ", "Torch", "SafeTensors"].map { name in
    .executableTarget(
      name: "Fuzz\(name)", dependencies: ["Tensors"], path: "Tests/Fuzz/\(name)",
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])])
  }
}
