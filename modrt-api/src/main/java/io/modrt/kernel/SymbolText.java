package io.modrt.kernel;

import io.modrt.address.Address;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads the text of a {@code System.map} or of {@code /proc/kallsyms}. A line has an address, the letter of the symbol's type, a name and,
 * if a module has the symbol, the module's name in brackets. Global symbols have upper-case letters. If several lines have one name, the
 * first global symbol wins, or else the first line.
 */
final class SymbolText {

    private static final int AVERAGE_LINE = 40;
    private static final String DEBIAN_PLACEHOLDER = "The real System.map is in ";

    private final String source;
    private final String text;
    private final SymbolMap.Builder symbols;
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

    static SymbolMap read(Path path) throws IOException {
        // why: Latin-1 has a character for every byte, and names are ASCII
        return parse(path.toString(), Files.readString(path, StandardCharsets.ISO_8859_1));
    }

    static SymbolMap read(String source, Reader reader) throws IOException {
        StringWriter all = new StringWriter();
        reader.transferTo(all);
        return parse(source, all.toString());
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
            parseLine(lineEnd > lineStart && text.charAt(lineEnd - 1) == '\r' ? lineEnd - 1 : lineEnd);
        }
        if (symbolCount == 0) {
            throw new FormatException(Refusal.beyondKernel(source + ": no symbols in " + lineNumber + " lines"));
        }
        if (bitsOfValues == 0) {
            throw new FormatException(Refusal.beyondKernel(source + ": all " + symbolCount
                    + " addresses are 0: the kernel hides them (kptr_restrict); read it as root, with"
                    + " /proc/sys/kernel/kptr_restrict set to 0, or 1 and CAP_SYSLOG"));
        }
        ExportMarks.apply(symbols);
        return symbols.build();
    }

    private void parseLine(int end) {
        if (position == end) {
            return;
        }
        boolean undefined = text.charAt(position) == ' ';
        long value = undefined ? skipBlanks(end) : hexadecimal(end);
        char letter = letter(end);
        int nameEnd = position;
        while (nameEnd < end && text.charAt(nameEnd) != '\t' && text.charAt(nameEnd) != ' ') {
            nameEnd++;
        }
        if (nameEnd == position) {
            throw malformed("no name");
        }
        if (text.startsWith(DEBIAN_PLACEHOLDER, position)) {
            throw malformed("Debian's placeholder, not a symbol: \"" + text.substring(position, end)
                    + "\"; take the map from that package, or /proc/kallsyms from the running kernel");
        }
        String owner = owner(nameEnd, end);
        if (!undefined) {
            add(KernelSymbol.of(text.substring(position, nameEnd), Address.of(value)), letter, owner);
        }
    }

    private void add(KernelSymbol symbol, char letter, String owner) {
        KernelSymbol owned = owner.isEmpty() ? symbol : symbol.ownedBy(owner);
        SymbolMap.Builder table = symbols.owner(owner);
        boolean stays = Character.isUpperCase(letter) ? table.offerGlobal(owned) : table.offerLocal(owned);
        if (stays && (letter == 'A' || letter == 'a')) {
            table.markAbsolute(owned.name());
        }
        symbolCount++;
        bitsOfValues |= symbol.value().value();
    }

    /** Reads the address. */
    private long hexadecimal(int end) {
        long value = 0;
        int start = position;
        for (; position < end; position++) {
            int digit = Character.digit(text.charAt(position), 16);
            if (digit < 0) {
                break;
            }
            value = value << 4 | digit;
        }
        if (position == start || position - start > 16) {
            throw malformed("begins with no address of 1 to 16 hexadecimal digits"
                    + (text.startsWith("\u007fELF")
                            ? "; an ELF file: a kernel's is read by KernelSymbols.vmlinux"
                            : ""));
        }
        return value;
    }

    /** Skips the blanks that nm writes in place of the address of an undefined symbol. */
    private long skipBlanks(int end) {
        while (position < end && text.charAt(position) == ' ') {
            position++;
        }
        position--;
        return 0;
    }

    /** Reads the letter of the type, which has a blank on both sides. */
    private char letter(int end) {
        if (end - position < 3 || text.charAt(position) != ' ' || text.charAt(position + 2) != ' ') {
            throw malformed("no blank, type letter and blank behind the address"
                    + (text.startsWith("0x", lineStart)
                                    && text.substring(lineStart, end).indexOf('\t') > 0
                            ? "; a Module.symvers is read by ModuleSymvers"
                            : ""));
        }
        char letter = text.charAt(position + 1);
        position += 3;
        return letter;
    }

    /** Reads the name of the module in brackets behind the symbol; empty if there is none. */
    private String owner(int nameEnd, int end) {
        if (nameEnd == end) {
            return "";
        }
        int open = nameEnd + 1;
        if (end - open < 3 || text.charAt(open) != '[' || text.charAt(end - 1) != ']') {
            throw malformed("behind the name stands something other than a module in brackets");
        }
        return text.substring(open + 1, end - 1);
    }

    private FormatException malformed(String what) {
        return new FormatException(Refusal.beyondKernel(source + ": line " + lineNumber + ": " + what), lineStart);
    }
}
