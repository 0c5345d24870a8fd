import Recorder

/// Finds the first place where two JSON bodies differ by the rules of a rung.
struct BodyDifference {
    /// What does not count.
    var rules: RequestRules

    /// Compares two bodies from their beginning.
    func between(_ recorded: JSONValue, _ received: JSONValue) -> FirstDifference? {
        compare(recorded, received, "", level: 0, isOpaque: false)
    }

    /// Compares what counts for rung `major`: the kind of model, `stream`, the last message.
    ///
    /// Bodies without messages are compared from their beginning.
    func betweenEnds(_ recorded: JSONValue, _ received: JSONValue) -> FirstDifference? {
        let (before, now) = (recorded.members, received.members)
        let (model, newModel) = (before["model"], now["model"])
        if model?.string.map(RequestFace.family) != newModel?.string.map(RequestFace.family) {
            return FirstDifference.whole("model", model, newModel)
        }
        if (before["stream"]?.bool == true) != (now["stream"]?.bool == true) {
            return FirstDifference.whole("stream", before["stream"], now["stream"])
        }
        let (messages, newMessages) = (Self.elements(before["messages"]), Self.elements(now["messages"]))
        guard let last = messages.last, let newLast = newMessages.last else { return between(recorded, received) }
        return compare(last, newLast, "messages[\(messages.count - 1)]", level: 1, isOpaque: false)
    }

    private func compare(
        _ recorded: JSONValue,
        _ received: JSONValue,
        _ path: String,
        level: Int,
        isOpaque: Bool
    ) -> FirstDifference? {
        guard recorded.kind == received.kind else { return differing(path, recorded, received) }
        guard level < RequestRules.depth else {
            return recorded.raw.elementsEqual(received.raw) ? nil : differing(path, recorded, received)
        }
        switch recorded.kind {
        case .object: return members(recorded, received, path, level, isOpaque)
        case .array:
            let (before, now) = (Self.elements(recorded), Self.elements(received))
            for index in 0..<max(before.count, now.count) {
                let place = "\(path)[\(index)]"
                guard index < before.count else { return FirstDifference.whole(place, nil, now[index]) }
                guard index < now.count else { return FirstDifference.whole(place, before[index], nil) }
                let found = compare(before[index], now[index], place, level: level + 1, isOpaque: isOpaque)
                if let found { return found }
            }
            return nil
        case .string:
            let (before, now) = (rules.text(recorded), rules.text(received))
            return before == now ? nil : FirstDifference.text(Self.named(path), before, now)
        case .number:
            let isSame = RequestRules.number(recorded) == RequestRules.number(received)
            return isSame ? nil : differing(path, recorded, received)
        case .bool, .null:
            return recorded.raw.elementsEqual(received.raw) ? nil : differing(path, recorded, received)
        }
    }

    private func members(
        _ recorded: JSONValue,
        _ received: JSONValue,
        _ path: String,
        _ level: Int,
        _ isOpaque: Bool
    ) -> FirstDifference? {
        let before = rules.members(of: recorded, level: level, isOpaque: isOpaque)
        let now = rules.members(of: received, level: level, isOpaque: isOpaque)
        let known = Dictionary(now.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        for (name, value) in before {
            let place = Self.step(path, name)
            guard let other = known[name] else { return FirstDifference.whole(place, value, nil) }
            let opaque = isOpaque || RequestRules.opaque.contains(name)
            if let found = compare(value, other, place, level: level + 1, isOpaque: opaque) { return found }
        }
        let names = Set(before.map(\.name))
        guard let added = now.first(where: { !names.contains($0.name) }) else { return nil }
        return FirstDifference.whole(Self.step(path, added.name), nil, added.value)
    }

    private func differing(_ path: String, _ recorded: JSONValue, _ received: JSONValue) -> FirstDifference {
        FirstDifference.whole(Self.named(path), recorded, received)
    }

    private static func named(_ path: String) -> String { path.isEmpty ? "body" : path }

    private static func elements(_ value: JSONValue?) -> [JSONValue] {
        var elements: [JSONValue] = []
        value?.forEachElement {
            elements.append($0)
            return true
        }
        return elements
    }

    /// Names are a stranger's and go to a terminal: only what can't disturb one is shown.
    private static func step(_ path: String, _ name: String) -> String {
        let shown = String(
            name.prefix(40).map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.$".contains($0)) ? $0 : "?" }
        )
        return path.isEmpty ? shown : "\(path).\(shown)"
    }
}
