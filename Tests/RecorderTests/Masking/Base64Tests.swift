import Foundation
import Recorder
import Testing

/// The oracle is Foundation's encoder.
struct Base64Tests {
    @Test("bytes decide the characters that no neighbour has a part in", arguments: 0..<3, [1, 2, 3, 9, 10, 11])
    func determined(shift: Int, count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 250) }
        let characters = Base64.determined(by: bytes, shift: shift, urlSafe: false)
        for neighbour in [0x00, 0xFF, 0x5A] as [UInt8] {
            let data = Data(repeating: neighbour, count: shift) + Data(bytes) + Data(repeating: neighbour, count: 3)
            let all = Array(data.base64EncodedString().utf8)
            let start = Base64.undetermined(before: shift)
            #expect(Array(all[start..<(start + characters.count)]) == characters)
        }
        let url = characters.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? 0x5F : $0 }
        #expect(Base64.determined(by: bytes, shift: shift, urlSafe: true) == url)
        #expect(characters.allSatisfy(Base64.holds) && url.allSatisfy(Base64.holds))
        #expect(!Base64.holds(UInt8(ascii: "=")))
    }
}
