package import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The time zone of the person at the terminal: how far local time is ahead of UTC at an instant.
package struct LocalZone: Sendable {
    private let offset: @Sendable (_ seconds: Int64) -> Int64

    /// Makes a zone from a function that gives the offset in seconds at an instant in seconds since the Unix epoch.
    package init(offset: @escaping @Sendable (_ seconds: Int64) -> Int64) {
        self.offset = offset
    }

    /// The zone of this machine, or of `TZ`.
    package static let system = LocalZone { seconds in
        var seconds = time_t(seconds)
        var local = tm()
        guard localtime_r(&seconds, &local) != nil else { return 0 }
        return Int64(local.tm_gmtoff)
    }

    /// An instant as local date and time without fraction, such as `2026-11-20 10:00:00`.
    package func text(_ instant: Timestamp) -> String {
        let shifted = instant.advanced(byMicroseconds: offset(seconds(instant)) * 1_000_000)
        return String(shifted.description.prefix(19)).split(separator: "T").joined(separator: " ")
    }

    /// The instant at which local clocks show what UTC clocks show at `wall`.
    func instant(wall: Timestamp) -> Timestamp {
        // The offset is known for instants; a second look settles the hours around a change of the clocks.
        let first = wall.advanced(byMicroseconds: -offset(seconds(wall)) * 1_000_000)
        return wall.advanced(byMicroseconds: -offset(seconds(first)) * 1_000_000)
    }

    private func seconds(_ instant: Timestamp) -> Int64 {
        instant.microseconds / 1_000_000
    }
}
