import Testing

@testable import Recorder

@Suite("Cutting request bodies")
struct BodyCutterTests {
    /// Cuts a text and gives back the result with the units' texts.
    private func cut(_ text: String) -> (result: CutResult, units: [String]) {
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBytes { BodyCutter.cut($0) }
        return (result, result.units.map { String(decoding: bytes[$0.range], as: UTF8.self) })
    }

    private func cut(_ text: String, after previous: String) -> CutResult {
        let old = Array(previous.utf8)
        return old.withUnsafeBytes { old in
            Array(text.utf8).withUnsafeBytes { BodyCutter.cut($0, previous: (old, BodyCutter.cut(old))) }
        }
    }

    @Test("cuts between messages, system blocks and tools, with the comma in front")
    func borders() {
        let (result, units) = cut(
            #"{"model":"m","messages":[{"role":"user"}, {"role":"assistant"}],"system":[{"a":1}],"tools":[],"stream":true} "#
        )
        #expect(
            units == [
                #"{"model":"m","messages":["#, #"{"role":"user"}"#, #", {"role":"assistant"}"#, #"],"system":["#,
                #"{"a":1}"#,
                #"],"tools":["#, #"],"stream":true} "#,
            ]
        )
        #expect(
            result.units.map(\.kind) == [.skeleton, .element, .element, .skeleton, .element, .skeleton, .skeleton]
        )
        #expect(result.units.map(\.array) == [.messages, .messages, .messages, .system, .system, .tools, nil])
        #expect(result.isStructured)
    }

    @Test(
        "cuts only the arrays of the top level",
        arguments: [
            (#"{"a":{"messages":[1,2]},"b":["tools",{"system":[3]}]}"#, 1),
            (#"{"messages":"text","system":{"tools":[1]}}"#, 1),
            ("{}", 1), (" { } ", 1), (#"{"messages":[]}"#, 2), (#"{ "messages" : [ 1 , 2 ] }"#, 4),
            (#"{"m\u0065ssages":[1,2]}"#, 4), (#"{"messages":[1],"messages":[2]}"#, 5),
        ]
    )
    func topLevelOnly(_ text: String, _ count: Int) {
        let (result, units) = cut(text)
        #expect(units.count == count)
        #expect(units.joined() == text)
        #expect(result.isStructured)
    }

    @Test(
        "leaves alone what is no JSON object",
        arguments: [
            "hello", "[1,2]", "\"messages\"", #"{"messages":[1,2]"#, #"{"messages":[1 2]}"#, #"{"messages":[1,]}"#,
            #"{"messages":[1],}"#, #"{"messages":[1]} x"#, #"{"messages":[1]}{}"#, #"{"messages":[,1]}"#,
            #"{messages:[1]}"#,
        ]
    )
    func unstructured(_ text: String) {
        let (result, units) = cut(text)
        #expect(units == [text])
        #expect(!result.isStructured)
        #expect(result.topLevel == TopLevelMembers())
        #expect(cut(text, after: text).reused == [0])
        #expect(cut(text, after: text + " ").reused == [nil])
    }

    @Test("leaves a body of very many elements whole, so that the units need no more memory than the body")
    func tooManyUnits() {
        let elements = Array(repeating: "1", count: 1 << 17).joined(separator: ",")
        let (result, units) = cut(#"{"messages":[\#(elements)]}"#)
        #expect(units.count == 1)
        #expect(!result.isStructured)
        #expect(cut(#"{"messages":[\#(elements.dropLast(8))]}"#).units.count == (1 << 17) - 4 + 2)
    }

    @Test("an empty body has no units")
    func empty() {
        #expect(cut("").units.isEmpty)
    }

    @Test("tells where the members lie that others ask for")
    func topLevel() {
        let text =
            #"{"model":"m","messages":[{"model":"no"}],"metadata":{"user_id":"u"},"max_tokens" : 12 ,"stream":true}"#
        let bytes = Array(text.utf8)
        for result in [cut(text).result, cut(text, after: text), cut(text, after: #"{"model":"m","messages":[]}"#)] {
            func value(_ range: Range<Int>?) -> String? { range.map { String(decoding: bytes[$0], as: UTF8.self) } }
            #expect(value(result.topLevel.model) == "\"m\"")
            #expect(value(result.topLevel.metadata) == #"{"user_id":"u"}"#)
            #expect(value(result.topLevel.maxTokens) == "12")
            #expect(value(result.topLevel.stream) == "true")
        }
    }

    @Test("does not take members over from a body that names one twice")
    func repeatedMembers() {
        let old = #"{"model":"a","messages":[1],"model":"b"}"#
        let new = #"{"model":"a","messages":[1],"other":"b"}"#
        let bytes = Array(new.utf8)
        let model = cut(new, after: old).topLevel.model
        #expect(model.map { String(decoding: bytes[$0], as: UTF8.self) } == "\"a\"")
    }

    @Test("takes over all of an equal body without scanning")
    func equalBody() {
        let text = #"{"messages":[{"a":1},{"b":2}],"tools":[{"c":3}],"stream":true}"#
        let result = cut(text, after: text)
        #expect(result.reused == [0, 1, 2, 3, 4, 5])
        #expect(result.scannedBytes == 0)
    }

    @Test("a number that goes on is not the number it begins with")
    func numbers() {
        #expect(cut(#"{"messages":[1,22]}"#, after: #"{"messages":[1,2]}"#).reused == [0, 1, nil, 3])
        #expect(cut(#"{"messages":[12]}"#, after: #"{"messages":[1]}"#).reused == [0, nil, 2])
    }

    @Test("white space or garbage behind an equal body is seen")
    func longerThanPrevious() {
        let text = #"{"messages":[{"a":1}],"stream":true}"#
        let spaced = cut(text + " \n", after: text)
        #expect(spaced.isStructured)
        #expect(spaced.reused == [0, 1, nil])
        #expect(spaced.units == cut(text + " \n").result.units)
        #expect(!cut(text + "}", after: text).isStructured)
        #expect(!cut(String(text.dropLast()), after: text).isStructured)
    }

    @Test("finds its way back behind changed, new and missing elements")
    func resynchronises() {
        let old = #"{"messages":[{"a":1},{"b":2},{"c":3}],"system":[{"s":1}],"tools":[{"t":1},{"t":2}],"n":1}"#
        // One changed, one appended: the shape of a turn in which a cache marker moved.
        let grown =
            #"{"messages":[{"a":1},{"b":0},{"c":3},{"d":4}],"system":[{"s":1}],"tools":[{"t":1},{"t":2}],"n":1}"#
        #expect(cut(grown, after: old).reused == [0, 1, nil, 3, nil, 4, 5, 6, 7, 8, 9])
        // The first one went away; the new first has no comma.
        let shrunk = #"{"messages":[{"b":2},{"c":3}],"system":[{"s":1}],"tools":[{"t":1},{"t":2}],"n":1}"#
        #expect(cut(shrunk, after: old).reused == [0, nil, 3, 4, 5, 6, 7, 8, 9])
        // One came in between, and the end differs too.
        let inserted =
            #"{"messages":[{"a":1},{"x":9},{"b":2},{"c":3}],"system":[{"s":1}],"tools":[{"t":1},{"t":2}],"n":2}"#
        #expect(cut(inserted, after: old).reused == [0, 1, nil, 2, 3, 4, 5, 6, 7, 8, nil])
        // All messages replaced.
        let replaced = #"{"messages":[{"z":1}],"system":[{"s":1}],"tools":[{"t":1},{"t":2}],"n":1}"#
        #expect(cut(replaced, after: old).reused == [0, nil, 4, 5, 6, 7, 8, 9])
    }

    /// The body of a turn as Claude Code makes it: tools and system behind the messages, a cache marker on the last one.
    private func turn(_ count: Int) -> String {
        let messages = (0..<count).map { index in
            let marker = index == count - 1 ? #","cache_control":{"type":"ephemeral"}"# : ""
            let text = String(repeating: "message \(index) says \\\"something\\\" ", count: 20)
            return
                #"{"role":"\#(index % 2 == 0 ? "user" : "assistant")","content":[{"type":"text","text":"\#(text)"\#(marker)}]}"#
        }
        let tools = (0..<28).map { index in
            #"{"name":"tool\#(index)","description":"\#(String(repeating: "long text ", count: 300))"}"#
        }
        return #"{"model":"m","messages":[\#(messages.joined(separator: ","))],"system":[{"type":"text","text":"s"}],"#
            + #""tools":[\#(tools.joined(separator: ","))],"max_tokens":32000,"stream":true}"#
    }

    @Test("a turn that repeats its history costs only what is new", arguments: [3, 25, 101])
    func newBytesOnly(count: Int) {
        let old = turn(count)
        let new = turn(count + 2)
        let result = cut(new, after: old)
        // The message that lost its marker, and the two new ones.
        let fresh = zip(result.units, result.reused).filter { $1 == nil }.map(\.0.range.count)
        #expect(fresh.count == 3)
        #expect(result.scannedBytes == fresh.reduce(0, +))
        #expect(result.scannedBytes < 3000)
        #expect(cut(new).result.scannedBytes == new.utf8.count)
        #expect(result.units == cut(new).result.units)
        #expect(result.topLevel == cut(new).result.topLevel)
    }

    @Test("with any previous body gives the same units as without, and reuses only equal bytes")
    func fuzz() {
        var random = WireRandom(seed: 41)
        let elements = ["1", "12", #"{"a":1}"#, #""x""#, "[]", #"{"t":"]"}"#, "null", #" {"b" : [2]} "#]
        let alphabet = Array(#"{}[]",:12 a"#.utf8)
        func list() -> String {
            (0..<Int.random(in: 0...5, using: &random)).map { _ in elements.randomElement(using: &random) ?? "" }
                .joined(separator: ",")
        }
        func document() -> [UInt8] {
            let members = [
                #""model":"m""#, #""messages":[\#(list())]"#, #""system":[\#(list())]"#, #""tools":[\#(list())]"#,
                #""stream":true"#,
                #""system":"text""#, #""max_tokens":5"#,
            ]
            let chosen = members.filter { _ in Int.random(in: 0...3, using: &random) > 0 }
            let text = Array("{\(chosen.joined(separator: ","))}".utf8)
            return Int.random(in: 0...4, using: &random) == 0 ? random.mutate(text, alphabet: alphabet) : text
        }
        var reusedCount = 0
        for _ in 0..<20_000 {
            let old = document()
            let new = Bool.random(using: &random) ? document() : random.mutate(old, alphabet: alphabet)
            old.withUnsafeBytes { old in
                new.withUnsafeBytes { new in
                    let oldCut = BodyCutter.cut(old)
                    let cold = BodyCutter.cut(new)
                    let warm = BodyCutter.cut(new, previous: (old, oldCut))
                    let text = String(decoding: new, as: UTF8.self)
                    #expect(warm.units == cold.units, "\(text)")
                    #expect(warm.isStructured == cold.isStructured, "\(text)")
                    #expect(warm.topLevel == cold.topLevel, "\(text)")
                    #expect(cold.isStructured == isObject(new), "\(text)")
                    #expect(cold.units.flatMap { new[$0.range] } == Array(new), "\(text)")
                    #expect(warm.reused.count == warm.units.count)
                    for (unit, index) in zip(warm.units, warm.reused) {
                        guard let index else { continue }
                        reusedCount += 1
                        #expect(new[unit.range].elementsEqual(old[oldCut.units[index].range]), "\(text)")
                    }
                }
            }
        }
        #expect(reusedCount > 10_000)
    }

    private func isObject(_ bytes: UnsafeRawBufferPointer) -> Bool {
        JSONValue(validating: bytes)?.kind == .object
    }
}
