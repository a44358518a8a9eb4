/// The heap of the module: what a C library would bring.
///
/// Blocks are of sizes 2^n, 1.25 * 2^n, 1.5 * 2^n and 1.75 * 2^n, each size with a list of its own
/// of freed blocks, which are used again as they are. New ones are cut off the end of memory. A
/// network asks for the same few sizes again and again, so nothing is ever joined or split.
enum Allocator {
  /// Bytes before every block: its size class; keeps blocks aligned to 64 bytes.
  private static let header: UInt = 64
  private static let smallest: UInt = 64

  /// One freed block a size class; each holds the address of the next.
  nonisolated(unsafe) private static var free: InlineArray<128, UInt> = .init(repeating: 0)
  nonisolated(unsafe) private static var end: UInt = 0
  nonisolated(unsafe) private static var limit: UInt = 0
  /// Bytes of blocks in use.
  nonisolated(unsafe) private(set) static var used: UInt = 0

  /// A block of at least `count` bytes, aligned to 64; ends the call in the host when memory is out.
  static func allocate(_ count: UInt) -> UnsafeMutableRawPointer {
    let (index, size) = sizeClass(count)
    used += size
    if free[index] != 0, let block = UnsafeMutableRawPointer(bitPattern: free[index]) {
      free[index] = block.load(as: UInt.self)
      return block
    }
    if end == 0 {
      // Behind all that the linker laid out.
      limit = UInt(memoryPages(0)) * 65_536
      end = limit
    }
    let needed = header + size
    if end + needed > limit {
      // Half as much again at a time, as growing is slow: JavaScript's garbage collector takes part.
      var pages = (end + needed - limit + 65_535) / 65_536
      let generous = max(pages, limit / 65_536 / 2)
      if growMemory(0, Int32(generous)) >= 0 {
        pages = generous
      } else if growMemory(0, Int32(pages)) < 0 {
        outOfMemory()
      }
      limit += pages * 65_536
    }
    guard let block = UnsafeMutableRawPointer(bitPattern: end + header) else { outOfMemory() }
    (block - Int(header)).storeBytes(of: UInt(index), as: UInt.self)
    end += needed
    return block
  }

  /// Gives a block back.
  static func deallocate(_ block: UnsafeMutableRawPointer) {
    let index = Int((block - Int(header)).load(as: UInt.self))
    used -= smallest / 4 * UInt(4 + index % 4) << UInt(index / 4)
    block.storeBytes(of: free[index], as: UInt.self)
    free[index] = UInt(bitPattern: block)
  }

  private static func sizeClass(_ count: UInt) -> (index: Int, size: UInt) {
    guard count <= 1 << 31 else { outOfMemory() }
    var power = 0
    while smallest / 4 * 7 << UInt(power) < count { power += 1 }
    var quarter: UInt = 4
    while smallest / 4 * quarter << UInt(power) < count { quarter += 1 }
    return (power * 4 + Int(quarter) - 4, smallest / 4 * quarter << UInt(power))
  }
}

/// What the Swift runtime calls; alignments above 64 bytes never occur.
@c(posix_memalign)
public func posixMemalign(
  _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ count: Int
) -> Int32 {
  result.pointee = Allocator.allocate(UInt(bitPattern: count))
  return 0
}

/// `free`; the linker's `--wrap=free` sends it here, as the name itself cannot be declared in Swift.
@c(__wrap_free)
public func wrappedFree(_ block: UnsafeMutableRawPointer?) {
  if let block { Allocator.deallocate(block) }
}
