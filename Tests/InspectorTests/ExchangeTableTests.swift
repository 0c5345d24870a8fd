import Recorder
import Testing

@testable import Inspector

struct ExchangeTableTests {
    private static let utc = LocalZone { _ in 0 }
    private static let plain = TextStyle(isColoured: false)
    private static let wideTable = """
        ADDRESS  TIME                 STATUS  MODEL                       IN  OUT      TOOK  TRIES  ACCOUNT    RESULT
        x1       2026-11-20 10:00:01  200     claude-sonnet-4-5-20250929  12   20  812.4 ms      1  anthropic  complete
        x2       2026-11-20 10:00:02  200     claude-sonnet-4-5-20250929  12   20  812.4 ms      2  team-b     complete
        x3       2026-11-20 10:00:03  429     claude-sonnet-4-5-20250929   -    -  812.4 ms      1  anthropic  rate_limit_error
        x4       2026-11-20 10:00:04  -       claude-sonnet-4-5-20250929   -    -  812.4 ms      1  anthropic  client_cancelled
        x5       2026-11-20 10:00:05  200     claude-sonnet-4-5-20250929  12   20  812.4 ms      1  anthropic  truncated
        x16      2026-11-20 10:00:16  502     claude-sonnet-4-5-20250929   -    -  812.4 ms      1  anthropic  api_error
        """

    private func rows() throws -> [ExchangeSummary] {
        let store = try SampleStore()
        try store.add([.success(1), .failover(2), .error(3)])
        try store.add([.cancelledBeforeHead(4), .truncation(5), .networkFailure(16)])
        return try store.open().list(ExchangeQuery())
    }

    @Test("without a width every column is as wide as its content")
    func wide() throws {
        var table = ExchangeTable(width: nil, zone: Self.utc, style: Self.plain)
        #expect(table.lines(try rows()).joined(separator: "\n") == Self.wideTable)
    }

    @Test("a narrow terminal loses dates and long names first")
    func narrow() throws {
        var table = ExchangeTable(width: 90, zone: Self.utc, style: Self.plain)
        #expect(
            Array(table.lines(try rows()).prefix(4)) == [
                "ADDRESS  TIME      STATUS  MODEL       IN  OUT      TOOK  TRIES  ACCOUNT   RESULT",
                "x1       10:00:01  200     sonnet-4-5  12   20  812.4 ms      1  anthrop…  complete",
                "x2       10:00:02  200     sonnet-4-5  12   20  812.4 ms      2  team-b    complete",
                "x3       10:00:03  429     sonnet-4-5   -    -  812.4 ms      1  anthrop…  rate_limit_err…",
            ]
        )
    }

    @Test("no line is longer than the terminal is wide", arguments: 70...140)
    func fits(width: Int) throws {
        var table = ExchangeTable(width: width, zone: Self.utc, style: Self.plain)
        for line in table.lines(try rows()) { #expect(line.count <= width, "\(line)") }
    }

    @Test("later rows keep the columns of the first")
    func later() throws {
        let rows = try rows()
        var table = ExchangeTable(width: nil, zone: Self.utc, style: Self.plain)
        _ = table.lines([rows[0]])
        let line = table.lines([rows[2]]).joined()
        #expect(line.hasSuffix("  812.4 ms      1  anthropic  rate_li…"))
    }

    @Test("a table that is followed begins with its header")
    func headerOnly() {
        var table = ExchangeTable(width: nil, zone: Self.utc, style: Self.plain)
        #expect(table.lines([]).count == 1)
        #expect(table.lines([]).isEmpty)
    }

    @Test("colours surround cells and change no letter")
    func colours() throws {
        let rows = try rows()
        var coloured = ExchangeTable(width: 100, zone: Self.utc, style: TextStyle(isColoured: true))
        var plain = ExchangeTable(width: 100, zone: Self.utc, style: Self.plain)
        let lines = coloured.lines(rows)
        #expect(lines[3].contains("\u{1B}[31m429"))
        #expect(lines.map { $0.replacing(#/\u{1B}\[\d+m/#, with: "") } == plain.lines(rows))
    }

    @Test("what was recorded cannot command the terminal")
    func controls() throws {
        var exchange = SampleExchange.cancelledBeforeHead(1)
        exchange.model = "\u{1B}[2Jevil\u{9B}\u{202E}"
        let store = try SampleStore()
        try store.add(exchange)
        var table = ExchangeTable(width: nil, zone: Self.utc, style: Self.plain)
        let text = table.lines(try store.open().list(ExchangeQuery())).joined()
        #expect(text.contains("\\u{1b}[2Jevil\\u{9b}\\u{202e}"))
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) })
    }

    @Test(
        "colours need a terminal that wants them",
        arguments: [
            (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
            (true, ["TERM": "dumb"], false), (true, ["TERM": "xterm-256color"], true),
        ]
    )
    func style(isTerminal: Bool, environment: [String: String], isColoured: Bool) {
        #expect(TextStyle(isTerminal: isTerminal, environment: environment).isColoured == isColoured)
    }
}
