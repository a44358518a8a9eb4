extension ModeImage {
  /// The centre square at `size` x `size` pixels, by the rule of the paper's dataset.
  ///
  /// With s the shorter side: the box (w//2 - s//2, h//2 - s//2, w//2 + s//2, h//2 + s//2), so an
  /// odd s loses a pixel; resized in the picture's own mode, then converted to RGB. The shorter
  /// side must be 2 or more. Method: docs/METHOD.md, "The dataset".
  public func centreSquare(size: Int) -> RGBImage {
    let half = min(width, height) / 2
    precondition(half > 0)
    return cropped(x: width / 2 - half, y: height / 2 - half, width: 2 * half, height: 2 * half)
      .resized(width: size, height: size).rgb()
  }
}
