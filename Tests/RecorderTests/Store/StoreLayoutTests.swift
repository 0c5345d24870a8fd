import Synchronization
import Testing

@testable import Recorder

@Suite
struct StoreLayoutTests {
    @Test(
        "the home that the environment names",
        arguments: [
            (["TAPEDECK_HOME": "/t", "XDG_DATA_HOME": "/x", "HOME": "/h"], "/t"),
            (["TAPEDECK_HOME": "", "XDG_DATA_HOME": "/x", "HOME": "/h"], "/x/tapedeck"),
            (["XDG_DATA_HOME": "relative", "HOME": "/h"], "/h/.local/share/tapedeck"),
            (["HOME": "/h"], "/h/.local/share/tapedeck"),
            (["TAPEDECK_HOME": "/t/"], "/t"),
        ]
    )
    func theHomeThatTheEnvironmentNames(environment: [String: String], home: String) {
        #expect(StoreLayout(environment: environment).home == home)
    }

    @Test(
        "a segment and its file name",
        arguments: [(1, "00000001.segment"), (12_345_678, "12345678.segment"), (123_456_789, "123456789.segment")]
    )
    func aSegmentAndItsFileName(number: Int, name: String) {
        #expect(StoreLayout.segmentFileName(number) == name)
        #expect(StoreLayout.segmentNumber(fileName: name) == number)
    }

    @Test(
        "another file is no segment",
        arguments: [
            "", ".segment", "1.segment", "+0000001.segment", "-0000001.segment", "00000000.segment",
            "00000001.segment~",
            "00000001", "0000000a.segment", "copy of 00000001.segment", "000000001.segment",
        ]
    )
    func anotherFileIsNoSegment(name: String) {
        #expect(StoreLayout.segmentNumber(fileName: name) == nil)
    }

    @Test("segments are listed in order, whatever lies beside them")
    func segmentsAreListedInOrderWhateverLiesBeside() throws {
        let store = try TemporaryStore()
        for number in [10, 2, 1] { try store.write([], toSegment: number) }
        #expect(try StoreReader(store.layout).segmentNumbers() == [1, 2, 10])
    }

    @Test("one lock a store, and it goes with its owner")
    func oneLockAStoreAndItGoesWith() throws {
        let store = try TemporaryStore()
        #expect(!StoreLock.isHeld(store.layout))
        do {
            let lock = try StoreLock(store.layout)
            #expect(StoreLock.isHeld(store.layout))
            #expect { _ = try StoreLock(store.layout) } throws: {
                let error = $0 as? StoreError
                return error?.code == .inUse && error?.message.contains(store.layout.home) == true
            }
            _ = consume lock
        }
        #expect(!StoreLock.isHeld(store.layout))
        _ = try StoreLock(store.layout)
    }

    @Test("a reader that asks whether the store is in use does not keep a proxy from starting")
    func aReaderThatAsksDoesNotKeepAProxyFromStarting() async throws {
        let store = try TemporaryStore()
        let layout = store.layout
        _ = try StoreLock(layout)
        let questions = Questions()
        await withTaskGroup { group in
            group.addTask {
                while !Task.isCancelled {
                    _ = StoreLock.isHeld(layout)
                    questions.count.withLock { $0 += 1 }
                }
            }
            // Until both have been at it many times over.
            while questions.count.withLock({ $0 }) < 100_000 {
                #expect(throws: Never.self) { _ = try StoreLock(layout) }
            }
            group.cancelAll()
        }
    }

    /// How often a reader has asked.
    private final class Questions: Sendable {
        let count = Mutex(0)
    }

    @Test("a store that is not there names the remedy")
    func aStoreThatIsNotThereNamesThe() throws {
        let store = try TemporaryStore()
        store.remove()
        #expect { _ = try StoreReader(store.layout) } throws: {
            let error = $0 as? StoreError
            return error?.code == .notFound && error?.message.contains("--home") == true
        }
    }
}
