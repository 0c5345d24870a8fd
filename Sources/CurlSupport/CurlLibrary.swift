import CCurl

/// The libcurl that this program runs with.
package enum CurlLibrary {
    /// Its version, such as `7.88.1`.
    package static var version: String {
        // The library answers with what it has, whatever newer form of the question is asked.
        guard let information = curl_version_info(CURLVERSION_FIRST) else { return "?" }
        return String(cString: information.pointee.version)
    }

    /// Whether the library is set up, which is done once and never undone.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
