/// One rule of a scenario: which requests it is for, how often, and the answer.
package struct ScenarioRule: Sendable, Hashable {
    /// A name for people; may be empty.
    package var name: String
    /// Which requests the rule is for.
    package var match: RequestMatch
    /// How many requests the rule answers before it is used up; `nil` is no limit.
    package var times: Int?
    /// The answer.
    package var answer: ScriptedAnswer

    /// Makes a rule.
    package init(
        name: String = "",
        match: RequestMatch = RequestMatch(),
        times: Int? = nil,
        answer: ScriptedAnswer
    ) {
        self.name = name
        self.match = match
        self.times = times
        self.answer = answer
    }
}
