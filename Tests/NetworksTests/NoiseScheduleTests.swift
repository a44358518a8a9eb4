import Kernels
import Networks
import Testing

/// The forward diffusion's factors, bit for bit.
struct NoiseScheduleTests {
  // torch 2.15: b = torch.linspace(0.00085**.5, 0.012**.5, 1000, dtype=torch.float32)**2 (linear:
  // torch.linspace(0.00085, 0.012, …)); torch.cumprod(1 - b, 0)[[0, 1, 50, 499, 500, 501, 999]]
  @Test(
    arguments: [
      (
        .scaledLinear,
        [0.99915, 0.998_296, 0.951_576_65, 0.277_669_43, 0.276_332_47, 0.274_998_84, 0.004_660_095]
      ),
      (
        .linear,
        [
          0.99915, 0.998_289_5, 0.944_014_6, 0.161_812_17, 0.160_771_62, 0.159_735_98,
          0.001_578_962_8,
        ]
      ),
    ] as [(NoiseSchedule.Betas, [Float])])
  func `products are torch's`(_ betas: NoiseSchedule.Betas, _ expected: [Float]) {
    let products = NoiseSchedule(betas: betas).alphaProducts
    #expect(products.count == 1000)
    #expect([0, 1, 50, 499, 500, 501, 999].map { products[$0] } == expected)
  }

  @Test func `Euler's scaling takes each timestep's own sigma`() {
    let map = FeatureMap(tokens: 1, channels: 2, values: [1, -2])
    let schedule = NoiseSchedule(inputScaling: .euler)
    for timestep in [0, 50, 999] {
      // 1 / √(σ² + 1) is √a, but for rounding.
      let factor = schedule.alphaProducts[timestep].squareRoot()
      let scaled = schedule.scaleModelInput(map, timestep: timestep)
      #expect((scaled[0, 0, 0] / factor - 1).magnitude < 1e-6)
      #expect((scaled[0, 0, 1] / factor + 2).magnitude < 2e-6)
    }
    #expect(NoiseSchedule().scaleModelInput(map, timestep: 50).values == map.values)
  }
}
