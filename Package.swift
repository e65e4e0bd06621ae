// swift-tools-version: 6.2
import PackageDescription

/// Whether `make fuzz` builds: our code then reports to libFuzzer which branches it took, and to AddressSanitizer what it touched.
let isFuzzing = Context.environment["ODDLINE_FUZZ"] != nil
/// The sanitizer that `make sanitize` builds our code with, Swift and C: `address` or `thread`.
let sanitizer = Context.environment["ODDLINE_SANITIZE"]
// The packages that we use are built as always, so that their part of a build takes no longer.
let watched = (isFuzzing ? "fuzzer,address" : sanitizer).map { ["-sanitize=\($0)"] } ?? []

/// Whether `make run` builds: without the service, nobody's HTTP stack is fetched.
let isWithoutService = Context.environment["ODDLINE_WITHOUT_SERVICE"] != nil

/// What `make docs` needs and nothing else.
let documenting: [Package.Dependency] =
    Context.environment["ODDLINE_DOCS"] == nil
    ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0")]

let strict: [SwiftSetting] =
    (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])
    + (watched.isEmpty ? [] : [.unsafeFlags(watched + ["-enable-testing"])])
let linked: [LinkerSetting] = watched.isEmpty ? [] : [.unsafeFlags(watched)]

func inC(_ flags: [String]) -> [CSetting] {
    let flags = flags + (sanitizer.map { ["-fsanitize=\($0)"] } ?? [])
    return flags.isEmpty ? [] : [.unsafeFlags(flags)]
}

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A test target. Tests build without optimisation, in a fraction of the time; what they test, and `TestSupport`, which computes
/// for them, stay optimised.
func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources,
        swiftSettings: strict + [.unsafeFlags(["-Onone"])], linkerSettings: linked)
}

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let toml: Target.Dependency = .product(name: "TOMLKit", package: "TOMLKit")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTP1Types: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

/// The program that libFuzzer drives; it has no `main` of its own.
let fuzzing: [Target] =
    !isFuzzing
    ? []
    : [
        .executableTarget(
            name: "OddlineFuzz",
            dependencies: [
                "TimeSeries", "SeriesReading", "NeuralNetwork", "AnomalyDetection", "Persistence", "StrictJSON", "TerminalUI",
                "Accounts", "HTTPService", grdb, logging,
            ],
            path: "Tests/Fuzzing", exclude: ["Corpus"], swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: linked)
    ]

/// The packages of the service.
let networking: [Package.Dependency] =
    isWithoutService
    ? []
    : [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    ]

/// The service, and the tests of the programs, which start it.
let service: [Target] =
    isWithoutService
    ? []
    : [
        library(
            "HTTPService",
            [
                "Work", "Accounts", "Workbench", "AnomalyDetection", "SeriesReading", "TimeSeries", "Persistence", "StrictJSON",
                hummingbird, hummingbirdCore, hummingbirdTLS, nio, nioHTTP, nioHTTPTypes, nioHTTP1Types, logging,
            ]),
        .executableTarget(
            name: "oddline-serve",
            dependencies: [
                "HTTPService", "Invocation", "Accounts", "Workbench", "AnomalyDetection", "Persistence", argumentParser, logging,
            ],
            swiftSettings: strict, linkerSettings: linked),
        tests(
            "HTTPServiceTests",
            [
                "Work", "TestSupport", "HTTPService", "Accounts", "AnomalyDetection", "NeuralNetwork", "Persistence",
                "SeriesReading",
                "StrictJSON",
                "Workbench", "TimeSeries", "COpenSSL", grdb, hummingbird, nio, nioEmbedded,
            ]),
        tests(
            "OddlineTests",
            [
                "TestSupport", "oddline", "oddline-serve", "Commands", "AnomalyDetection", "Digest", "SeriesReading",
                "TerminalUI",
                "TimeSeries",
            ]),
    ]

