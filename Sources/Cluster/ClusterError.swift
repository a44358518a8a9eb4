public import Experiments
import Files
import StableDiffusion

/// Why something on the cluster could not be done, as one sentence.
public struct ClusterError: Error, CustomStringConvertible, Equatable {
  /// One sentence: which file, option or job, what was expected, what was found.
  public let description: String

  /// An error of this sentence.
  public init(_ sentence: String) { description = sentence }

  /// The same sentence as the experiment's error.
  public init(_ error: ExperimentError) { description = error.description }

  init(_ error: FileError) { description = error.description }

  init(_ error: ModelError) { description = error.description }
}
