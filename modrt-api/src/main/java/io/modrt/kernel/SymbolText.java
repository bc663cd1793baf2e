package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.input.Input;
import io.modrt.policy.LoadLimits;
import java.io.Reader;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of a {@code System.map}, of {@code nm} or of {@code /proc/kallsyms}. A line has an address, the letter of the symbol's
 * type, a name and, if a module has the symbol, the module's name in brackets. Global symbols have upper-case letters. If several lines
 * have one name, the first global symbol wins, or else the first line.
 *
 * <p>A line that cannot be read is left out and remarked on; a text without any line that can be read is refused. Some vendors' kernels
 * write {@code (null)} for an address of 0.
 *
 * <p>Three names in brackets are not modules: {@code bpf} for compiled BPF programs, and {@code __builtin__ftrace} and
 * {@code __builtin__kprobes} for code that the kernel generates. The kernel finds such symbols by address only, never by name, so they are
 * left out.
 */
final class SymbolText {

    private static final int AVERAGE_LINE = 40;
    private static final int MOST_DIGITS = 16;
    private static final String UNDEFINED_LETTERS = "Uwv";
    private static final String NULL = "(null)";
    private static final String DEBIAN_PLACEHOLDER = "The real System.map is in ";
    private static final Set<String> GENERATED = Set.of("bpf", "__builtin__ftrace", "__builtin__kprobes");

    private final String source;
    private final String text;
    private final SymbolMap.Builder symbols;
    private final Remarks remarks = new Remarks();
    private @Nullable FormatException firstOdd;
    private int lineNumber;
    private int lineStart;
    private int lineEnd;
    private int position;
    private int symbolCount;
    private long bitsOfValues;

    private SymbolText(String source, String text) {
        this.source = source;
        this.text = text;
        this.symbols = new SymbolMap.Builder(text.length() / AVERAGE_LINE);
    }

    static SymbolMap read(Path path, LoadLimits limits) {
        return parse(path.toString(), Input.text(path, "a System.map or kallsyms", limits));
    }

    static SymbolMap read(String source, Reader reader) {
        return parse(source, Input.text(source, reader, LoadLimits.standard()));
    }

    static SymbolMap parse(String source, String text) {
        return new SymbolText(source, text).parse();
    }

    private SymbolMap parse() {
        for (lineStart = 0; lineStart < text.length(); lineStart = lineEnd + 1) {
            lineNumber++;
            int newline = text.indexOf('\n', lineStart);
            lineEnd = newline < 0 ? text.length() : newline;
            position = lineStart;
            String odd = parseLine(lineEnd > lineStart && text.charAt(lineEnd - 1) == '\r' ? lineEnd - 1 : lineEnd);
            if (odd != null) {
                String what = source + ": line " + lineNumber + ": " + odd;
                remarks.add(() -> what);
                if (firstOdd == null) {
                    firstOdd = new FormatException(Refusal.beyondKernel(what), lineStart);
                }
            }
        }
        if (symbolCount == 0) {
            throw firstOdd != null
                    ? firstOdd
                    : new FormatException(Refusal.beyondKernel(source + ": no symbols in " + lineNumber + " lines"));
        }
        if (bitsOfValues == 0) {
            throw new FormatException(Refusal.beyondKernel(source + ": all " + symbolCount
                    + " addresses are 0: the kernel hides them (kptr_restrict); read it as root, with"
                    + " /proc/sys/kernel/kptr_restrict set to 0, or 1 and CAP_SYSLOG"));
        }
        ExportMarks.apply(symbols);
        return symbols.build(remarks.list());
    }

    /** Reads a line; returns what is odd about it, or null. */
    private @Nullable String parseLine(int end) {
        int first = position;
        while (position < end && text.charAt(position) == ' ') {
            position++;
        }
        if (position == end) {
            return null;
        }
        long value = 0;
        boolean isUndefined = position > first && UNDEFINED_LETTERS.indexOf(text.charAt(position)) >= 0;
        if (isUndefined) {
            position--; // why: nm leaves the address of an undefined symbol blank, and the letter has a blank on both
            // sides
        } else if (text.startsWith(NULL, position)) {
            position += NULL.length();
        } else {
            int start = position;
            for (int digit = digit(end); digit >= 0; digit = digit(end)) {
                value = value << 4 | digit;
                position++;
            }
            if (position == start || position - start > MOST_DIGITS) {
                return "begins with no address of 1 to 16 hexadecimal digits, as 80100400 T _stext does"
                        + (text.startsWith("\u007fELF", start)
                                ? "; an ELF file: a kernel's is read by KernelSymbols.vmlinux"
                                : "");
            }
        }
        return parseSymbol(value, isUndefined, end);
    }

    private int digit(int end) {
        return position < end ? Character.digit(text.charAt(position), 16) : -1;
    }

    /** Reads what follows the address; returns what is odd about it, or null. */
    private @Nullable String parseSymbol(long value, boolean isUndefined, int end) {
        if (end - position < 3 || text.charAt(position) != ' ' || text.charAt(position + 2) != ' ') {
            return "no blank, type letter and blank behind the address"
                    + (text.startsWith("0x", lineStart)
                                    && text.substring(lineStart, end).indexOf('\t') > 0
                            ? "; a Module.symvers is read by ModuleSymvers"
                            : "");
        }
        char letter = text.charAt(position + 1);
        int nameStart = position + 3;
        int nameEnd = nameStart;
        while (nameEnd < end && text.charAt(nameEnd) != '\t' && text.charAt(nameEnd) != ' ') {
            nameEnd++;
        }
        if (nameEnd == nameStart) {
            return "no name";
        }
        if (text.startsWith(DEBIAN_PLACEHOLDER, nameStart)) {
            return "Debian's placeholder, not a symbol: \"" + text.substring(nameStart, end)
                    + "\"; take the map from that package, or /proc/kallsyms from the running kernel";
        }
        String owner = owner(nameEnd, end);
        if (owner == null) {
            return "behind the name stands something other than a module in brackets";
        }
        if (!isUndefined) {
            add(text.substring(nameStart, nameEnd), value, letter, owner);
        }
        return null;
    }

    /** Returns the name of the module in brackets behind the symbol: empty if there is none, null if something else stands there. */
    private @Nullable String owner(int nameEnd, int end) {
        if (nameEnd == end) {
            return "";
        }
        int open = nameEnd + 1;
        return end - open < 3 || text.charAt(open) != '[' || text.charAt(end - 1) != ']'
                ? null
                : text.substring(open + 1, end - 1);
    }

    private void add(String name, long value, char letter, String owner) {
        symbolCount++;
        boolean isAbsolute = letter == 'A' || letter == 'a';
        if (isAbsolute && name.startsWith(ExportMarks.CRC)) {
            symbols.owner(owner)
                    .crc(name.substring(ExportMarks.CRC.length()), (int) value); // why: nm may sign-extend it
            return;
        }
        bitsOfValues |= value;
        if (GENERATED.contains(owner)) {
            return;
        }
        KernelSymbol symbol = KernelSymbol.of(name, Address.of(value)).ownedBy(owner);
        SymbolMap.Builder table = symbols.owner(owner);
        boolean stays = Character.isUpperCase(letter) ? table.offerGlobal(symbol) : table.offerLocal(symbol);
        if (stays && isAbsolute) {
            table.markAbsolute(name);
        }
    }
}
