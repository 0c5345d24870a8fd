import HTTPTypes
import Hummingbird
import NIOCore
import Recorder

/// `GET /api/accounts`: the accounts as `proxy accounts list --json` shows them.
///
/// ```json
/// {"accounts":[{"name":"team-a","source":"file",…,"status":"active","requests":12,…}]}
/// ```
struct AccountsPage: Sendable {
    let directory: AccountDirectory
    let maskingKey: MaskingKey?
    /// What the proxy knows of its accounts now.
    let routing: @Sendable () -> RoutingSnapshot

    /// The accounts as they are now.
    func statuses(showKeys: Bool) -> [AccountStatus] {
        AccountStatus.all(
            directory.entries,
            snapshot: routing(),
            maskingKey: showKeys ? maskingKey : nil,
            at: WallClock.now()
        )
    }

    func response() -> Response {
        let statuses = statuses(showKeys: true)
        var json = JSONWriter()
        json.object { json in
            json.member("accounts") { json in
                json.array { json in
                    for status in statuses { json.element { status.write(to: &$0) } }
                }
            }
        }
        return Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes))
        )
    }
}
