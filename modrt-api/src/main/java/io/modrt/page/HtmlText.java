package io.modrt.page;

import java.util.Locale;

/** The style of the pages, and text in them. */
public final class HtmlText {
    /** The style sheet that all pages begin with. */
    public static final String STYLE = """
            :root { color-scheme: light dark; --ink: #1d2430; --soft: #5c6675; --paper: #fbfaf7; --card: #ffffff; --line: #e3e0d8 }
            @media (prefers-color-scheme: dark) {
              :root { --ink: #e6e4de; --soft: #9aa3af; --paper: #15181d; --card: #1d2128; --line: #333945 } }
            body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto; padding: 2.5rem 1.5rem; max-width: 68rem }
            h1 { font-size: 1.7rem; margin: 0 } h2 { font-size: 1.05rem; margin: 2rem 0 .6rem }
            p { margin: .2rem 0; color: var(--soft) } code, td.n, .mono { font: 13px/1.5 ui-monospace, monospace }
            .verdict { display: inline-block; padding: .1rem .7rem; border-radius: 1rem; color: #fff; font-size: .85rem; vertical-align: .3rem; margin-left: .6rem }
            .legend { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1.2rem 0 }
            .legend span { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; padding: .25rem .7rem; font-size: .85rem }
            .legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem; margin-right: .45rem; vertical-align: -.08rem }
            svg.map { width: 100%; background: var(--card); border: 1px solid var(--line); border-radius: .4rem; display: block }
            table { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--line) }
            th { text-align: left; font-weight: 600; color: var(--soft); font-size: .8rem }
            th, td { padding: .28rem .7rem; border-top: 1px solid var(--line); vertical-align: middle } td.n, th.n { text-align: right }
            .bar { display: flex; height: .75rem; border-radius: .2rem; overflow: hidden; min-width: 12rem }
            """;

    private HtmlText() {}

    /** A number with commas. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code raw} escaped for HTML: names come from module files, which need not be trustworthy. */
    public static String text(String raw) {
        StringBuilder text = new StringBuilder();
        raw.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> text.append("&amp;");
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '"' -> text.append("&quot;");
                default -> text.appendCodePoint(Character.isISOControl(c) ? '\ufffd' : c);
            }
        });
        return text.toString();
    }
}
