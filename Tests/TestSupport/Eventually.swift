/// Looks again and again until a value is there; only for what nothing can signal.
///
/// - Parameters:
///   - limit: how long to look.
///   - value: gives the value, or `nil` when it is not there yet.
/// - Returns: the value, or `nil` when the time is over.
/// - Throws: what `value` throws.
package func eventually<Value>(
    within limit: Duration = .seconds(60),
    _ value: () async throws -> Value?
) async throws -> Value? {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while clock.now < end {
        if let value = try await value() { return value }
        try await Task.sleep(for: .milliseconds(10))
    }
    return try await value()
}
