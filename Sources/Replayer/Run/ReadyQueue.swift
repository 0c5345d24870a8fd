/// Indices of steps, the earliest first: a binary heap, as plans give earlier steps smaller indices.
struct ReadyQueue: Sendable {
    private var heap: [Int] = []

    /// The earliest.
    var first: Int? { heap.first }

    /// Adds an index.
    mutating func insert(_ index: Int) {
        heap.append(index)
        var child = heap.count - 1
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Removes the earliest, if there is one.
    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[smallest] {
                smallest = child
            }
            if smallest == parent { return }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
