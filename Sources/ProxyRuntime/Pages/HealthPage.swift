import Foundation
import HTTPTypes
import Hummingbird
import Inspector
import NIOCore
import Recorder

/// `GET /health`: whether the proxy serves, and how the recording goes.
///
/// ```json
/// {"status":"ok","version":"0.1.0","uptime_s":12.5,
///  "accounts":{"total":3,"active":2,"cooling_down":1,"failing":0,"paused":0},
///  "recording":{"state":"recording","reason":null,"queue_bytes":0,"recorded":17,"lost":0,"lost_by_reason":{}}}
/// ```
/// The status is 200 as long as requests are proxied, `degraded` when recordings are being lost. Accounts are counted and
/// not named, as everybody may ask.
struct HealthPage: Sendable {
    private let recorder: CapturePipeline
    private let accounts: AccountsPage
    private let started: NIODeadline

    init(recorder: CapturePipeline, accounts: AccountsPage, started: NIODeadline) {
        self.recorder = recorder
        self.accounts = accounts
        self.started = started
    }

    private struct Health: Encodable {
        struct Recording: Encodable {
            var state: String
            var reason: String?
            var queueBytes: Int
            var recorded: Int
            var lost: Int
            var lostByReason: [String: Int]

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(state, forKey: .state)
                // Unknown is null, not absent.
                try container.encode(reason, forKey: .reason)
                try container.encode(queueBytes, forKey: .queueBytes)
                try container.encode(recorded, forKey: .recorded)
                try container.encode(lost, forKey: .lost)
                try container.encode(lostByReason, forKey: .lostByReason)
            }

            enum CodingKeys: String, CodingKey {
                case state, reason, recorded, lost
                case queueBytes = "queue_bytes"
                case lostByReason = "lost_by_reason"
            }
        }

        var status: String
        var version: String
        var uptime: Double
        var accounts: [String: Int]
        var recording: Recording

        enum CodingKeys: String, CodingKey {
            case status, version, accounts, recording
            case uptime = "uptime_s"
        }
    }

    func response() throws -> Response {
        let state = recorder.recordingState
        let uptime = Double((NIODeadline.now() - started).nanoseconds / 1_000_000) / 1000
        let health = Health(
            status: state.degraded == nil ? "ok" : "degraded",
            version: ToolVersion.current,
            uptime: uptime,
            accounts: counts(),
            recording: Health.Recording(
                state: state.degraded == nil ? "recording" : "degraded",
                reason: state.degraded,
                queueBytes: state.queueBytes,
                recorded: state.recorded,
                lost: state.lostCount,
                lostByReason: state.lost
            )
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(health)))
        )
    }

    private func counts() -> [String: Int] {
        let statuses = accounts.statuses(showKeys: false)
        var counts = ["total": statuses.count]
        for state in AccountStatus.State.allCases { counts[state.rawValue] = statuses.count { $0.state == state } }
        return counts
    }
}
