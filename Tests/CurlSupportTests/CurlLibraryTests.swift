import CurlSupport
import Testing

struct CurlLibraryTests {
    @Test("the library says its version in numbers")
    func theLibrarySaysItsVersionInNumbers() {
        let numbers = CurlLibrary.version.split(separator: ".").compactMap { Int($0) }
        #expect(numbers.count >= 2 && numbers[0] >= 7, "\(CurlLibrary.version)")
    }
}
