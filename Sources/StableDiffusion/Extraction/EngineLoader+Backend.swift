import DNNLKernels
import Kernels

extension EngineLoader {
  /// The networks over the kernels that the settings name.
  func load() throws(ModelError) -> any ExtractionEngine {
    switch settings.backend {
    case .dnnl:
      let isExact = settings.precision == .float32
      return try load(
        DNNLKernels(precision: isExact ? .float32 : .bfloat16), exact: DNNLKernels())
    case .portable:
      guard settings.precision == .float32 else {
        throw ModelError("the portable kernels compute in f32 only, found precision bf16")
      }
      let kernels = PortableKernels()
      return try load(kernels, exact: kernels)
    }
  }
}
