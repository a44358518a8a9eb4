#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// How the kernels' threads wait for each other.
///
/// GNU's OpenMP lets a thread without work spin for milliseconds before it sleeps. Where other
/// programs want the cores, that costs ten times the work itself: 2,000 turns, some 20
/// microseconds, are as fast on a quiet machine and harmless on a busy one.
public enum ThreadWaiting {
  /// Commands that run networks.
  private static let commands: Set<String> = [
    "experiments", "extract", "benchmark", "cluster", "page", "audit",
  ]

  /// Starts this program anew with short waits, unless the environment says how to wait.
  ///
  /// OpenMP reads its environment as it is loaded, before any of our code runs. Where the system
  /// refuses, the program simply goes on.
  public static func shorten() {
    guard CommandLine.arguments.dropFirst().first.map(commands.contains) ?? false,
      getenv("OMP_WAIT_POLICY") == nil, getenv("GOMP_SPINCOUNT") == nil
    else { return }
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard readlink("/proc/self/exe", &path, path.count - 1) > 0 else { return }
    setenv("GOMP_SPINCOUNT", "2000", 1)
    execv(path, CommandLine.unsafeArgv)
  }
}
