import CCairo

/// Cairo's sticky errors as ours.
enum CairoStatus {
  /// Fails where anything drawn on `context` failed before.
  ///
  /// - Throws: ``FigureError`` with Cairo's message.
  static func check(_ context: OpaquePointer) throws(FigureError) {
    try check(cairo_status(context))
  }

  /// Fails unless `status` is success.
  ///
  /// - Throws: ``FigureError`` with Cairo's message.
  static func check(_ status: cairo_status_t) throws(FigureError) {
    guard status != CAIRO_STATUS_SUCCESS else { return }
    throw FigureError(
      .drawing, "Cairo could not draw: \(String(cString: cairo_status_to_string(status)))")
  }
}
