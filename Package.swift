// swift-tools-version: 6.2

import PackageDescription

// Settings of every Swift target of this package. The language mode is set once, at the end.
let strictSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    // Not MemberImportVisibility: which module the compiler takes for the owner of `struct stat` depends on the order of
    // files, as archive.h includes <sys/stat.h>, and a build that works fails the next time.
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
]

let package = Package(
    name: "tapedeck",
    platforms: [.macOS(.v15)],
    products: [
        // One umbrella library: a library product called "Inspector" would collide with the executable `inspector`
        // on disks that ignore case.
        .library(name: "Tapedeck", targets: ["Recorder", "Inspector", "ProxyRuntime", "Replayer"]),
        .executable(name: "proxy", targets: ["ProxyCommand"]),
        .executable(name: "inspector", targets: ["InspectorCommand"]),
        .executable(name: "replayer", targets: ["ReplayerCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        // Only to hand requests to Hummingbird's responder; the data plane parses HTTP/1.1 itself.
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // MARK: - System libraries

        .systemLibrary(
            name: "CArchive",
            pkgConfig: "libarchive",
            providers: [.apt(["libarchive-dev"]), .brew(["libarchive"])]
        ),
        .systemLibrary(
            name: "CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]
        ),
        .systemLibrary(
            name: "CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
        ),

        // MARK: - Support modules: they know nothing of exchanges, attempts or bundles

        .target(name: "CurlSupport", dependencies: ["CCurl"]),

        // MARK: - The four libraries, in the direction the data flows

        .target(
            name: "Recorder",
            dependencies: [
                "CArchive",
                "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                // For ByteBuffer, the type the event loop hands over without a copy. No channel, no event loop here.
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .target(
            name: "Inspector",
            dependencies: ["Recorder"]
        ),
        .target(
            name: "ProxyRuntime",
            dependencies: [
                "Recorder",
                "Inspector",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(
            name: "Replayer",
            dependencies: [
                "CurlSupport",
                "CZlib",
                "Inspector",
                "Recorder",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),

        // MARK: - Thin executables: parse, call one library function, render, exit

        .executableTarget(
            name: "ProxyCommand",
            dependencies: [
                "Inspector",
                "ProxyRuntime",
                "Recorder",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "InspectorCommand",
            dependencies: [
                "Inspector",
                "Recorder",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .executableTarget(
            name: "ReplayerCommand",
            dependencies: [
                "Inspector",
                "Recorder",
                "Replayer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),

        // MARK: - Tests

        .target(
            name: "TestSupport",
            dependencies: [
                "Recorder",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/TestSupport"
        ),
        .testTarget(
            name: "CurlSupportTests",
            dependencies: [
                "CurlSupport", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "RecorderTests",
            dependencies: ["CArchive", "Recorder", "TestSupport", .product(name: "GRDB", package: "GRDB.swift")]
        ),
        .testTarget(name: "InspectorTests", dependencies: ["Inspector", "TestSupport"]),
        .testTarget(
            name: "ProxyRuntimeTests",
            dependencies: [
                "ProxyRuntime", "Recorder", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "ReplayerTests",
            dependencies: [
                "CZlib", "Inspector", "Recorder", "Replayer", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "ProxyRuntime", "Recorder", "Inspector", "Replayer", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                // Built before the tests that start them as processes.
                "ProxyCommand", "InspectorCommand", "ReplayerCommand",
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

// Documentation only: `BUILD_DOCS=1 swift package --disable-sandbox generate-documentation --target Recorder`.
if Context.environment["BUILD_DOCS"] != nil {
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin.git", from: "1.5.0"))
}

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
    target.swiftSettings = (target.swiftSettings ?? []) + strictSettings
}
