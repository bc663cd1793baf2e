package io.modrt.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;

/**
 * A Markdown page.
 *
 * @param path the file, relative to the repository's root, with slashes
 * @param text what the file says
 * @param document the parsed text
 */
record Page(String path, String text, Node document) {
    private static final Parser PARSER = Parser.builder()
            .extensions(List.of(TablesExtension.create()))
            .includeSourceSpans(IncludeSourceSpans.BLOCKS)
            .build();

    /** Reads the page at {@code path} below {@code root}. */
    static Page read(Path root, String path) throws IOException {
        return of(path, Files.readString(root.resolve(path)));
    }

    /** The page at {@code path} that says {@code text}. */
    static Page of(String path, String text) {
        return new Page(path, text, PARSER.parse(text));
    }

    /** The text of the first heading. */
    String title() {
        return headings().stream()
                .findFirst()
                .map(Page::words)
                .orElseThrow(() -> new IllegalStateException(path + " has no heading"));
    }

    /** The headings, in the order of the page. */
    List<Heading> headings() {
        List<Heading> headings = new ArrayList<>();
        for (Node node = document.getFirstChild(); node != null; node = node.getNext()) {
            if (node instanceof Heading heading) {
                headings.add(heading);
            }
        }
        return headings;
    }

    /** The anchors of the headings, in their order: as GitHub makes them, so that links work there too. */
    List<String> anchors() {
        Set<String> anchors = new LinkedHashSet<>();
        for (Heading heading : headings()) {
            String plain = words(heading)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N}_\\- ]", "")
                    .replace(' ', '-');
            String anchor = plain;
            for (int copy = 1; !anchors.add(anchor); copy++) {
                anchor = plain + "-" + copy;
            }
        }
        return List.copyOf(anchors);
    }

    /** The destinations of links and pictures, as they are written. */
    List<String> links() {
        List<String> links = new ArrayList<>();
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(Link link) {
                links.add(link.getDestination());
                visitChildren(link);
            }

            @Override
            public void visit(Image image) {
                links.add(image.getDestination());
            }
        });
        return links;
    }

    /** The fenced code blocks, in the order of the page. */
    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(FencedCodeBlock code) {
                String directive = "";
                if (code.getPrevious() instanceof HtmlBlock comment) {
                    directive = comment.getLiteral()
                            .replaceAll("(?s).*<!--(.*)-->.*", "$1")
                            .strip();
                }
                int line = code.getSourceSpans().get(0).getLineIndex() + 1;
                String language = code.getInfo().split(" ", 2)[0];
                blocks.add(new Block(path + ":" + line, language, directive, code.getLiteral()));
            }
        });
        return blocks;
    }

    /** What a heading or another node reads as, without its markup. */
    static String words(Node node) {
        StringBuilder words = new StringBuilder();
        Consumer<String> add = words::append;
        node.accept(new AbstractVisitor() {
            @Override
            public void visit(Text text) {
                add.accept(text.getLiteral());
            }

            @Override
            public void visit(Code code) {
                add.accept(code.getLiteral());
            }
        });
        return words.toString();
    }

    /**
     * A fenced code block.
     *
     * @param place the page and the line, for messages
     * @param language the word behind the fence, for example {@code java}
     * @param directive the HTML comment in front of the block, without its marks; empty if there is none
     * @param code the text of the block
     */
    record Block(String place, String language, String directive, String code) {
        /** The rest of a directive that starts with {@code word} and a colon; empty if it is another. */
        String directive(String word) {
            return directive.startsWith(word + ":")
                    ? directive.substring(word.length() + 1).strip()
                    : "";
        }
    }
}
