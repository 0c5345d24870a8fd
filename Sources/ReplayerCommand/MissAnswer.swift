/// The value of `--miss`: what a request gets that nothing matches.
enum MissAnswer {
    case status(Int)
    case forward(String)

    /// Reads `599`, `404` or `forward=URL`.
    init?(_ text: String) {
        switch text {
        case "599", "404": self = .status(text == "404" ? 404 : 599)
        case _ where text.hasPrefix("forward=http://") || text.hasPrefix("forward=https://"):
            self = .forward(String(text.dropFirst("forward=".count)))
        default: return nil
        }
    }
}
