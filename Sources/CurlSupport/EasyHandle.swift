import CCurl

/// One of libcurl's easy handles; used by the client's thread alone, over and over.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    /// libcurl writes the reason of a failure here; it has to live as long as the handle points to it.
    private let reason: UnsafeMutablePointer<CChar>
    private var lists: UnsafeMutablePointer<curl_slist>?

    /// Makes a handle; `nil` when there is no memory for one.
    init?() {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        reason = .allocate(capacity: Int(CURL_ERROR_SIZE))
        reason.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(pointer)
        // Only now: the handle pointed to both.
        curl_slist_free_all(lists)
        reason.deallocate()
    }

    /// Forgets the last request; connections stay with the multi handle.
    func reset() {
        curl_easy_reset(pointer)
        curl_slist_free_all(lists)
        lists = nil
    }

    /// Sets the handle up for a request whose callbacks get `context`.
    ///
    /// - Parameters:
    ///   - request: a request without a fault.
    ///   - context: stays valid until the transfer is removed from its multi handle.
    /// - Returns: `nil`, or why libcurl refuses it.
    func prepare(_ request: CurlRequest, context: UnsafeMutableRawPointer) -> String? {
        reason[0] = 0
        tapedeck_curl_set_pointer(pointer, CURLOPT_ERRORBUFFER, reason)
        tapedeck_curl_set_long(pointer, CURLOPT_NOSIGNAL, 1)
        // Nothing of the surroundings: no proxy of the environment, no other protocol, no redirects.
        tapedeck_curl_set_text(pointer, CURLOPT_PROXY, "")
        tapedeck_curl_set_text(pointer, CURLOPT_NOPROXY, "*")
        tapedeck_curl_set_text(pointer, CURLOPT_PROTOCOLS_STR, "http,https")
        tapedeck_curl_set_long(pointer, CURLOPT_FOLLOWLOCATION, 0)
        tapedeck_curl_set_long(pointer, CURLOPT_PATH_AS_IS, 1)
        tapedeck_curl_set_long(pointer, CURLOPT_HTTP_VERSION, request.version.wish)
        tapedeck_curl_set_long(pointer, CURLOPT_CONNECTTIMEOUT_MS, request.limits.connect.milliseconds)
        if let total = request.limits.total {
            tapedeck_curl_set_long(pointer, CURLOPT_TIMEOUT_MS, total.milliseconds)
        }
        if let file = request.authorityFile { tapedeck_curl_set_text(pointer, CURLOPT_CAINFO, file) }
        if request.isSentOnce {
            // Only what failed on a used connection is sent again by libcurl; it may have arrived all the same.
            tapedeck_curl_set_long(pointer, CURLOPT_FRESH_CONNECT, 1)
            tapedeck_curl_set_long(pointer, CURLOPT_FORBID_REUSE, 1)
        }
        prepareBody(request)
        guard prepareHeaders(request) else { return "no memory for the headers" }
        prepareCallbacks(context)
        let code = tapedeck_curl_set_text(pointer, CURLOPT_URL, request.url)
        return code == CURLE_OK ? nil : String(cString: curl_easy_strerror(code))
    }

    private func prepareBody(_ request: CurlRequest) {
        if request.method == "HEAD" {
            // Else it would wait for the body that the answer's head announces.
            tapedeck_curl_set_long(pointer, CURLOPT_NOBODY, 1)
        } else if let body = request.body {
            tapedeck_curl_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            // libcurl takes a copy, of the length that was set before.
            body.withUnsafeBytes { bytes in
                let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                _ =
                    text == nil
                    ? tapedeck_curl_set_text(pointer, CURLOPT_COPYPOSTFIELDS, "")
                    : tapedeck_curl_set_text(pointer, CURLOPT_COPYPOSTFIELDS, text)
            }
        } else {
            tapedeck_curl_set_long(pointer, CURLOPT_HTTPGET, 1)
        }
        tapedeck_curl_set_text(pointer, CURLOPT_CUSTOMREQUEST, request.method)
    }

    private func prepareHeaders(_ request: CurlRequest) -> Bool {
        // Without a value and with a colon: libcurl's own line of that name is left out.
        var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        let names = Set(request.headers.map { $0.name.lowercased() })
        lines += ["Accept", "User-Agent", "Expect", "Content-Type"].filter { !names.contains($0.lowercased()) }
            .map { "\($0):" }
        for line in lines {
            guard let longer = curl_slist_append(lists, line) else { return false }
            lists = longer
        }
        tapedeck_curl_set_list(pointer, CURLOPT_HTTPHEADER, lists)
        return true
    }

    private func prepareCallbacks(_ context: UnsafeMutableRawPointer) {
        // Both run inside `curl_multi_perform`, on the client's thread.
        tapedeck_curl_set_callback(pointer, CURLOPT_HEADERFUNCTION) { data, size, count, context in
            guard let context else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            transfer.receiveHead(UnsafeRawBufferPointer(start: data, count: size * count))
            return size * count
        }
        tapedeck_curl_set_callback(pointer, CURLOPT_WRITEFUNCTION) { data, size, count, context in
            guard let context else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.receiveBody(UnsafeRawBufferPointer(start: data, count: size * count))
        }
        tapedeck_curl_set_pointer(pointer, CURLOPT_HEADERDATA, context)
        tapedeck_curl_set_pointer(pointer, CURLOPT_WRITEDATA, context)
    }

    /// libcurl's words for what went wrong: the particular ones if it has left any.
    func reason(of code: CURLcode) -> String {
        reason[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: reason)
    }

    /// A time in microseconds; `nil` for 0, which means that the stage was not come to.
    func time(_ info: CURLINFO) -> Int64? {
        let value = offset(info)
        return value > 0 ? value : nil
    }

    /// A number of type `curl_off_t`.
    func offset(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        tapedeck_curl_get_offset(pointer, info, &value)
        return Int64(value)
    }

    /// A number of type `long`.
    func number(_ info: CURLINFO) -> Int {
        var value = 0
        tapedeck_curl_get_long(pointer, info, &value)
        return value
    }
}
