/// The style sheet of `report.html`.
enum ReportStyle {
    static let css = """
        :root{color-scheme:light dark;--bg:#fff;--fg:#1d2733;--dim:#5c6b7a;--rule:#dde3ea;--card:#f5f7fa;
        --ok:#2f9e60;--limit:#d98a00;--err:#cf3b3b;--off:#8593a3}
        @media(prefers-color-scheme:dark){:root{--bg:#12171d;--fg:#dfe6ee;--dim:#93a1b1;--rule:#2a333e;--card:#1a2129;
        --ok:#46b97b;--limit:#e6a52e;--err:#ec6a6a;--off:#76869a}}
        *{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);
        font:14px/1.5 system-ui,sans-serif}main{max-width:1100px;margin:0 auto;padding:24px 16px 64px}
        h1{font-size:22px;margin:0 0 4px}h2{font-size:16px;margin:28px 0 8px}p{margin:4px 0;color:var(--dim)}
        .tiles{list-style:none;display:flex;gap:12px;padding:0;margin:16px 0;flex-wrap:wrap}
        .tiles li{background:var(--card);border-radius:8px;padding:10px 18px;color:var(--dim)}
        .tiles b{display:block;font-size:22px;color:var(--fg)}.tiles .bad b{color:var(--err)}
        table{border-collapse:collapse;width:100%}section>table{width:auto}
        td,th{padding:4px 12px 4px 0;text-align:left;vertical-align:top;border-top:1px solid var(--rule);
        overflow-wrap:anywhere}th{font-weight:600;white-space:nowrap;color:var(--dim)}.n{text-align:right}
        details{border-top:1px solid var(--rule);padding:0 8px}details[open]{background:var(--card);padding-bottom:12px}
        summary{display:grid;grid-template-columns:64px 104px 40px minmax(0,1fr) 84px 240px;gap:8px;align-items:center;
        padding:6px 0;cursor:pointer;font-variant-numeric:tabular-nums}.a{font-weight:600}.t,.d{color:var(--dim)}
        .d{text-align:right}.m{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}.bad .s{color:var(--err);
        font-weight:600}.line{position:relative;height:10px;background:var(--rule);border-radius:3px;overflow:hidden}
        .line i{position:absolute;top:0;bottom:0;border-right:1px solid var(--bg)}
        .legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-left:8px}
        .ok{background:var(--ok)}.limit{background:var(--limit)}.err{background:var(--err)}.off{background:var(--off)}
        pre{background:var(--bg);border:1px solid var(--rule);border-radius:6px;padding:8px;margin:4px 0;
        white-space:pre-wrap;overflow-wrap:anywhere;font:12px/1.45 ui-monospace,monospace;max-height:320px;overflow:auto}
        @media(max-width:760px){summary{grid-template-columns:56px 40px minmax(0,1fr)}.t,.d{display:none}
        .line{grid-column:1/-1}}
        """
}
