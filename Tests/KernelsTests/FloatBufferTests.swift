import Kernels
import Testing

/// Memory of large maps is used again, by one map at a time.
struct FloatBufferTests {
  @Test func `large maps that come and go keep their values`() async {
    await withTaskGroup(of: Int.self) { group in
      for task in 0..<4 {
        group.addTask {
          var random = SplitMix(state: UInt64(task))
          var live: [(buffer: FloatBuffer, mark: Float)] = []
          var wrong = 0
          for round in 0..<60 {
            // From 2 MB to 60 MB: from malloc, kept, and too large to be.
            let buffer = FloatBuffer(count: random.next(in: 1...30) << 19)
            let mark = Float(100 * round + task)
            for place in [0, buffer.count / 2, buffer.count - 1] { buffer.address[place] = mark }
            live.append((buffer, mark))
            if live.count > 3 { live.remove(at: random.next(in: 0...3)) }
            for (buffer, mark) in live {
              for place in [0, buffer.count / 2, buffer.count - 1] {
                wrong += buffer.address[place] == mark ? 0 : 1
              }
            }
          }
          return wrong
        }
      }
      for await wrong in group { #expect(wrong == 0) }
    }
  }
}
