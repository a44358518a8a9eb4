import Kernels
import Networks

/// A checkpoint's networks, ready to run.
///
/// Classes, here and in ``Extraction``: the code that copies such large values would be a tenth of
/// the module.
final class Model {
  let unet: UNet<PortableKernels>
  let encoder: AutoencoderEncoder<PortableKernels>
  let text: UNet<PortableKernels>.Conditioning
  let schedule: NoiseSchedule

  init(
    unet: UNet<PortableKernels>, encoder: AutoencoderEncoder<PortableKernels>,
    text: UNet<PortableKernels>.Conditioning, schedule: NoiseSchedule
  ) {
    self.unet = unet
    self.encoder = encoder
    self.text = text
    self.schedule = schedule
  }
}

nonisolated(unsafe) private var unets = Slots<UNet<PortableKernels>>()
nonisolated(unsafe) private var encoders = Slots<AutoencoderEncoder<PortableKernels>>()
nonisolated(unsafe) var models = Slots<Model>()

/// Builds a U-Net; its handle, or a failure's status.
///
/// `seed` from 0 on: there are no weights, they are drawn from it.
@_expose(wasm, "makeUNet")
@c(unetlens_makeUNet)
public func makeUNet(
  _ numbers: UnsafePointer<Double>, _ count: Int, _ records: UnsafeRawPointer, _ tensors: Int,
  _ seed: Double
) -> Int32 {
  reporting { () throws(Failure) in
    var numbers = Numbers(numbers, count: count)
    let configuration = try UNetConfiguration(&numbers)
    let unet = try throwing { () throws(NetworkError) in
      if seed >= 0, seed <= 0x1p53 {
        let weights = try InitialWeights(configuration, seed: UInt64(seed))
        return try UNet(configuration, weights: weights, kernels: PortableKernels())
      }
      return try UNet(
        configuration, weights: table(records, tensors), kernels: PortableKernels())
    }
    return unets.add(unet)
  }
}

/// Builds an autoencoder's encoder; its handle, or a failure's status.
@_expose(wasm, "makeEncoder")
@c(unetlens_makeEncoder)
public func makeEncoder(
  _ numbers: UnsafePointer<Double>, _ count: Int, _ records: UnsafeRawPointer, _ tensors: Int
) -> Int32 {
  reporting { () throws(Failure) in
    var numbers = Numbers(numbers, count: count)
    let configuration = try AutoencoderConfiguration(&numbers)
    let encoder = try throwing { () throws(NetworkError) in
      try AutoencoderEncoder(
        configuration, weights: table(records, tensors), kernels: PortableKernels())
    }
    return encoders.add(encoder)
  }
}

/// Joins a U-Net and an encoder, which lose their own handles, with the only tensor of a text's
/// file, `[1, tokens, channels]`; the model's handle, or a failure's status.
@_expose(wasm, "makeModel")
@c(unetlens_makeModel)
public func makeModel(
  _ unetHandle: Int32, _ encoderHandle: Int32, _ numbers: UnsafePointer<Double>, _ count: Int,
  _ records: UnsafeRawPointer
) -> Int32 {
  reporting { () throws(Failure) in
    let unet = try unets.value(unetHandle)
    let encoder = try encoders.value(encoderHandle)
    guard encoder.configuration.latentChannels == unet.configuration.inputChannels
    else {
      throw .model("The autoencoder's latents have other channels than the U-Net takes.")
    }
    var numbers = Numbers(numbers, count: count)
    let schedule = try NoiseSchedule(&numbers)
    let text = try throwing { () throws(NetworkError) in
      let tensor = try table(records, 1).first()
      guard tensor.shape.count == 3, tensor.shape[0] == 1 else {
        throw .input("the text's tensor is not of shape [1, tokens, channels]")
      }
      return try unet.condition(
        text: FeatureMap(
          tokens: tensor.shape[1], channels: tensor.shape[2], values: tensor.values))
    }
    unets.remove(unetHandle)
    encoders.remove(encoderHandle)
    return models.add(Model(unet: unet, encoder: encoder, text: text, schedule: schedule))
  }
}

private func table(_ records: UnsafeRawPointer, _ count: Int) -> WeightTable {
  WeightTable(records.assumingMemoryBound(to: WeightTable.Record.self), count: count)
}