let package = Package(
    name: "Oddline",
    products: [
        .executable(name: "oddline", targets: ["oddline"]),
        .executable(name: "oddline-bench", targets: ["OddlineBench"]),
    ] + (isWithoutService ? [] : [.executable(name: "oddline-serve", targets: ["oddline-serve"])]),
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ] + networking + documenting,
    targets: [
        .systemLibrary(
            name: "CNcursesw", pkgConfig: "ncursesw", providers: [.apt(["libncursesw5-dev"])]),
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CXCrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CProcessor", cSettings: inC(["-O3"])),
        .target(
            name: "CKernels", dependencies: ["CProcessor"],
            cSettings: inC(["-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast"])),
        .target(name: "CScores", dependencies: ["CProcessor"], cSettings: inC(["-O3"])),
        .target(name: "CTerminalGuard", cSettings: inC([])),
        .target(name: "CTextWidth", cSettings: inC([])),
        .target(name: "CExchange", cSettings: inC([])),

        library("Digest", ["COpenSSL"]),
        library("Work", []),
        library("Files", []),
        library("TimeSeries", ["Digest"]),
        library("SeriesReading", ["Work", "StrictJSON", "TimeSeries", "CSQLite", "CZlib"]),
        library("NeuralNetwork", ["Work", "Files", "COneDNN", "CKernels", "CProcessor"]),
        library("AnomalyDetection", ["Work", "TimeSeries", "NeuralNetwork", "CScores"]),
        library("CheckedTOML", []),
        library("Persistence", ["Files", "CheckedTOML", "CExchange", "Digest", grdb, toml]),
        library("StrictJSON", []),
        library("Accounts", ["Persistence", "StrictJSON", "Digest", "CXCrypt", grdb]),
        library("Workbench", ["Work", "StrictJSON", "AnomalyDetection", "SeriesReading", "Persistence", "Accounts", grdb]),
        library("TerminalUI", ["CTextWidth", "CheckedTOML", toml]),
        library("NcursesTerminal", ["TerminalUI", "CNcursesw", "CTerminalGuard"]),
        library(
            "Dashboard",
            [
                "Work", "Files", "TerminalUI", "Workbench", "AnomalyDetection", "SeriesReading", "TimeSeries", "Accounts",
                "Persistence",
            ]),
        library("Invocation", ["Accounts", "Persistence", "SeriesReading", "TimeSeries", argumentParser]),
        // Compiled beside the dashboard, which takes longest: it needs nothing of it.
        library(
            "Commands",
            [
                "Work", "Files", "Invocation", "Workbench", "AnomalyDetection", "SeriesReading", "TimeSeries", "Accounts",
                "Persistence", "NeuralNetwork", "CTerminalGuard", argumentParser,
            ]),
        .executableTarget(
            name: "oddline",
            // Built in this order where there is a choice: what most others wait for comes first.
            dependencies: [
                "NeuralNetwork", "AnomalyDetection", "SeriesReading", "TimeSeries", "Accounts", "Persistence", "Workbench",
                "Dashboard", "TerminalUI", "Work", "NcursesTerminal", "Commands", "Invocation", argumentParser,
            ],
            swiftSettings: strict, linkerSettings: linked),
        .executableTarget(
            name: "OddlineBench",
            dependencies: [
                "Work", "NeuralNetwork", "AnomalyDetection", "SeriesReading", "TimeSeries", "Accounts", "Persistence",
                "Workbench",
                "Dashboard", "TerminalUI", "Digest", argumentParser,
            ],
            path: "Benchmarks/OddlineBench", swiftSettings: strict, linkerSettings: linked),

        .target(
            name: "TestSupport", dependencies: ["Work", "AnomalyDetection", "NeuralNetwork", "TimeSeries"],
            path: "Tests/TestSupport",
            swiftSettings: strict),
        tests("DigestTests", ["Digest"]),
        tests("FilesTests", ["Files"]),
        tests("WorkTests", ["Work", "TimeSeries"]),
        tests("TimeSeriesTests", ["TestSupport", "TimeSeries"]),
        tests("SeriesReadingTests", ["TestSupport", "SeriesReading", "TimeSeries", grdb]),
        tests(
            "NeuralNetworkTests", ["TestSupport", "NeuralNetwork", "CKernels", "CProcessor", "CScores"],
            exclude: ["make_fixtures.py"],
            resources: [.copy("Fixtures")]),
        tests(
            "AnomalyDetectionTests", ["Work", "TestSupport", "AnomalyDetection", "NeuralNetwork", "SeriesReading", "TimeSeries"],
            resources: [.copy("Fixtures")]),
        tests("PersistenceTests", ["Persistence", "CheckedTOML", grdb]),
        tests("StrictJSONTests", ["StrictJSON", "TimeSeries"]),
        tests("AccountsTests", ["Accounts", "Digest", "Persistence", "TimeSeries", grdb]),
        tests(
            "WorkbenchTests",
            ["Work", "TestSupport", "Workbench", "Accounts", "AnomalyDetection", "NeuralNetwork", "Persistence", "TimeSeries"]),
        tests("TerminalUITests", ["TestSupport", "TerminalUI", "TimeSeries"]),
        tests("NcursesTerminalTests", ["TestSupport", "NcursesTerminal", "TerminalUI", "TimeSeries", "CNcursesw"]),
        tests(
            "DashboardTests",
            [
                "Work", "TestSupport", "Dashboard", "TerminalUI", "Workbench", "Accounts", "AnomalyDetection", "NeuralNetwork",
                "SeriesReading",
                "TimeSeries", "Persistence", grdb,
            ],
            exclude: ["Goldens"]),
    ] + service + fuzzing,
    swiftLanguageModes: [.v6]
)
