import Files
public import Networks

/// What a checkpoint's `scheduler_config.json` says about noise.
public struct SchedulerConfig: Equatable, Sendable {
  /// Its `_class_name`.
  public let name: String
  /// `num_train_timesteps`.
  public let timesteps: Int
  /// `prediction_type`: what the U-Net's output means; it does not change the representations.
  public let predictionType: String
  /// What the scheduler does to the U-Net's input (`scale_model_input`).
  public let scaling: NoiseSchedule.InputScaling
  private let betaStart: Double
  private let betaEnd: Double
  private let betas: NoiseSchedule.Betas

  private static let plain: Set<String> = [
    "DDIMScheduler", "PNDMScheduler", "DDPMScheduler", "DPMSolverMultistepScheduler",
    "DPMSolverSinglestepScheduler", "DEISMultistepScheduler", "UniPCMultistepScheduler",
    "LCMScheduler", "TCDScheduler",
  ]
  private static let scaled: Set<String> = [
    "EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler", "LMSDiscreteScheduler",
  ]

  /// The noise at every timestep: DDIM's `add_noise` with these betas, and this scheduler's scaling.
  public var noise: NoiseSchedule {
    NoiseSchedule(
      betaStart: betaStart, betaEnd: betaEnd, timesteps: timesteps, betas: betas,
      inputScaling: scaling)
  }

  /// Reads a scheduler's config.
  ///
  /// - Throws: ``ModelError`` naming the file and the setting that is wrong or not supported.
  public init(path: String) throws(ModelError) {
    let file = try ConfigFile.read(SchedulerFile.self, from: path)
    name = file.className
    if Self.plain.contains(file.className) {
      scaling = .none
    } else if Self.scaled.contains(file.className) {
      scaling = .euler
    } else {
      let known = (Self.plain.union(Self.scaled)).sorted().joined(separator: ", ")
      throw ModelError("\(path): \(file.className) is not supported; supported are \(known)")
    }
    timesteps = file.timesteps ?? 1000
    predictionType = file.predictionType ?? "epsilon"
    betaStart = file.betaStart ?? 0.0001
    betaEnd = file.betaEnd ?? 0.02
    guard (1...100_000).contains(timesteps) else {
      throw ModelError("\(path): expected 1 to 100000 timesteps, found \(timesteps)")
    }
    guard betaStart > 0, betaStart <= betaEnd, betaEnd < 1 else {
      throw ModelError(
        "\(path): expected 0 < beta_start <= beta_end < 1, found \(betaStart) and \(betaEnd)")
    }
    let schedule = file.betaSchedule ?? "linear"
    switch schedule {
    case "linear": betas = .linear
    case "scaled_linear": betas = .scaledLinear
    default:
      throw ModelError(
        "\(path): \"beta_schedule\" is \(schedule); supported are linear and scaled_linear")
    }
    if file.trainedBetas != nil || file.rescale == true {
      let key = file.trainedBetas != nil ? "trained_betas" : "rescale_betas_zero_snr"
      throw ModelError("\(path): \"\(key)\" is not supported")
    }
  }
}

private struct SchedulerFile: Decodable {
  let className: String
  let timesteps: Int?
  let betaStart: Double?
  let betaEnd: Double?
  let betaSchedule: String?
  let trainedBetas: [Double]?
  let rescale: Bool?
  let predictionType: String?

  private enum CodingKeys: String, CodingKey {
    case className = "_class_name"
    case timesteps = "num_train_timesteps"
    case betaStart = "beta_start"
    case betaEnd = "beta_end"
    case betaSchedule = "beta_schedule"
    case trainedBetas = "trained_betas"
    case rescale = "rescale_betas_zero_snr"
    case predictionType = "prediction_type"
  }
}
