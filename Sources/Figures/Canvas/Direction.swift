#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

extension FontFace {
  /// Sine and cosine of `degrees`, exact for right angles.
  static func direction(_ degrees: Double) -> (sine: Double, cosine: Double) {
    switch degrees {
    case 0: (0, 1)
    case 90: (1, 0)
    case -90, 270: (-1, 0)
    case 180: (0, -1)
    default: (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
    }
  }
}
