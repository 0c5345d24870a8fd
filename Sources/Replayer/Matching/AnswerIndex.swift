import Recorder

/// Which recorded answer a request gets: by rung, then first in, first out, account by account.
///
/// A value type without I/O; it holds hashes and addresses, some hundred bytes an answer and eight a message.
struct AnswerIndex: Sendable {
    /// A recorded answer.
    struct Slot: Sendable {
        /// Its address, such as `x17.2`.
        var address: String
        /// The request it answered.
        var face: RequestFace
        /// The account that it was recorded with, in whatever words tell accounts apart.
        var account: String?
    }

    /// What a request gets.
    enum Choice: Equatable {
        case answer(slot: Int, rung: MatchRung)
        /// These answers were recorded for equal requests, and all of them are given.
        case usedUp(rung: MatchRung, slots: [Int])
        case none
    }

    /// Answers of equal requests, in the order of their recording.
    private struct Equal {
        var slots: [Int] = []
        /// All before it were given.
        var start = 0
    }

    private(set) var slots: [Slot] = []
    /// How many requests were answered at each rung, and how many were not.
    private(set) var counts: [MatchRung: Int] = [:]

    private let loosest: MatchRung
    private let loops: Bool
    private var places: [MatchRung: [Digest: Equal]] = [:]
    private var isUsed: [Bool] = []
    private var wasEverUsed: [Bool] = []
    /// The account that each live credential stands for, by the credential's hash.
    private var bound: [UInt64: String] = [:]
    /// The accounts that a credential stands for.
    private var boundAccounts: Set<String> = []
    /// Credentials that are remembered; more are told apart no longer.
    private static let credentialLimit = 4096

    /// Makes an index.
    ///
    /// - Parameters:
    ///   - loosest: the last rung that still is an answer.
    ///   - loops: whether used answers are given again.
    init(loosest: MatchRung, loops: Bool) {
        self.loosest = loosest
        self.loops = loops
    }

    /// Adds an answer; they come in the order of their recording.
    mutating func add(_ slot: Slot) {
        for (rung, hash) in slot.face.hashes {
            places[rung, default: [:]][hash, default: Equal()].slots.append(slots.count)
        }
        slots.append(slot)
        isUsed.append(false)
        wasEverUsed.append(false)
    }

    /// Chooses the answer of a request and counts it.
    ///
    /// - Parameters:
    ///   - face: the request.
    ///   - credential: a hash of what it authenticates with, if anything.
    /// - Returns: the slot with the strictest rung that has one left.
    mutating func choose(_ face: RequestFace, credential: UInt64?) -> Choice {
        var usedUp: Choice?
        for rung in MatchRung.allCases where rung <= loosest && rung != .unmatched {
            guard let hash = face.hashes[rung], let equal = places[rung]?[hash]?.slots else { continue }
            if let slot = free(rung, hash, credential) ?? again(rung, hash, credential) {
                take(slot, credential)
                counts[rung, default: 0] += 1
                return .answer(slot: slot, rung: rung)
            }
            if usedUp == nil { usedUp = .usedUp(rung: rung, slots: equal) }
        }
        counts[.unmatched, default: 0] += 1
        return usedUp ?? .none
    }

    /// Takes back a choice whose answer could not be given: its request counts as unmatched, the answer as unused.
    mutating func withdraw(slot: Int, rung: MatchRung) {
        wasEverUsed[slot] = false
        counts[rung, default: 0] -= 1
        counts[.unmatched, default: 0] += 1
    }

    /// Answers that were never given.
    var unused: Int { wasEverUsed.count { !$0 } }

    /// The slots nearest to a request, at most three, the nearest first.
    func nearest(_ face: RequestFace) -> [Int] {
        var best: [(slot: Int, nearness: Int)] = []
        var seen: Set<Digest> = []
        for (index, slot) in slots.enumerated() {
            let nearness = face.nearness(slot.face)
            guard best.count < 3 || nearness > best[2].nearness else { continue }
            // Equal requests say the same three times.
            if let hash = slot.face.hashes[.exact], !seen.insert(hash).inserted { continue }
            let place = best.firstIndex { $0.nearness < nearness } ?? best.count
            best.insert((index, nearness), at: place)
            if best.count > 3 { best.removeLast() }
        }
        return best.map(\.slot)
    }

    // MARK: - First in, first out, account by account

    private mutating func free(_ rung: MatchRung, _ hash: Digest, _ credential: UInt64?) -> Int? {
        guard var equal = places[rung]?[hash] else { return nil }
        while equal.start < equal.slots.count, isUsed[equal.slots[equal.start]] { equal.start += 1 }
        places[rung]?[hash]?.start = equal.start
        let free = equal.slots[equal.start...].lazy.filter { [isUsed] in !isUsed[$0] }
        guard let credential else { return free.first }
        if let account = bound[credential] {
            return free.first { self.slots[$0].account == account } ?? free.first { isUnbound($0) } ?? free.first
        }
        return free.first { isUnbound($0) } ?? free.first
    }

    private func isUnbound(_ slot: Int) -> Bool {
        guard let account = slots[slot].account else { return true }
        return !boundAccounts.contains(account)
    }

    private mutating func again(_ rung: MatchRung, _ hash: Digest, _ credential: UInt64?) -> Int? {
        guard loops, let slots = places[rung]?[hash]?.slots else { return nil }
        for slot in slots { isUsed[slot] = false }
        // Those are free again at the other rungs as well.
        for rung in MatchRung.allCases {
            for hash in Set(slots.compactMap { self.slots[$0].face.hashes[rung] }) { places[rung]?[hash]?.start = 0 }
        }
        return free(rung, hash, credential)
    }

    private mutating func take(_ slot: Int, _ credential: UInt64?) {
        isUsed[slot] = true
        wasEverUsed[slot] = true
        if let credential, let account = slots[slot].account, bound[credential] == nil,
            bound.count < AnswerIndex.credentialLimit
        {
            bound[credential] = account
            boundAccounts.insert(account)
        }
    }
}
