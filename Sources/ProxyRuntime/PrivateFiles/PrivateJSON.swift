import Foundation
import Recorder

/// The content of a private file: JSON with the number of its format.
///
/// Errors say where the trouble lies and never what stands there, since that may be a key.
enum PrivateJSON {
    private struct Head: Decodable {
        var version: Int
    }

    /// Decodes the content of a file.
    ///
    /// - Parameters:
    ///   - type: what the content is.
    ///   - bytes: the file's bytes.
    ///   - version: the newest format that is understood.
    ///   - path: for the message.
    /// - Returns: the content.
    /// - Throws: `SettingsError` for a newer format and for damage; nothing was overwritten.
    static func decode<Content: Decodable>(
        _ type: Content.Type,
        _ bytes: [UInt8],
        version: Int,
        path: String
    ) throws(SettingsError) -> Content {
        let data = Data(bytes)
        do {
            let found = try JSONDecoder().decode(Head.self, from: data).version
            guard found <= version else {
                throw SettingsError(
                    message: "\(path) was written by a newer program (format \(found), this one knows \(version)): "
                        + "update this program"
                )
            }
            guard found > 0 else { throw damage(path, "version") }
            return try JSONDecoder().decode(type, from: data)
        } catch let error as SettingsError {
            throw error
        } catch let error as DecodingError {
            throw damage(path, place(error))
        } catch {
            throw damage(path, nil)
        }
    }

    /// Encodes the content of a file, for people to read.
    static func encode(_ content: some Encodable, path: String) throws(SettingsError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(content)) + [UInt8(ascii: "\n")]
        } catch {
            throw SettingsError(message: "cannot write \(path): its content has no form in JSON")
        }
    }

    private static func damage(_ path: String, _ place: String?) -> SettingsError {
        let place = place.map { " at \($0)" } ?? ", it is not the JSON that it should be"
        return SettingsError(message: "\(path) is damaged\(place): restore it, or move it away; nothing was changed")
    }

    /// Where the trouble lies, as `accounts[1].key`; `nil` when nothing could be read.
    private static func place(_ error: DecodingError) -> String? {
        let path: [any CodingKey]
        switch error {
        case .keyNotFound(let key, let context): path = context.codingPath + [key]
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            path = context.codingPath
        @unknown default: return nil
        }
        guard !path.isEmpty else { return nil }
        var text = ""
        for key in path {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + key.stringValue
            }
        }
        return text
    }
}
