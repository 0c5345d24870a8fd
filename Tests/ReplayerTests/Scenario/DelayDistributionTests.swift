import Testing

@testable import Replayer

struct DelayDistributionTests {
    @Test("the random numbers are SplitMix64's published ones")
    func isSplitMix64() {
        var random = SplitMix64(seed: 1_234_567)
        #expect([random.next(), random.next()] == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
    }

    @Test(
        "a distribution has the mean it should have, and never a negative delay",
        arguments: [
            (DelayDistribution.milliseconds(5), 5), (.uniform(low: 20, high: 80), 50),
            (.normal(mean: 400, sigma: 120), 400), (.exponential(mean: 50), 50),
            // exp(sigma² / 2) over the median.
            (.lognormal(median: 400, sigma: 0.5), 453.26), (.uniform(low: 0, high: 0), 0),
            (.lognormal(median: 0, sigma: 86_400_000), 0),
        ] as [(DelayDistribution, Double)]
    )
    func hasItsMean(distribution: DelayDistribution, mean: Double) {
        var random = SplitMix64(seed: 20_261_120)
        let draws = (0..<20_000).map { _ in distribution.draw(&random) / .milliseconds(1) }
        #expect(draws.allSatisfy { $0 >= 0 })
        #expect(abs(draws.reduce(0, +) / 20_000 - mean) <= mean * 0.03)
    }
}
