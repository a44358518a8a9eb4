import Foundation
import ProjectPage
import Tensors
import TestSupport
import Testing

/// Texts that are shown only where the arrays bear them out.
struct CasesTests {
  private func page(_ conditions: String, models: [String] = ["sd15", "mini"]) throws -> String {
    let site = try TestSite(models: models)
    try site.edit(
      "content.yaml", "  comparisons:\n",
      """
        comparisons:
          - needs: [mini]
            title: A case
            cases:
              - when: [\(conditions)]
                text: It holds for {{mini.corner.max}}.

      """)
    return String(decoding: try site.build().files["index.html"] ?? [], as: UTF8.self)
  }

  @Test(arguments: [
    ("mini.corner.max = 1.50", true), ("mini.corner.max > 1.5", false),
    ("mini.corner.max >= 1 + 0.5 * mini.border.max", true),
    ("mini.corner.max - 1 < 0.5 * sd15.corner.max - 0.5", false),
    ("\"mini.corner.max > 1\", \"mini.border.max > 1\"", false),
    ("2 * mini.corner.max - mini.border.max - 1 = 1", true),
    // No array gives it.
    ("mini.labels.count = 0", false), ("none.corner.max < 5", false),
  ]) func conditionsDecide(_ conditions: String, _ holds: Bool) throws {
    #expect(try page(conditions).contains("It holds for 1.50.") == holds)
  }

  @Test(arguments: [
    ("mini.corner.most > 1", "unknown fact mini.corner.most"),
    ("mini.corner.max", "expected a comparison"),
    ("mini.corner.max > 1 > 0", "expected a comparison"),
    ("mini.corner.max >", "expected a comparison"),
    ("mini.corner.max 2 > 1", "expected a comparison"),
  ]) func whatIsNoConditionIsAProblem(_ conditions: String, _ message: String) throws {
    let error = #expect(throws: PageError.self) { try page(conditions) }
    #expect(error?.problems.contains { $0.description.contains(message) } == true)
  }

  @Test func withoutTheModelNothingIsSaid() throws {
    #expect(try !page("1 < 2", models: ["sd15"]).contains("A case"))
  }

  @Test func noLabelsAreSaidSo() throws {
    let site = try TestSite(models: ["mini"])
    try NPY.write(
      NDArray([] as [Int64], shape: [0, 3]), to: "\(site.data)/high_norm_anomalies_auto_mini.npy")
    try SafeTensors.write(
      [("up_blocks[1]/largest", NDArray([1.5, 2.5] as [Float], shape: [2]))],
      to: "\(site.data)/norm_distributions_mini.safetensors")
    let built = try site.build()
    let html = String(decoding: built.files["index.html"] ?? [], as: UTF8.self)
    #expect(html.contains("on average\n2.00 times its median, and 2.50 times"))
    #expect(built.files["arrays/norm_distributions_mini.safetensors"] != nil)
  }
}
