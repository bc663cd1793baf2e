package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What objdump says of the code of a relocated AArch64 module, and of the sections that the loader has filled. */
final class AArch64Listing {
    /** For example {@code ffff800000123004: 94000010  bl 0xffff800000123044}: address, word, instruction with its operands. */
    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\\s+[0-9a-f]{8}\\s+(\\S.*?)\\s*");

    private static final String PLT = ".plt";
    private static final String INIT_PLT = ".init.plt";

    private final Path folder;
    private final Map<Long, String> text = new HashMap<>();
    private final Map<String, AddressRange> placeholders = new HashMap<>();

    /**
     * The listing of a module as relocation leaves it.
     *
     * @param spoilt bits to turn over in the offset of the first entry of {@code .plt}; 0 to read what is there
     */
    AArch64Listing(RelocatedModule relocated, Setting setting, Path folder, int spoilt) {
        this.folder = folder;
        PlacedModule placed = relocated.resolved().placed();
        for (Section section : setting.sections(placed)) {
            if (section.isExecutable()) {
                read(placed.address(section).orElseThrow(), relocated.relocated(section));
            }
        }
        for (Section section : setting.placeholders(placed)) {
            Address start = placed.address(section).orElseThrow();
            byte[] bytes = relocated.bytes(section);
            bytes[5] ^= (byte) (section.name().equals(PLT) ? spoilt : 0);
            placeholders.put(section.name(), new AddressRange(start, bytes.length));
            read(start, bytes);
        }
    }

    /** Keeps the text of each instruction: operands behind one space, without remarks. */
    private void read(Address start, byte[] code) {
        try {
            Files.write(folder.resolve("code"), code);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String listing = Tool.run(
                        folder,
                        List.of(
                                Target.AARCH64.tool("objdump"),
                                "--disassemble-all",
                                "--disassemble-zeroes",
                                "--target=binary",
                                "--architecture=aarch64",
                                "--endian=little",
                                "--adjust-vma=" + start,
                                "code"))
                .text();
        listing.lines().map(LINE::matcher).filter(Matcher::matches).forEach(line -> {
            String instruction = line.group(2).replace('\t', ' ').replaceFirst("\\s+(//|;).*", "");
            text.put(Long.parseUnsignedLong(line.group(1), 16), instruction);
        });
    }

    /** The instruction at an address; empty where none was read. */
    String at(long address) {
        return text.getOrDefault(address, "");
    }

    /** Whether an address is in the PLT section of its part of the module. */
    boolean isInPlt(long address, boolean isInit) {
        return Objects.requireNonNull(placeholders.get(isInit ? INIT_PLT : PLT)).contains(Address.of(address));
    }
}
