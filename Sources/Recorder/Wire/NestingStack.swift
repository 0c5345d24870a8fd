/// Which of the open JSON containers are objects: one bit a level, without an allocation.
struct NestingStack {
    private(set) var depth = 0
    /// Whether the innermost container is an object.
    private(set) var isObject = false

    private var bits = InlineArray<8, UInt64>(repeating: 0)

    /// Opens a container; `false` when it would be one too many.
    mutating func push(isObject: Bool) -> Bool {
        guard depth < JSONScanner.maximumDepth else { return false }
        let bit: UInt64 = 1 << UInt64(depth & 63)
        if isObject { bits[depth >> 6] |= bit } else { bits[depth >> 6] &= ~bit }
        depth += 1
        self.isObject = isObject
        return true
    }

    /// Closes the innermost container.
    mutating func pop() {
        guard depth > 0 else { return }
        depth -= 1
        isObject = depth > 0 && bits[(depth - 1) >> 6] >> UInt64((depth - 1) & 63) & 1 == 1
    }
}
