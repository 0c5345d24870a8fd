package import CurlSupport

/// How a replay runs.
package struct RunSettings: Sendable {
    /// Where requests go.
    package var target: ReplayTarget
    /// How fast recorded time passes.
    package var speed = ReplaySpeed.max
    /// How many requests may be on their way at once.
    package var concurrency = 8
    /// What is put into requests.
    package var additions = ReplayRequest.Additions()
    /// The sum in pico-dollars that must not be passed; `nil` for none.
    package var maxCost: Int64?
    /// The limits of each transfer.
    package var limits = CurlLimits(silence: .seconds(600), body: 64 << 20)
    /// Whether HTTP/1.1 is spoken even where TLS would agree on HTTP/2.
    package var speaksHTTP1 = false
    /// A PEM file of the authorities to trust instead of the system's.
    package var authorityFile: String?

    /// Makes the settings of the defaults.
    package init(target: ReplayTarget) {
        self.target = target
    }
}
