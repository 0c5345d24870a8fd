import ArgumentParser

/// The value of `--last`.
enum LastCount: ExpressibleByArgument {
    case newest(Int)
    case all

    init?(argument: String) {
        if argument == "all" {
            self = .all
        } else if let count = Int(argument), count > 0 {
            self = .newest(count)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String {
        limit.map { String($0) } ?? "all"
    }

    var limit: Int? {
        if case .newest(let count) = self { count } else { nil }
    }
}
