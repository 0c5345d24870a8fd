#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A line on the terminal behind standard error that says how far something is; nothing where there is no terminal.
struct ProgressBar {
    private static let width = 30

    private let total: Int
    private let isShown = isatty(STDERR_FILENO) == 1
    private var done = 0
    private var differing = 0

    /// Begins, and shows the empty bar.
    init(total: Int) {
        self.total = total
        draw()
    }

    /// Counts one more.
    mutating func advance(differs: Bool) {
        done += 1
        if differs { differing += 1 }
        draw()
    }

    /// Takes the line away, so that others can be printed.
    func clear() {
        // Back to the first column, and erase to the end of the line.
        if isShown { put("\r\u{1B}[K") }
    }

    private func draw() {
        guard isShown else { return }
        let filled = ProgressBar.width * done / max(1, total)
        let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: ProgressBar.width - filled)
        put("\r[\(bar)] \(done)/\(total)" + (differing > 0 ? ", \(differing) not the same" : ""))
    }

    private func put(_ text: String) {
        let bytes = Array(text.utf8)
        // A terminal that is gone is nobody's business here.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
