import Testing

@testable import Inspector

struct IdentityTextTests {
    /// A text of `metadata.user_id` with `<…>` around what is replaced.
    @Test(
        "ids are found in every form",
        arguments: [
            ("user_ab12_account_cd34_session_ef56", "user_<ab12>_account_<cd34>_session_ef56"),
            ("user_ab12_account__session_ef56", "user_<ab12>_account__session_ef56"),
            ("user_ab12_account_cd34", "user_<ab12>_account_<cd34>"),
            ("user_ab12_session_ef56", "<user_ab12>_session_ef56"),
            ("someone", "<someone>"),
            ("default", "default"),
            ("", ""),
            (
                #"{"device_id":"ab","account_uuid":"","session_id":"s"}"#,
                #"{"device_id":"<ab>","account_uuid":"","session_id":"s"}"#
            ),
            (#"{ "device_id" : 12, "new_id":"x y" }"#, #"{ "device_id" : "<12>", "new_id":"<x y>" }"#),
            (#"{"device_id":"#, #"<{"device_id":>"#),
            (
                "user_***masked:id:0123abcd***_account_***masked:id:0123abcd***_session_s",
                "user_***masked:id:0123abcd***_account_***masked:id:0123abcd***_session_s"
            ),
        ]
    )
    func idsAreFoundInEveryForm(text: String, expected: String) {
        #expect(IdentityText(metadata: text).tagged { "<\($0)>" } == expected)
    }

    @Test("the name that usage counts for has no session")
    func theNameThatUsageCountsForHasNoSession() {
        #expect(IdentityText(user: "a_session_b").tagged { "<\($0)>" } == "<a_session_b>")
        #expect(IdentityText(user: "user_a_account_b").tagged { "<\($0)>" } == "user_<a>_account_<b>")
    }
}
