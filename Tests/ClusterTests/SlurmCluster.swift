import Files
import Foundation
import TestSupport

/// A real Slurm on this machine: one controller and three nodes on loopback, without systemd.
///
/// Each node has a process namespace of its own, so that killing its first process kills the node
/// with everything on it, as a power cut would. Every process is stopped by its number.
final class SlurmCluster {
  /// Whether the machine has Slurm's daemons, and this process may start nodes.
  static let isAvailable =
    ["slurmctld", "slurmd", "munged", "sbatch", "squeue", "unshare"].allSatisfy {
      Command.find($0) != nil
    } && geteuid() == 0

  /// Why tests are left out where ``isAvailable`` is false.
  static let reason =
    "skipped: needs root and Slurm (scripts/install-dependencies --cluster installs it)"

  static let nodes = ["n1", "n2", "n3"]

  private let folder: String
  private var daemons: [Process] = []
  private var nodes: [String: Process] = [:]

  /// Starts everything and waits until all nodes are idle.
  ///
  /// - Parameter hidden: a folder that is another, empty one on the nodes.
  init(hiding hidden: String? = nil) throws {
    var template = Array("/tmp/unetlens-slurm-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure("cannot create \(template)") }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    chmod(folder, 0o711)
    mkdir("\(folder)/state", 0o700)
    try writeConfiguration()
    setenv("SLURM_CONF", "\(folder)/slurm.conf", 1)
    do {
      try start(hiding: hidden)
    } catch {
      stop()
      throw error
    }
  }

  deinit { stop() }

  /// Kills a node and tells the controller, which would else notice within half a minute.
  func crash(_ node: String) throws {
    guard let process = nodes.removeValue(forKey: node) else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try Command.run("scontrol", ["update", "nodename=\(node)", "state=down", "reason=crash"])
  }

  /// Stops all processes and removes the folder.
  func stop() {
    for process in Array(nodes.values) + daemons.reversed() {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    (nodes, daemons) = ([:], [])
    unsetenv("SLURM_CONF")
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func start(hiding hidden: String?) throws {
    let munge = try daemon(
      "munged",
      [
        "-F", "--key-file=\(folder)/key", "--socket=\(folder)/socket",
        "--pid-file=\(folder)/munged.pid", "--log-file=\(folder)/munged.log",
        "--seed-file=\(folder)/seed",
      ])
    daemons.append(munge)
    try Wait.until("munged answers") { access("\(self.folder)/socket", F_OK) == 0 }
    daemons.append(try daemon("slurmctld", ["-D"]))
    for node in Self.nodes {
      let hide = hidden.map { "mount -t tmpfs none '\($0)' && " } ?? ""
      nodes[node] = try launch(
        "unshare",
        [
          "-pf", "--kill-child", "--mount-proc", "bash", "-c",
          "\(hide)exec slurmd -D -N \(node)",
        ], log: node)
    }
    try Wait.until("all nodes are idle") {
      let idle = try? Command.run("sinfo", ["-h", "-N", "-p", "low", "-t", "idle", "-o", "%N"])
      return idle?.split(separator: "\n").count == Self.nodes.count
    }
  }

  /// Starts a daemon as the only child of a process whose end ends it.
  ///
  /// Daemons close the descriptors that they inherit, among them the one by whose end Foundation
  /// notices that a process has ended; it would then wait for the daemon, and for nothing else. They
  /// also inherit the blocked signals of whichever thread starts them, so only SIGKILL is sure.
  private func daemon(_ tool: String, _ arguments: [String]) throws -> Process {
    guard let path = Command.find(tool) else { throw Failure("no \(tool)") }
    return try launch("unshare", ["-pf", "--kill-child", path] + arguments, log: tool)
  }

  private func launch(_ tool: String, _ arguments: [String], log name: String) throws -> Process {
    guard let path = Command.find(tool) else { throw Failure("no \(tool)") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let log = "\(folder)/\(name).out"
    FileManager.default.createFile(atPath: log, contents: nil)
    let handle = FileHandle(forWritingAtPath: log)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Two partitions over the same nodes: a job in `high` takes the place of one in `low`.
  private func writeConfiguration() throws {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = String(
      decoding: name.prefix { $0 != 0 && $0 != 46 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let ports = try FreePorts.find(1 + Self.nodes.count)
    let lines =
      [
        "ClusterName=test", "SlurmctldHost=\(host)(127.0.0.1)", "SlurmctldPort=\(ports[0])",
        "SlurmUser=root", "SlurmdUser=root", "AuthInfo=socket=\(folder)/socket,cred_expire=5",
        "StateSaveLocation=\(folder)/state", "SlurmdSpoolDir=\(folder)/%n",
        "SlurmctldPidFile=\(folder)/slurmctld.pid", "SlurmdPidFile=\(folder)/%n.pid",
        "ProctrackType=proctrack/linuxproc", "TaskPlugin=task/none",
        "SelectType=select/cons_tres", "SelectTypeParameters=CR_Core",
        "SlurmdParameters=config_overrides", "ReturnToService=2", "SlurmdTimeout=30",
        "KillWait=2", "MinJobAge=86400", "PreemptType=preempt/partition_prio",
        "PreemptMode=REQUEUE",
        "SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2",
        "PartitionName=low Nodes=ALL Default=YES PriorityTier=1",
        "PartitionName=high Nodes=ALL PriorityTier=9",
      ]
      + zip(Self.nodes, ports.dropFirst()).map {
        "NodeName=\($0) NodeHostname=\(host) NodeAddr=127.0.0.1 Port=\($1) CPUs=1 RealMemory=500"
      }
    let text = lines.joined(separator: "\n") + "\n"
    try AtomicFile.write(Array(text.utf8), to: "\(folder)/slurm.conf")
    let key = (0..<128).map { _ in UInt8.random(in: .min ... .max) }
    try AtomicFile.write(key, to: "\(folder)/key")
    chmod("\(folder)/key", 0o600)
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
}

/// Programs of the machine.
enum Command {
  /// The path of `name`; daemons lie outside a user's `PATH`.
  static func find(_ name: String) -> String? {
    ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// What `name` prints.
  @discardableResult
  static func run(_ name: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: find(name) ?? name)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: data, as: UTF8.self)
    guard process.terminationStatus == 0 else {
      throw SlurmCluster.Failure("\(name) \(arguments): exit \(process.terminationStatus), \(text)")
    }
    return text
  }
}

/// Ports that nothing listens on.
enum FreePorts {
  static func find(_ count: Int) throws -> [Int] {
    var descriptors: [Int32] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    return try (0..<count).map { _ in
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      descriptors.append(descriptor)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let isBound = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
        }
      }
      guard isBound else { throw SlurmCluster.Failure("no free port") }
      return Int(UInt16(bigEndian: address.sin_port))
    }
  }
}

/// Waiting for what other processes do.
enum Wait {
  /// Asks again and again until `condition` holds.
  static func until(
    _ what: String, seconds: Double = 60, _ condition: () throws -> Bool
  ) throws {
    let start = DispatchTime.now().uptimeNanoseconds
    while try !condition() {
      guard Double(DispatchTime.now().uptimeNanoseconds - start) < seconds * 1e9 else {
        throw SlurmCluster.Failure("waited \(seconds) s in vain until \(what)")
      }
      usleep(50_000)
    }
  }
}
