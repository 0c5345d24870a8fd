/// The detectors in force.
enum Detectors {
    /// Every detector; where two match the same bytes the one that stands first names the kind.
    static let all: [any SecretDetector] = [
        AnthropicDetector(),
        ClientKeyDetector(),
        AWSDetector(),
        GoogleDetector(),
        OpenAIDetector(),
        GitHubDetector(),
        SlackDetector(),
        StripeDetector(),
        WebTokenDetector(),
        PrivateKeyDetector(),
        AuthorizationDetector(),
        AddressDetector(),
        NamedValueDetector(),
    ]

    /// The place of `AddressDetector` in `all`; the scanner looks for its `@` by itself.
    static let addressRank = all.firstIndex { $0 is AddressDetector } ?? 0

    /// The detectors arranged for scanning.
    static let index = AnchorIndex(all)
}
