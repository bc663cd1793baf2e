package io.modrt.kernel;

import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.input.Input;
import io.modrt.policy.LoadLimits;
import io.modrt.version.KernelVersion;
import java.io.Reader;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A kernel's {@code config-*} file. An option that is not in it is off, because the options that it depends on are.
 *
 * @param version the version in the file's title
 * @param on the names of the options that are {@code y}
 * @param pageBytes the page size in bytes, if an option chooses one
 */
record ConfigFile(KernelVersion version, Set<String> on, OptionalInt pageBytes) {

    /** {@code # Linux/ARCH 6.1.176 Kernel Configuration}, before 2.6.37 {@code # Linux kernel version: 2.6.26}. */
    private static final Pattern TITLE =
            Pattern.compile("# (?:Linux/\\S+ (\\d\\S*) Kernel Configuration|Linux kernel version: (\\d\\S*))\\s*");

    private static final Pattern PAGE_KILOBYTES =
            Pattern.compile("CONFIG_(?!HAVE_)(?:[A-Z0-9]+_)?PAGE_SIZE_(\\d{1,4})KB=y\\s*");
    private static final int GREATEST_PAGE = 1 << 20;

    private static final Pattern OPTION = Pattern.compile("(CONFIG_\\w+)=(.*)");

    static ConfigFile read(Path path, LoadLimits limits) {
        return parse(path.toString(), Input.text(path, "a kernel's configuration, such as /boot/config-*", limits));
    }

    static ConfigFile read(Reader reader) {
        String source = "kernel configuration";
        return parse(source, Input.text(source, reader, LoadLimits.standard()));
    }

    /** Refuses sizes that no page has: powers of two from 1 KiB to 1 MiB are taken. */
    private static int pageBytes(String source, String line, int bytes) {
        if (Integer.bitCount(bytes) != 1 || bytes > GREATEST_PAGE) {
            throw new FormatException(
                    Refusal.beyondKernel(source + ": " + line.strip() + ": no page has " + bytes + " bytes"));
        }
        return bytes;
    }

    private static ConfigFile parse(String source, String text) {
        KernelVersion version = null;
        OptionalInt pageBytes = OptionalInt.empty();
        Set<String> on = new HashSet<>();
        boolean anyOption = false;
        for (Iterator<String> lines = text.lines().iterator(); lines.hasNext(); ) {
            String line = lines.next();
            Matcher title = TITLE.matcher(line);
            Matcher page = PAGE_KILOBYTES.matcher(line);
            Matcher option = OPTION.matcher(line);
            if (version == null && title.matches()) {
                version = KernelVersion.parse(title.group(1) == null ? title.group(2) : title.group(1));
            } else if (page.matches()) {
                pageBytes = OptionalInt.of(pageBytes(source, line, Integer.parseInt(page.group(1)) * 1024));
            } else if (option.matches()) {
                anyOption = true;
                if (option.group(2).startsWith("y")) {
                    on.add(option.group(1));
                }
            }
        }
        return new ConfigFile(checked(source, version, anyOption), Set.copyOf(on), pageBytes);
    }

    private static KernelVersion checked(String source, @Nullable KernelVersion version, boolean anyOption) {
        if (version == null || !anyOption) {
            throw new FormatException(Refusal.beyondKernel(source + ": "
                    + (version == null
                            ? "no line \"# Linux/ARCH VERSION Kernel Configuration\""
                            : "no line \"CONFIG_NAME=value\"")
                    + "; give the config-* file that the kernel was built with"));
        }
        return version;
    }
}
