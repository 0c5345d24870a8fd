package import Recorder

/// A token bucket of an API key, as `anthropic-ratelimit-<name>-{limit,remaining,reset}` tell of it.
package struct LimitBucket: Hashable, Sendable, Codable {
    /// `requests`, `tokens`, `input-tokens` or `output-tokens`.
    package var name: String
    /// What a full bucket holds.
    package var limit: Int?
    /// What it held when the answer was made; tokens are rounded to thousands.
    package var remaining: Int?
    /// By when it is full again.
    package var reset: Timestamp?

    /// Names a bucket of which nothing is known.
    package init(name: String) {
        self.name = name
    }
}
