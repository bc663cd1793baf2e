package io.modrt.site;

import io.modrt.site.Repository.Target;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * Writes the pages as HTML, each where its Markdown is in the repository. Files that pages link to come along: pictures as they are, and text
 * as pages of its own. A source of the public API becomes its Javadoc, and so does a type's name in code.
 */
final class SiteWriter {
    /** What the Javadoc's pages look like in the dark. */
    static final String JAVADOC_STYLE = "javadoc-dark.css";

    private static final String STYLE = "site.css";

    private final Repository repository;
    private final ApiTypes types;
    private final Path folder;
    private final Set<String> files = new TreeSet<>();

    SiteWriter(Repository repository, ApiTypes types, Path folder) {
        this.repository = repository;
        this.types = types;
        this.folder = folder;
    }

    /** Writes everything but the Javadoc. */
    void write() throws IOException {
        for (Page page : repository.pages()) {
            write(page);
        }
        for (String file : files) {
            writeFile(file);
        }
        copyResource(STYLE);
        copyResource(JAVADOC_STYLE);
    }

    private void copyResource(String name) throws IOException {
        try (InputStream style = SiteWriter.class.getResourceAsStream(name)) {
            if (style == null) {
                throw new IOException(name + " is not on the class path");
            }
            Files.copy(style, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void write(Page page) throws IOException {
        Page copy = Page.of(page.path(), page.text());
        copy.document().accept(new Rewriter(copy));
        Map<Node, String> anchors = new LinkedHashMap<>();
        List<Heading> headings = copy.headings();
        for (int i = 0; i < headings.size(); i++) {
            anchors.put(headings.get(i), copy.anchors().get(i));
        }
        HtmlRenderer renderer = HtmlRenderer.builder()
                .extensions(List.of(TablesExtension.create()))
                .attributeProviderFactory(context -> (node, tag, attributes) -> {
                    String anchor = anchors.get(node);
                    if (anchor != null) {
                        attributes.put("id", anchor);
                    }
                })
                .build();
        String body = renderer.render(copy.document())
                .replace("<table>", "<div class=\"wide\"><table>")
                .replace("</table>", "</table></div>");
        write(htmlPath(page.path()), page.title(), body);
    }

    /** A linked file of text is a page with its lines; a picture is copied. */
    private void writeFile(String file) throws IOException {
        Path source = repository.root().resolve(file);
        if (file.matches(".*\\.(png|svg)")) {
            Path copy = folder.resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(source, copy, StandardCopyOption.REPLACE_EXISTING);
        } else {
            String text = Files.readString(source);
            write(htmlPath(file), file, "<h1>" + file + "</h1>\n<pre><code>" + escaped(text) + "</code></pre>\n");
        }
    }

    private void write(String path, String title, String body) throws IOException {
        String up = "../".repeat((int) path.chars().filter(c -> c == '/').count());
        String html = """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                <link rel="stylesheet" href="%ssite.css">
                </head>
                <body>
                <nav>
                %s</nav>
                <main>
                %s</main>
                </body>
                </html>
                """.formatted(
                        escaped(title.equals("modrt") ? title : title + " · modrt"), up, navigation(path, up), body);
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, html);
    }

    /** The list of pages, as the page of contents has it, with the page that is shown marked. */
    private String navigation(String shown, String up) {
        StringBuilder html = new StringBuilder("<p><a class=\"home\" href=\"" + up + "index.html\">modrt</a></p>\n");
        Page contents = repository
                .page(Repository.CONTENTS)
                .orElseThrow(() -> new IllegalStateException("there is no " + Repository.CONTENTS));
        for (Node node = contents.document().getFirstChild(); node != null; node = node.getNext()) {
            if (node instanceof Heading heading && heading.getLevel() == 2) {
                html.append("<p>").append(escaped(Page.words(heading))).append("</p>\n");
            } else if (!(node instanceof Heading)) {
                node.accept(new AbstractVisitor() {
                    @Override
                    public void visit(Link link) {
                        String to = href(contents, link.getDestination());
                        String path = Path.of(contents.path())
                                .resolveSibling(to)
                                .normalize()
                                .toString()
                                .replace('\\', '/');
                        html.append("<a ")
                                .append(path.equals(shown) ? "aria-current=\"page\" " : "")
                                .append("href=\"")
                                .append(up)
                                .append(path)
                                .append("\">")
                                .append(escaped(Page.words(link)))
                                .append("</a>\n");
                    }
                });
            }
        }
        return html + "<a href=\"" + up + ApiTypes.FOLDER + "/index.html\">All modules and packages</a>\n";
    }

    /** Where a page of the repository is in the site. */
    private String htmlPath(String path) {
        if (path.equals("README.md")) {
            return "index.html";
        }
        return repository.page(path).isPresent() ? path.replaceAll("\\.md$", ".html") : path + ".html";
    }

    /** The destination of a page's link, as the site has it. */
    private String href(Page page, String destination) {
        if (destination.matches("https?://.*") || destination.startsWith("#")) {
            return destination;
        }
        Target target = Target.of(page, destination);
        String path = target.path();
        String to = types.pageOfSource(path).orElse(path);
        if (to.equals(path)) {
            if (Files.isDirectory(repository.root().resolve(path))) {
                throw new IllegalStateException(page.path() + ": " + destination + " is a folder; link to a file");
            }
            if (repository.page(path).isEmpty()) {
                files.add(path);
            }
            to = path.matches(".*\\.(png|svg)") ? path : htmlPath(path);
        }
        return relative(page, to) + (target.anchor().isEmpty() ? "" : "#" + target.anchor());
    }

    private String relative(Page page, String to) {
        Path from = Path.of("/" + htmlPath(page.path())).resolveSibling("");
        return from.relativize(Path.of("/" + to)).toString().replace('\\', '/');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    /** Leads a page's links to the site's files, and the names of public types to their Javadoc. */
    private final class Rewriter extends AbstractVisitor {
        private final Page page;

        Rewriter(Page page) {
            this.page = page;
        }

        @Override
        public void visit(Link link) {
            link.setDestination(href(page, link.getDestination())); // what a link shows has no links
        }

        @Override
        public void visit(Image image) {
            image.setDestination(href(page, image.getDestination()));
        }

        @Override
        public void visit(Heading heading) {
            // why: a heading is where links lead, and leads nowhere
        }

        @Override
        public void visit(Code code) {
            types.pageOfCode(code.getLiteral()).ifPresent(javadoc -> {
                Link link = new Link(relative(page, javadoc), null);
                code.insertBefore(link);
                link.appendChild(code);
            });
        }
    }
}
