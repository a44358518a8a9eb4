extension PortableKernels {
  /// See ``Kernels``.
  public func activate(_ input: FeatureMap, _ activation: Activation) -> FeatureMap {
    FeatureMap(height: input.height, width: input.width, channels: input.channels) { output in
      output.update(from: input.address, count: input.count)
      activateInPlace(output, count: input.count, activation)
    }
  }

  /// See ``Kernels``.
  public func geglu(_ input: FeatureMap) -> FeatureMap {
    let channels = input.channels / 2
    let source = input.address
    return FeatureMap(height: input.height, width: input.width, channels: channels) { output in
      for token in 0..<input.tokens {
        let values = source + token * 2 * channels
        mapLanes(count: channels) { lanes in
          let gate = FloatMath.gelu(lanes.load(values + channels))
          lanes.store(lanes.load(values) * gate, output + token * channels)
        }
      }
    }
  }

  /// See ``Kernels``.
  public func add(_ first: FeatureMap, _ second: FeatureMap) -> FeatureMap {
    precondition(first.count == second.count)
    let left = first.address
    let right = second.address
    return FeatureMap(height: first.height, width: first.width, channels: first.channels) {
      output in
      mapLanes(count: first.count) { lanes in
        lanes.store(lanes.load(left) + lanes.load(right), output)
      }
    }
  }

  /// See ``Kernels``.
  public func concatenate(_ first: FeatureMap, _ second: FeatureMap) -> FeatureMap {
    precondition(first.height == second.height && first.width == second.width)
    let channels = first.channels + second.channels
    let left = first.address
    let right = second.address
    return FeatureMap(height: first.height, width: first.width, channels: channels) { output in
      for token in 0..<first.tokens {
        let target = output + token * channels
        target.update(from: left + token * first.channels, count: first.channels)
        (target + first.channels).update(
          from: right + token * second.channels, count: second.channels)
      }
    }
  }
}
