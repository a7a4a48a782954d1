// swift-tools-version: 6.2
import PackageDescription

/// Every room is written to the same rules: Swift 6, explicit imports, no warning is left standing.
let rules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: rules)
}

func program(_ name: String, _ dependencies: [Target.Dependency], linkerSettings: [LinkerSetting] = []) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: rules, linkerSettings: linkerSettings)
}

/// For programs that are installed: two megabytes of relocations become twenty kilobytes (DT_RELR, glibc 2.36), and no symbol is exported.
let lean: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs", "-Xlinker", "--no-export-dynamic"],
        .when(configuration: .release))
]

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, resources: resources, swiftSettings: rules)
}

/// What must be C: the header of a system library and the few wrappers that Swift cannot do without.
func c(_ name: String, library: String) -> Target {
    .target(
        name: name,
        cSettings: [.define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
        linkerSettings: [.linkedLibrary(library)])
}

let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yaml: Target.Dependency = .product(name: "Yams", package: "Yams")
/// The header of the system's SQLite, as GRDB gives it.
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")

let package = Package(
    name: "wabawatch",
    products: [
        .executable(name: "wabawatchd", targets: ["wabawatchd"]),
        .executable(name: "wabawatch", targets: ["wabawatch"]),
        .executable(name: "wabawatch-demo", targets: ["wabawatch-demo"]),
        .executable(name: "wabawatch-webhook", targets: ["wabawatch-webhook"]),
        .executable(name: "wabawatch-notify", targets: ["wabawatch-notify"]),
        .executable(name: "wabawatch-metrics", targets: ["wabawatch-metrics"]),
        .executable(name: "wabawatch-relay", targets: ["wabawatch-relay"]),
        .executable(name: "graph-simulator", targets: ["graph-simulator"]),
        .executable(name: "wabawatch-bench", targets: ["wabawatch-bench"]),
        .library(name: "WabaWatchClient", targets: ["WabaWatchClient"]),
        .library(name: "Varlink", targets: ["Varlink"]),
    ],
    // Ranges, for whoever uses the library beside others; what is built and tested has the versions of .ci/versions.
    dependencies: [
        // SQLite with migrations, a pool and cursors, over the system's library.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // Sockets: partial writes, back-pressure and inherited sockets are solved there.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // Life cycle and signals with a graceful shutdown that is tested.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // Structured log lines.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // Command lines with manual pages and completions.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // The configuration's YAML, with the line of every node.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // The heap of due times.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    ],
    targets: [
        c("CSystemd", library: "systemd"),
        c("CCurl", library: "curl"),
        c("CCrypto", library: "crypto"),
        c("CSQLite", library: "sqlite3"),
        c("CNATS", library: "nats"),
        room("StrictJSON"),
        // Tasks that wait, each with a way out and an owner.
        room("Continuations"),
        // What people read of texts from outside; and how a program ends.
        room("Printing"),
        room("Programs", ["Printing", arguments]),
        room("Systemd", ["CSystemd", "Printing", logging]),
        // The strict reading of configuration files, each mistake with file, line and key.
        room("StrictYAML", ["Systemd", yaml]),
        room("Varlink", ["Continuations", "StrictJSON", nio, nioPosix]),
        room("WhatsAppBusiness", ["StrictJSON"]),
        room("GraphAPI", ["Continuations", "WhatsAppBusiness", "StrictJSON", "CCurl", "CCrypto"]),
        // What is wrong by what is known, and how urgent states are, wherever it is asked.
        room("Alarms", ["WhatsAppBusiness", "StrictJSON"]),
        room("Changes", ["Alarms", "WhatsAppBusiness", "StrictJSON"]),
        // What is to be changed at Meta: input, requests, what their answers mean.
        room("Actions", ["GraphAPI", "Changes", "WhatsAppBusiness", "StrictJSON"]),
        // What Meta says by a webhook: what its body holds, and what each report means.
        room("Webhooks", ["Changes", "WhatsAppBusiness", "StrictJSON", "CCrypto"]),
        room(
            "Ledger",
            ["Continuations", "WhatsAppBusiness", "StrictJSON", "Alarms", "Changes", "Webhooks", "CCrypto", "CSQLite", grdb, sqlite]),
        room(
            "Watching",
            ["Continuations", "GraphAPI", "Alarms", "Changes", "Webhooks", "Ledger", "WhatsAppBusiness", "StrictJSON", heap, logging]),
        room("WabaWatchInterface", ["Varlink", "WhatsAppBusiness", "StrictJSON"]),
        room("WabaWatchClient", ["WabaWatchInterface", "Varlink", "WhatsAppBusiness", "StrictJSON"]),
        // What the ledger and the watching know, as records of the interface: what Subscribe, the metrics and the other calls have in common.
        room("InterfaceRecords", ["Changes", "Ledger", "Watching", "WabaWatchInterface", "WhatsAppBusiness", "StrictJSON"]),
        // The service's rooms: none needs another, and the daemon puts them together.
        // Configuration files and their mistakes, secrets, what is to be watched, and what Meta says of it.
        room(
            "ServiceConfiguration",
            ["Systemd", "Actions", "GraphAPI", "Alarms", "Watching", "WhatsAppBusiness", "StrictJSON", "StrictYAML", yaml]),
        // What goes to journald, behind a cursor of its own.
        room(
            "Announcing",
            [
                "Continuations", "Systemd", "Changes", "Ledger", "WabaWatchInterface", "InterfaceRecords", "WhatsAppBusiness", "StrictJSON",
                logging,
            ]),
        // Subscribe: every reader behind a cursor of its own, and the changes that they are at, kept once for all.
        room(
            "Subscriptions",
            [
                "Continuations", "Varlink", "Changes", "Ledger", "WabaWatchInterface", "InterfaceRecords", "WhatsAppBusiness", "StrictJSON",
                nio,
            ]),
        // What is wrong now, found out from what was recorded and from the watcher, and recorded as alarms.
        room("AlarmKeeping", ["Continuations", "Alarms", "Changes", "Ledger", "Watching", "WhatsAppBusiness", "StrictJSON", logging]),
        // Accounts that several hosts share: which this one may ask about, and what one host hands to another.
        room(
            "Clustering",
            ["Varlink", "GraphAPI", "Changes", "Ledger", "Watching", "WabaWatchInterface", "WhatsAppBusiness", "StrictJSON", logging]),
        // What metrics there are, what they are made of, and their text.
        room("Metrics", ["Printing", "WabaWatchInterface", "WhatsAppBusiness", "StrictJSON"]),
        // How others on the host find the daemon and its numbers: the registry's link and io.systemd.Metrics.
        room(
            "Discovery",
            [
                "Varlink", "Ledger", "Watching", "Metrics", "WabaWatchInterface", "InterfaceRecords", "WhatsAppBusiness", "StrictJSON",
                lifecycle,
                logging,
            ]),
        // The daemon put together: the interface's calls, reload, signs of life, status, shutdown.
        room(
            "WabaWatchService",
            [
                "Continuations", "Systemd", "Varlink", "GraphAPI", "Actions", "Alarms", "AlarmKeeping", "Changes", "Webhooks", "Ledger",
                "Watching",
                "WabaWatchInterface",
                "InterfaceRecords", "ServiceConfiguration", "StrictYAML", "Announcing", "Subscriptions", "Discovery", "Clustering",
                "Metrics",
                "WhatsAppBusiness",
                "StrictJSON", lifecycle, signals, logging,
            ]),
        program(
            "wabawatchd",
            [
                "WabaWatchService", "ServiceConfiguration", "StrictYAML", "GraphAPI", "Ledger", "Watching", "Systemd", "WhatsAppBusiness",
                "Printing",
                "Programs", arguments, logging,
            ],
            linkerSettings: lean),
        program(
            "wabawatch",
            [
                "WabaWatchClient", "WabaWatchInterface", "Metrics", "Alarms", "WhatsAppBusiness", "StrictJSON", "Printing", "Programs",
                arguments, sqlite,
            ],
            linkerSettings: lean),
        // How HTTP is listened for: addresses, connections within bounds, the end.
        room("HTTPFront", ["Continuations", nio, nioPosix, nioHTTP]),
        // Exposes metrics over HTTP. No room of the daemon's is in it either.
        room(
            "MetricsFront",
            [
                "Continuations", "HTTPFront", "Metrics", "WabaWatchClient", "WabaWatchInterface", "StrictJSON", nio, nioPosix, nioHTTP,
                logging,
            ]),
        program(
            "wabawatch-metrics", ["MetricsFront", "HTTPFront", "WabaWatchClient", "Systemd", "Programs", arguments, signals, logging],
            linkerSettings: lean),
        // Hears Meta's webhooks. No room of the daemon's is in it, for it faces a network: it knows no token and no application's secret.
        room("WebhookFront", ["Continuations", "HTTPFront", "Varlink", "WabaWatchInterface", nio, nioPosix, nioHTTP, logging]),
        program(
            "wabawatch-webhook", ["WebhookFront", "HTTPFront", "Systemd", "Programs", arguments, signals, logging], linkerSettings: lean),
        // The notifier's decisions: routes, what they tell and when, how it reads; then what carries them out. No room of the daemon's is in it but the one
        // that speaks HTTP.
        room("Notifying", ["Printing", "StrictYAML", "WabaWatchClient", "WabaWatchInterface", "WhatsAppBusiness", "StrictJSON"]),
        room(
            "NotificationDelivery",
            [
                "Continuations", "Systemd", "GraphAPI", "Notifying", "WabaWatchClient", "WabaWatchInterface", "WhatsAppBusiness", logging,
            ]),
        program(
            "wabawatch-notify",
            [
                "NotificationDelivery", "Notifying", "StrictYAML", "Systemd", "WabaWatchInterface",
                "WhatsAppBusiness", "Printing", "Programs", arguments, signals, logging,
            ], linkerSettings: lean),
        // Streams and buckets of NATS JetStream. Only the relay has it: no other program is linked with the library.
        room("JetStream", ["CNATS", "Continuations"]),
        // Several hosts, one watch: who watches which account, and what is published when. Decisions alone.
        room("Hosting", ["StrictJSON"]),
        // What carries that out between the daemon and NATS. No room of the daemon's is in it.
        room(
            "Relaying",
            [
                "Continuations", "Hosting", "JetStream", "StrictYAML", "WabaWatchClient", "WabaWatchInterface", "WhatsAppBusiness",
                "StrictJSON", logging,
            ]),
        program(
            "wabawatch-relay",
            [
                "Relaying", "JetStream", "StrictYAML", "Systemd", "WabaWatchInterface", "Printing", "Programs", arguments, signals, logging,
            ],
            linkerSettings: lean),
        room("GraphSimulator", ["WhatsAppBusiness", "StrictJSON", "CCrypto", nio, nioPosix, nioHTTP]),
        program("graph-simulator", ["GraphSimulator", "Printing", "Programs", arguments, signals]),
        program(
            "wabawatch-demo",
            [
                "WabaWatchService", "ServiceConfiguration", "GraphSimulator", "WabaWatchInterface", "Varlink", "Watching", "Systemd",
                "WhatsAppBusiness", "StrictJSON", "Printing", "Programs", arguments, logging,
            ]),
        // Takes the sockets that a test passes to it.
        .executableTarget(name: "take-sockets", dependencies: ["Systemd"], path: "Tests/take-sockets", swiftSettings: rules),
        // The seeds and the clock of all tests, of the simulation and of the benchmarks.
        .target(name: "TestTools", dependencies: ["StrictJSON"], path: "Tests/TestTools", swiftSettings: rules),
        // Runs the decisions under a simulated clock, against a simulated Meta.
        .target(
            name: "Simulation",
            dependencies: [
                "TestTools", "Watching", "AlarmKeeping", "Announcing", "Subscriptions", "Varlink", "WabaWatchInterface", "Ledger",
                "Changes", "GraphAPI", "WhatsAppBusiness", "StrictJSON", heap, logging,
            ], path: "Tests/Simulation", exclude: ["Mutations", "mutations.sh"], swiftSettings: rules),
        .executableTarget(
            name: "wabawatch-simulation", dependencies: ["Simulation", "CAllocations", arguments], path: "Tests/wabawatch-simulation",
            swiftSettings: rules),
        tests("Simulation", ["Simulation", "wabawatch-simulation"]),

        // Counts what the benchmarks allocate.
        .target(name: "CAllocations", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        // Readers of many sockets that cost little.
        .target(name: "CFanOut", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        program(
            "wabawatch-bench",
            [
                "CAllocations", "CFanOut", "Continuations", "TestTools", "WabaWatchService", "GraphAPI", "GraphSimulator", "Ledger",
                "Watching", "Changes",
                "WhatsAppBusiness",
                "StrictJSON", arguments, sqlite,
            ]),

        // Replies that no program reads: Meta's recorded payloads are read by them.
        .target(
            name: "PayloadDocuments", dependencies: ["WhatsAppBusiness", "GraphAPI", "StrictJSON"], path: "Tests/PayloadDocuments",
            swiftSettings: rules),
        // What holds for the repository as a whole, found out by reading it.
        tests(
            "Repository", ["wabawatch", "wabawatchd", "wabawatch-notify", "wabawatch-webhook", "wabawatch-metrics", "graph-simulator"]),
        tests("StrictJSON", ["TestTools", "StrictJSON"]),
        tests("Continuations", ["Continuations"]),
        tests("Printing", ["TestTools", "Printing", "Programs", "StrictJSON", arguments]),
        tests("Systemd", ["TestTools", "TestSupport", "Systemd", "CSystemd", "take-sockets", logging]),
        tests("Varlink", ["TestTools", "TestSupport", "Varlink", "StrictJSON", nio], resources: [.copy("Texts")]),
        tests("WhatsAppBusiness", ["TestTools", "Actions", "PayloadDocuments", "WhatsAppBusiness", "StrictJSON"]),
        // A file system with faults for SQLite.
        .target(
            name: "CTestVFS", path: "Tests/CTestVFS", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary("sqlite3")]),
        tests(
            "Ledger", ["TestTools", "Ledger", "CTestVFS", "Alarms", "Changes", "Webhooks", "WhatsAppBusiness", "StrictJSON", grdb],
            resources: [.copy("Released")]),
        tests(
            "Watching",
            [
                "TestTools", "Continuations", "Watching", "GraphAPI", "GraphSimulator", "Ledger", "Changes", "Webhooks", "WhatsAppBusiness",
                "StrictJSON", logging,
            ]),
        // Programs, the daemon against the simulator, and changes to record, as several test targets need them.
        .target(
            name: "TestSupport",
            dependencies: ["GraphSimulator", "Varlink", "Changes", "WabaWatchInterface", "WhatsAppBusiness", "StrictJSON"],
            path: "Tests/TestSupport", resources: [.copy("Released")], swiftSettings: rules),
        tests(
            "ServiceConfiguration",
            [
                "TestSupport", "ServiceConfiguration", "StrictYAML", "Actions", "Alarms", "GraphAPI", "GraphSimulator", "Systemd",
                "WhatsAppBusiness", "StrictJSON",
                "wabawatchd",
            ], resources: [.copy("Golden")]),
        tests(
            "Announcing",
            ["TestSupport", "Announcing", "Systemd", "Ledger", "Changes", "WhatsAppBusiness", "StrictJSON", logging]),
        tests(
            "Subscriptions",
            [
                "TestTools", "TestSupport", "Continuations", "Subscriptions", "InterfaceRecords", "Ledger", "Changes", "Varlink",
                "WabaWatchInterface",
                "WhatsAppBusiness", "StrictJSON",
            ]),
        tests(
            "Discovery",
            [
                "TestTools", "TestSupport", "Discovery", "Metrics", "InterfaceRecords", "Ledger", "Changes", "GraphAPI", "Watching",
                "Varlink",
                "WhatsAppBusiness",
                "StrictJSON", logging,
            ]),
        tests(
            "WabaWatchService",
            [
                "TestTools", "TestSupport", "WabaWatchService", "ServiceConfiguration", "StrictYAML", "Announcing", "Subscriptions",
                "InterfaceRecords",
                "GraphAPI", "GraphSimulator", "Ledger", "Alarms", "Changes", "Webhooks", "Systemd", "Varlink", "WabaWatchClient",
                "WabaWatchInterface", "Watching",
                "WhatsAppBusiness", "StrictJSON", "wabawatchd", "wabawatch-webhook", "wabawatch-demo", logging,
            ]),
        tests("Alarms", ["TestTools", "Alarms", "WhatsAppBusiness", "StrictJSON"]),
        tests(
            "AlarmKeeping",
            [
                "TestTools", "TestSupport", "AlarmKeeping", "Alarms", "Changes", "Ledger", "Watching", "WhatsAppBusiness", "StrictJSON",
                grdb, logging,
            ]),
        tests(
            "Notifying",
            [
                "Notifying", "TestSupport", "FakeDaemon", "StrictYAML", "WabaWatchClient", "WabaWatchInterface", "WhatsAppBusiness",
                "StrictJSON",
            ]),
        tests(
            "NotificationDelivery",
            [
                "NotificationDelivery", "Notifying", "TestTools", "TestSupport", "FakeDaemon", "GraphAPI", "Systemd", "Varlink",
                "WabaWatchClient",
                "WabaWatchInterface", "WhatsAppBusiness", "StrictJSON", "wabawatch-notify", nio, nioPosix, nioHTTP, logging,
            ]),
        tests("JetStream", ["JetStream", "TestTools", "TestSupport"]),
        tests("Hosting", ["Hosting", "TestTools", "StrictJSON"]),
        tests("Clustering", ["Clustering", "GraphAPI", "Watching"]),
        tests(
            "Relaying",
            [
                "Relaying", "JetStream", "StrictYAML", "TestTools", "TestSupport", "GraphSimulator", "Varlink", "WabaWatchInterface",
                "WhatsAppBusiness",
                "StrictJSON", "wabawatchd", "wabawatch-relay",
            ]),
        tests("Webhooks", ["Webhooks", "Changes", "WhatsAppBusiness", "StrictJSON"], resources: [.copy("Golden")]),
        tests("Actions", ["Actions", "Changes", "GraphAPI", "WhatsAppBusiness", "StrictJSON"]),
        tests("Changes", ["TestTools", "Changes", "WhatsAppBusiness", "StrictJSON"]),
        tests(
            "GraphAPI",
            ["TestTools", "TestSupport", "Actions", "PayloadDocuments", "GraphAPI", "GraphSimulator", "WhatsAppBusiness", "StrictJSON"]),
        tests("GraphSimulator", ["TestTools", "GraphSimulator", "WhatsAppBusiness", "StrictJSON"], resources: [.copy("Fixtures")]),
        tests(
            "WabaWatchInterface", ["TestTools", "TestSupport", "WabaWatchInterface", "Varlink", "WhatsAppBusiness", "StrictJSON"]),
        // The daemon as the client's and the command's tests meet it: the real protocol over a log in memory.
        .target(
            name: "FakeDaemon", dependencies: ["Varlink", "WabaWatchInterface", "WhatsAppBusiness", "StrictJSON"], path: "Tests/FakeDaemon",
            swiftSettings: rules),
        tests(
            "WabaWatchClient",
            ["TestTools", "WabaWatchClient", "WabaWatchInterface", "FakeDaemon", "Varlink", "WhatsAppBusiness", "StrictJSON"]),
        tests(
            "WebhookFront",
            [
                "TestTools", "TestSupport", "FakeDaemon", "HTTPFront", "WebhookFront", "wabawatch-webhook", "Varlink",
                "WabaWatchInterface",
                "StrictJSON", logging,
            ]),
        tests("Metrics", ["Metrics", "WabaWatchInterface", "WhatsAppBusiness", "StrictJSON"]),
        tests(
            "MetricsFront",
            [
                "TestTools", "TestSupport", "FakeDaemon", "HTTPFront", "MetricsFront", "Metrics", "wabawatch-metrics", "WabaWatchClient",
                "Varlink", "WabaWatchInterface", "WhatsAppBusiness", "StrictJSON", nioHTTP, logging,
            ]),
        tests(
            "wabawatch",
            [
                "wabawatch", "wabawatchd", "Printing", "Programs", "TestTools", "TestSupport", "FakeDaemon", "GraphSimulator",
                "WabaWatchClient", "Metrics",
                "WabaWatchInterface",
                "Varlink",
                "WhatsAppBusiness", "StrictJSON", arguments, sqlite,
            ],
            resources: [.copy("Golden")]),
    ]
)
