/// A request that is sent on as it came.
package struct ForwardedMiss: Hashable, Sendable {
    /// The method.
    package var method: String
    /// The path with the query.
    package var uri: String
    /// The header lines.
    package var headers: [ScriptedHeader]
    /// The body.
    package var body: [UInt8]
}
