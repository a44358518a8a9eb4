import Foundation

/// Removes a file that a test made.
func removeFile(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
