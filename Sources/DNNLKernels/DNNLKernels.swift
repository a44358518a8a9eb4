internal import CKernels
internal import Kernels

/// The networks' operations on x86-64 (and whatever else oneDNN runs on) at the machine's speed.
///
/// Matrix products are oneDNN's; 3x3 convolutions of stride 1 go by our own Winograd transforms
/// around them where that pays (docs/KERNELS.md says where, and why). Use one value from one thread:
/// its threads are the OpenMP team of the thread that calls, and calls from several threads wait for
/// each other.
public struct DNNLKernels: Sendable {
  /// The numbers that weights and products are made of; activations and sums stay float32.
  public enum Precision: String, Sendable, CaseIterable {
    /// float32.
    case float32 = "f32"
    /// bfloat16, where the machine has instructions for it; elsewhere float32.
    case bfloat16 = "bf16"
  }

  /// The precision asked for.
  public let precision: Precision

  /// Kernels that compute in `precision`.
  public init(precision: Precision = .float32) { self.precision = precision }

  /// The precision that this machine gives.
  var effectivePrecision: Precision { ck_has_fast_bf16() != 0 ? precision : .float32 }

  var packing: ck_precision { precision == .bfloat16 ? CK_BF16 : CK_F32 }
}

extension DNNLKernels {
  /// What the kernels run on, for reports.
  public struct Machine: Equatable, Sendable {
    /// oneDNN's version, such as "2.6.3".
    public let library: String
    /// The instruction set oneDNN uses, such as "avx512_core_bf16".
    public let instructions: String
    /// The number of threads.
    public let threads: Int
    /// Whether bf16 products are faster than float32 ones here; where not, ``Precision/bfloat16``
    /// computes in float32.
    public let hasFastBFloat16: Bool

    /// What the calling thread's kernels run on.
    public static var current: Machine {
      Machine(
        library: String(cString: ck_library_version()),
        instructions: String(cString: ck_instruction_set()),
        threads: Int(ck_thread_count()), hasFastBFloat16: ck_has_fast_bf16() != 0)
    }
  }
}

/// Ends the program when a kernel failed: then memory is short or oneDNN broken, for shapes are
/// checked before.
func check(_ status: ck_status) {
  if status != CK_OK { fatalError("a kernel failed: " + String(cString: ck_last_error())) }
}
