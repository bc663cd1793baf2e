package io.modrt.testkit.assertions;

import io.modrt.address.Address;
import io.modrt.load.LiveModule;
import io.modrt.testkit.ElfEncoding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;

/** Assertions about one module. Places are written as the package says. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ModuleAssert {
    private static final int MOST_TEXT_BYTES = 4096;

    private final ModuleView view;

    ModuleAssert(ModuleView view) {
        this.view = view;
    }

    /**
     * The loaded module, for what has no assertion here.
     *
     * @throws IllegalStateException if it is not loaded, but only relocated
     */
    public LiveModule module() {
        return view.live().orElseThrow(() -> new IllegalStateException(view.name() + " is not loaded"));
    }

    /**
     * Asserts which words of 32 bits are at a place and behind it. In code they are in the byte order of instructions, elsewhere in that of
     * data. The failure shows each word with the relocation that wrote it and, in a stub, with its assembler text.
     */
    public ModuleAssert holds(String place, int... words) {
        Place start = Place.of(view, place);
        new WordTable(start, words).check();
        return this;
    }

    /** Asserts which address, as wide as a {@code long} of the target, is at a place. */
    public ModuleAssert holdsAddress(String place, long expected) {
        Place start = Place.of(view, place);
        ElfEncoding data = data();
        long found = data.pointer(view.bytes(start.address(), data.wordBytes()), 0);
        Address wanted = view.kernel().canonical(Address.of(expected));
        if (found != wanted.value()) {
            throw Texts.failure(
                    view.name() + ": the address at " + start + ": expected " + named(wanted) + ", but was "
                            + named(Address.of(found)) + WordTable.writers(start),
                    wanted,
                    Address.of(found));
        }
        return this;
    }

    /** Asserts that the address of a symbol of the module, or of one that it imports, is at a place. */
    public ModuleAssert holdsAddressOf(String place, String symbol) {
        return holdsAddress(place, new Targets(view).required(symbol).value());
    }

    private String named(Address address) {
        return new Targets(view).describe(address);
    }

    /** Asserts which bytes are at a place and behind it. */
    public ModuleAssert holdsBytes(String place, byte... expected) {
        Place start = Place.of(view, place);
        String wanted = HexFormat.of().formatHex(expected);
        String found = HexFormat.of().formatHex(view.bytes(start.address(), expected.length));
        if (!wanted.equals(found)) {
            throw Texts.failure(
                    view.name() + ": the bytes at " + start + ": expected " + wanted + ", but were " + found,
                    wanted,
                    found);
        }
        return this;
    }

    /** Asserts which text, ended by a NUL, is at a place. */
    public ModuleAssert holdsText(String place, String expected) {
        Place start = Place.of(view, place);
        String found = text(start.address(), expected.getBytes(StandardCharsets.UTF_8).length + MOST_TEXT_BYTES);
        if (!expected.equals(found)) {
            throw Texts.failure(
                    view.name() + ": the text at " + start + ": expected \"" + expected + "\", but was \"" + found
                            + "\"",
                    expected,
                    found);
        }
        return this;
    }

    private String text(Address start, int most) {
        List<Byte> bytes = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            byte one = view.bytes(start.plus(i), 1)[0];
            if (one == 0) {
                break;
            }
            bytes.add(one);
        }
        byte[] all = new byte[bytes.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = bytes.get(i);
        }
        return new String(all, StandardCharsets.UTF_8);
    }

    /** Asserts the address of a section. */
    public ModuleAssert hasSectionAt(String section, long expected) {
        Address wanted = view.kernel().canonical(Address.of(expected));
        Optional<Address> found = view.placed().file().elf().section(section).flatMap(view.placed()::address);
        if (!found.equals(Optional.of(wanted))) {
            String actual = found.map(Address::toString).orElse("nowhere, since it is not loaded");
            throw Texts.failure(
                    view.name() + ": " + section + ": expected at " + wanted + ", but was " + actual + "; it has "
                            + new Contents(view),
                    wanted,
                    actual);
        }
        return this;
    }

    /** Asserts the address of a symbol that the module defines. */
    public ModuleAssert hasSymbolAt(String symbol, long expected) {
        Address wanted = view.kernel().canonical(Address.of(expected));
        Optional<Address> found = view.symbol(symbol);
        if (!found.equals(Optional.of(wanted))) {
            String actual =
                    found.map(Address::toString).orElse("nowhere: the module defines " + new Contents(view).symbols());
            throw Texts.failure(
                    view.name() + ": " + symbol + ": expected at " + wanted + ", but was " + actual, wanted, actual);
        }
        return this;
    }

    /** Asserts how many stubs were made for the module. */
    public ModuleAssert hasStubs(int count) {
        if (view.stubs().size() != count) {
            StringBuilder text = new StringBuilder(view.name())
                    .append(": expected ")
                    .append(Texts.count(count, "stub"))
                    .append(", but there are ")
                    .append(view.stubs().size());
            view.stubs().forEach(stub -> text.append("\n  ").append(stub));
            throw Texts.failure(text.toString(), count, view.stubs().size());
        }
        return this;
    }

    /** Begins an assertion about the call, or jump, at a place. */
    public CallAssert callAt(String place) {
        return new CallAssert(this, Place.of(view, place));
    }

    /**
     * Asserts that every byte of the module is as loading makes it, or as one of the kernel's own later changes leaves it, as
     * {@link io.modrt.verify.Verification} has it.
     */
    public ModuleAssert isAsLoaded() {
        return differsOnlyAt();
    }

    /**
     * Asserts that the words at these places have values for which {@link io.modrt.verify.Verification} has no reason, and that all others
     * have one.
     */
    public ModuleAssert differsOnlyAt(String... places) {
        List<Place> expected = new ArrayList<>();
        for (String place : places) {
            expected.add(Place.of(view, place));
        }
        new Differences(view, expected).check();
        return this;
    }

    private ElfEncoding data() {
        return WordTable.encoding(view);
    }
}
