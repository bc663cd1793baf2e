package io.modrt.testkit.assertions;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.load.SymbolOffset;
import io.modrt.spi.Stub;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a module, and its names.
 *
 * @param address where it is
 * @param view the module
 */
record Place(Address address, ModuleView view) {
    private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-fA-F]{1,16})");
    private static final Pattern NAME = Pattern.compile("(.+?)(?:\\+(0x[0-9a-fA-F]{1,15}|[0-9]{1,18}))?");

    /**
     * The place that {@code text} names: {@code .text+0x8}, {@code greet+0x8} or {@code 0xc0000008}.
     *
     * @throws IllegalArgumentException if the module has no such place
     */
    static Place of(ModuleView view, String text) {
        Matcher address = ADDRESS.matcher(text);
        if (address.matches()) {
            Address given = Address.of(Long.parseUnsignedLong(address.group(1), 16));
            return new Place(view.kernel().canonical(given), view);
        }
        Matcher name = NAME.matcher(text);
        if (!name.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" names no place");
        }
        String offset = name.group(2);
        return new Place(start(view, name.group(1)).plus(offset == null ? 0 : Long.decode(offset)), view);
    }

    private static Address start(ModuleView view, String name) {
        Optional<Section> section = view.placed().file().elf().section(name);
        return section.flatMap(view.placed()::address)
                .or(() -> view.symbol(name))
                .orElseThrow(() -> new IllegalArgumentException(view.name() + " has no "
                        + (section.isPresent() ? "loaded section " : "section or symbol ") + name + "; it has "
                        + new Contents(view)));
    }

    /** Whether code is there, or what lies around code. */
    boolean isCode() {
        return view.stubAt(address).isPresent()
                || view.sectionAt(address)
                        .map(section -> view.placed().shape(section).isExecutable())
                        .orElse(false);
    }

    /** The place by section, for example {@code .text+0x8}, or by what else is there. */
    String inSection() {
        return view.sectionAt(address)
                .map(section -> section.name() + "+0x"
                        + Long.toHexString(
                                address.minus(view.placed().address(section).orElseThrow())))
                .or(() -> view.stubAt(address).map(Place::stub))
                .orElse(address.toString());
    }

    private static String stub(Stub stub) {
        return "the stub to " + stub.symbol();
    }

    /** The symbol at or in front of the place, for example {@code greet+0x8}; empty where none is. */
    String inSymbol() {
        return view.symbolAt(address).map(SymbolOffset::toString).orElse("");
    }

    /** All names, for example {@code .text+0x8, greet+0x8, at 0xc0000008}. */
    @Override
    public String toString() {
        String section = inSection();
        String symbol = inSymbol();
        return section
                + (symbol.isEmpty() || symbol.equals(section) ? "" : ", " + symbol)
                + (section.equals(address.toString()) ? "" : ", at " + address);
    }
}
