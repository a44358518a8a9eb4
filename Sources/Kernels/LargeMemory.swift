#if canImport(Glibc)
  import Glibc
  import Synchronization

  /// Blocks of memory for large maps, kept when given back for the next map of about their size.
  ///
  /// Fresh memory can take longer than what is computed in it: the system clears its pages, and in a
  /// virtual machine the host may do so again (21 MB took 19 ms).
  enum LargeMemory {
    /// The least bytes that come from here.
    static let smallest = 4 << 20
    /// The most bytes that are kept in all.
    ///
    /// Some more than a pass of SD-1.5 at 64x64 gives back at a time; an autoencoder's larger maps go
    /// back to the system.
    private static let capacity = 96 << 20

    private struct Block: @unchecked Sendable {
      let address: UnsafeMutableRawPointer
      let bytes: Int
    }

    private static let kept = Mutex<[Block]>([])

    /// A block of at least `bytes`, and its size.
    static func take(_ bytes: Int) -> (address: UnsafeMutableRawPointer, bytes: Int) {
      let found = kept.withLock { kept -> Block? in
        let fitting = kept.indices.filter {
          kept[$0].bytes >= bytes && kept[$0].bytes <= bytes / 4 * 5
        }
        return fitting.min { kept[$0].bytes < kept[$1].bytes }.map { kept.remove(at: $0) }
      }
      if let found { return (found.address, found.bytes) }
      let hugePage = 2 << 20
      let address = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: hugePage)
      // 512 times fewer page faults.
      madvise(address, bytes / hugePage * hugePage, MADV_HUGEPAGE)
      return (address, bytes)
    }

    /// Keeps a block that ``take(_:)`` gave, and frees the oldest kept ones where that is too much.
    static func giveBack(_ address: UnsafeMutableRawPointer, bytes: Int) {
      let freed = kept.withLock { kept -> ArraySlice<Block> in
        kept.append(Block(address: address, bytes: bytes))
        var total = kept.reduce(0) { $0 + $1.bytes }
        var count = 0
        while total > capacity {
          total -= kept[count].bytes
          count += 1
        }
        defer { kept.removeFirst(count) }
        return kept.prefix(count)
      }
      for block in freed { block.address.deallocate() }
    }
  }
#endif
