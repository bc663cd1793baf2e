package io.modrt.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The folder that the pages' programs run in, with the files that a page says lie there. */
final class Workbench {
    /** The repository. */
    static final Path ROOT =
            Path.of(System.getProperty("basedir", "."), "..").toAbsolutePath().normalize();

    private static final Pattern FILE = Pattern.compile("<!-- file: (\\S+) from (\\S+) -->");

    private Workbench() {}

    /** Copies the files of a page: {@code <!-- file: greeter.ko from modrt-testkit/src/…/greeter.ko -->}. */
    static void furnish(Page page) throws IOException {
        Matcher files = FILE.matcher(page.text());
        while (files.find()) {
            Path copy = Path.of(files.group(1)).toAbsolutePath();
            Files.createDirectories(copy.getParent());
            Files.copy(ROOT.resolve(files.group(2)), copy, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
