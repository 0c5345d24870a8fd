/// The family of a model, which quotas of a part of the models are kept by.
package enum ModelFamily {
    private static let known = ["opus", "sonnet", "haiku", "fable", "mythos"]

    /// The family in a model's id, such as `opus` of `claude-opus-4-5-20251101`; an id without one is its own family.
    package static func of(_ model: String) -> String {
        let id = model.utf8
        for family in known where id.containsWord(family.utf8) { return family }
        return String(model.prefix(64))
    }
}

extension String.UTF8View {
    fileprivate func containsWord(_ word: String.UTF8View) -> Bool {
        guard let first = word.first else { return false }
        var position = startIndex
        while position < endIndex {
            if self[position] | 0x20 == first,
                self[position...].prefix(word.count).lazy.map({ $0 | 0x20 })
                    .elementsEqual(word)
            {
                return true
            }
            position = index(after: position)
        }
        return false
    }
}
