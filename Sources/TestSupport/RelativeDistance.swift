/// The L2 norm of `found - expected` over that of `expected`, in float64; over 1 where all of `expected`
/// is zero, infinite for lists of different lengths and where a number is none.
public func relativeDistance<Value: BinaryFloatingPoint>(
  _ found: [Value], _ expected: [Value]
) -> Double {
  guard found.count == expected.count else { return .infinity }
  var (difference, size) = (0.0, 0.0)
  for (a, b) in zip(found, expected) {
    let gap = Double(a) - Double(b)
    difference += gap * gap
    size += Double(b) * Double(b)
  }
  let distance = (difference / (size > 0 ? size : 1)).squareRoot()
  return distance.isNaN ? .infinity : distance
}
