/// Where an exchange's frame lies in the live store.
package struct FrameLocation: Hashable, Sendable {
    /// The number of the segment.
    package var segment: Int
    /// The offset of the frame in the segment's file.
    package var offset: Int

    /// Makes a location.
    package init(segment: Int, offset: Int) {
        self.segment = segment
        self.offset = offset
    }
}
