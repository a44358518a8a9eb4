import ArgumentParser
import Commands

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

@main
struct Program {
  static func main() async {
    // A file beyond a limit of the shell (ulimit -f) is an error like a full disk, not the end.
    signal(SIGXFSZ, SIG_IGN)
    ThreadWaiting.shorten()
    await UnetLens.main()
  }
}
