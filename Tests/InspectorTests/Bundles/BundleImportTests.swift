import Inspector
import Recorder
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BundleImportTests {
    @Test("new exchanges get the next numbers, and the same ones are one")
    func newExchangesGetTheNextNumbers() throws {
        let bench = try BundleBench([.success(1), .failover(2), .error(3)])
        _ = try bench.export("a.zip") { $0.keepsIdentities = true }
        let target = try BundleBench([])
        try target.store.add([.success(17), .error(3)])
        let importing = BundleImport(target.store.layout)
        let first = try importing.run([bench.path("a.zip")], created: BundleBench.created)
        #expect(first.imported == 2)
        #expect(first.known == 1)
        #expect(first.first?.description == "x18")
        #expect(first.last?.description == "x19")
        #expect(first.masked == 0)
        #expect(first.bundle == "import-\(SampleExchange(1).id).tar.zst")
        let rows = try target.store.open().rows(ExchangeQuery())
        #expect(rows.map(\.number) == [18, 19, 3, 17])
        #expect(rows[0].id == SampleExchange(1).id)
        let recorded = try #require(try target.store.open().find(.address(ExchangeAddress(exchange: 19))))
        let original = try #require(try bench.store.open().find(.address(ExchangeAddress(exchange: 2))))
        #expect(try recorded.body(recorded.exchange.request.body) == original.body(original.exchange.request.body))

        let again = try importing.run([bench.path("a.zip"), bench.path("a.zip")], created: BundleBench.created)
        #expect(again.imported == 0)
        #expect(again.known == 3)
        #expect(again.bundle == nil)
        #expect(try StoreNumbers.last(StoreReader(target.store.layout)) == 19)
    }

    @Test("an import masks what a stranger's bundle holds")
    func anImportMasksWhatAStrangersBundleHolds() async throws {
        let bench = try BundleBench([.success(1)])
        _ = try bench.export("a.zip")
        try await bench.shell(
            """
            mkdir d; cd d; unzip -q ../a.zip
            jq -c '.attempts[0].because="key \(BundleBench.secret)"' exchanges.ndjson > l; mv l exchanges.ndjson
            zip -qr ../b.zip manifest.json exchanges.ndjson pieces
            """
        )
        let target = try BundleBench([])
        let outcome = try BundleImport(target.store.layout).run([bench.path("b.zip")], created: BundleBench.created)
        #expect(outcome.masked == 1)
        let recorded = try #require(try target.store.open().find(.address(ExchangeAddress(exchange: 1))))
        #expect(recorded.exchange.attempts[0].because.hasPrefix("key ***masked:anthropic:"))
    }

    @Test("a loss that the store knows is not counted again")
    func aLossThatTheStoreKnows() async throws {
        let bench = try BundleBench([.success(1), .success(5)])
        func gap(_ second: Int64, _ exchanges: Int) -> RecordingGap {
            let time = Timestamp(microseconds: SampleExchange.tenOClock + second * 1_000_000)
            return RecordingGap(from: time, until: time, reason: "overload", exchanges: exchanges)
        }
        try bench.store.add(gap(2, 3))
        try bench.store.add(gap(3, 4))
        let source = try bench.store.open()
        let rows = try source.rows(ExchangeQuery())
        for (name, chosen) in [("a.zip", rows), ("b.zip", [rows[0]])] {
            let export = BundleExport(source: source, key: .random())
            _ = try export.run(chosen, to: bench.path(name), created: BundleBench.created)
        }
        // The second has an exchange more and the same losses.
        try await bench.shell(
            """
            mkdir d e; cd d; unzip -q ../a.zip; unzip -qd ../e ../b.zip
            jq -c --slurpfile m manifest.json '.completeness=$m[0].completeness' ../e/manifest.json > m
            mv m ../e/manifest.json; cd ../e; zip -qr ../first.zip .
            """
        )
        let target = try BundleBench([])
        let importing = BundleImport(target.store.layout)
        #expect(try importing.run([bench.path("first.zip")], created: BundleBench.created).imported == 1)
        #expect(try importing.run([bench.path("a.zip")], created: BundleBench.created).imported == 1)
        #expect(try target.store.open().missing().map(\.exchanges).sorted() == [3, 4])
    }

    @Test("a store that a proxy records into is left alone")
    func aStoreThatAProxyRecordsInto() throws {
        let bench = try BundleBench([.success(1)])
        _ = try bench.export("a.zip")
        let lock = try StoreLock(bench.store.layout)
        #expect {
            try BundleImport(bench.store.layout).run([bench.path("a.zip")], created: BundleBench.created)
        } throws: {
            ($0 as? StoreError)?.code == .inUse
        }
        withExtendedLifetime(lock) {}
    }
}
