/// What an answer says about its billing besides the tokens.
package struct BillingFacts: Hashable, Sendable {
    /// `usage.service_tier`, such as `standard`, `priority` or `batch`.
    package var serviceTier: String?
    /// `usage.inference_geo`, such as `us` or `global`.
    package var inferenceGeo: String?
    /// `usage.speed`, such as `standard` or `fast`.
    package var speed: String?
    /// `usage.server_tool_use.web_search_requests`.
    package var webSearchRequests: Int

    /// Makes facts; what is not given is unknown.
    package init(
        serviceTier: String? = nil,
        inferenceGeo: String? = nil,
        speed: String? = nil,
        webSearchRequests: Int = 0
    ) {
        self.serviceTier = serviceTier
        self.inferenceGeo = inferenceGeo
        self.speed = speed
        self.webSearchRequests = webSearchRequests
    }
}
