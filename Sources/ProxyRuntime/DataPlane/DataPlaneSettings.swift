import Recorder

/// What the data plane needs to know.
package struct DataPlaneSettings: Sendable {
    /// How long it waits for what.
    package var limits = TimeLimits()
    /// The largest request body in bytes; more is answered with 413.
    package var bodyLimit = 32 << 20
    /// The largest request head in bytes; more is answered with 431.
    package var headLimit = 64 << 10
    /// Bytes of answer after which the recorder gets a part and the event loop lets go of it.
    package var partSize = 64 << 10
    /// Whether the end of an answer waits until the exchange is written.
    package var isStrict = true

    /// Whether requests that other sites have a browser send are refused where accounts serve and no key is asked for.
    package var refusesStrangers = true

    /// Makes the settings of the defaults.
    package init() {}
}
