/// The numbers that a store gives to its exchanges.
package enum StoreNumbers {
    /// The highest number given so far, or 0.
    ///
    /// - Throws: `StoreError` when the store can't be read.
    package static func last(_ reader: StoreReader) throws(StoreError) -> UInt64 {
        try last(reader, before: .max)
    }

    /// The highest number given before a segment was begun, or 0.
    ///
    /// The last segment knows it; older ones are asked, and the bundles, when it is of a program that did not note it.
    static func last(_ reader: StoreReader, before segment: Int) throws(StoreError) -> UInt64 {
        for number in try reader.segmentNumbers().reversed() where number < segment {
            var last: UInt64 = 0
            var scan = try SegmentScan(reader.layout, number: number)
            while let frame = try scan.next() {
                switch frame.content {
                case .exchange(let exchange): last = max(last, exchange.number)
                case .opening(let next): last = max(last, next - 1)
                case .piece, .gap, .unknown: break
                }
            }
            if last > 0 { return last }
        }
        var last: UInt64 = 0
        for bundle in try reader.bundles() {
            let path = reader.layout.bundles + "/" + bundle.name
            // A bundle that can't be read has no say: `doctor` names it.
            if let file = try? BundleFile(path: path, contents: .manifest) {
                last = max(last, file.manifest?.lastNumber ?? 0)
            }
        }
        return last
    }

    /// Sees to it that numbers up to one are not given again.
    ///
    /// - Parameters:
    ///   - number: the highest number that is taken.
    ///   - layout: the store, whose lock the caller holds.
    /// - Throws: `StoreError` when the store can't be written.
    package static func reserve(upTo number: UInt64, in layout: StoreLayout) throws(StoreError) {
        let reader = try StoreReader(layout)
        let sealed = try reader.bundles().compactMap(\.segment).max() ?? 0
        let live = max(try reader.segmentNumbers().last ?? 1, sealed + 1)
        var writer = try SegmentWriter(layout: layout, number: live)
        writer.append(openingWith: number + 1)
        try writer.flush(toDisk: true)
    }
}
