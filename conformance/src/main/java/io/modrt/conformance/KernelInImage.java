package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.elf.Symbol;
import io.modrt.elf.SymbolTable;
import io.modrt.image.Finding;
import io.modrt.image.Finding.Kind;
import io.modrt.image.ImageFile;
import io.modrt.image.KernelResult;
import io.modrt.image.MemoryImage;
import io.modrt.verify.Reason;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Checks the kernel itself in an image against its {@code vmlinux}, and then with changes as rootkits make them. */
final class KernelInImage {
    private static final int SHOWN = 12;

    private final ElfFile vmlinux;
    private final SymbolTable symbols;
    private final RootkitCode code;
    private final PrintStream out;
    private Optional<KernelResult> found = Optional.empty();

    /** A change of the kernel, and what of it must be told: one of the kinds, and a text. */
    private record Change(String what, Address at, byte[] bytes, Set<Kind> kinds, String told) {}

    /** Opens an image of the same machine in changed memory. */
    @FunctionalInterface
    interface Opening {
        MemoryImage open(PatchedMemory memory);
    }

    KernelInImage(ElfFile vmlinux, PrintStream out) {
        this.vmlinux = vmlinux;
        this.symbols = vmlinux.symbolTable().orElseThrow();
        this.code = RootkitCode.of(vmlinux);
        this.out = out;
    }

    /** What {@link #check} found before it changed anything. */
    KernelResult result() {
        return found.orElseThrow();
    }

    /** Whether the kernel is clean, and each change is reported. */
    boolean check(ImageFile file, MemoryImage image, Opening opening) {
        long start = System.nanoTime();
        KernelResult result = image.verifyKernel(vmlinux);
        found = Optional.of(result);
        long end = System.nanoTime();
        Stream.of(result.verification().table().split("\n")).limit(60).forEach(line -> out.println("  " + line));
        for (Reason reason : List.of(Reason.FINISHED, Reason.SITE, Reason.KERNEL_WRITTEN)) {
            result.verification().details(reason).forEach((why, count) -> out.println("  " + why + ": " + count));
        }
        result.findings().stream().limit(SHOWN).forEach(finding -> out.println("  " + finding));
        out.printf(
                "conformance: the kernel itself, %d words, unexplained %d, unreadable %d; verified in %.1f s%n",
                result.verification().words(),
                result.verification().differences().size(),
                result.verification().words(Reason.UNREADABLE),
                (end - start) / 1e9);
        int reported = 0;
        List<Change> changes = changes(image);
        for (Change change : changes) {
            PatchedMemory memory = new PatchedMemory(file);
            for (int i = 0; i < change.bytes().length; i++) {
                memory.write(image.physical(change.at().plus(i)).orElseThrow(), new byte[] {change.bytes()[i]});
            }
            List<Finding> news = opening.open(memory).verifyKernel(vmlinux).findings();
            boolean isTold = news.stream().anyMatch(finding -> isOf(change, finding));
            reported += isTold ? 1 : 0;
            out.println("  " + (isTold ? "reported " : "NOT REPORTED ") + change.what());
            news.stream().limit(3).forEach(finding -> out.println("    " + finding));
        }
        out.println("conformance: " + changes.size() + " changes of the kernel itself, reported " + reported);
        return result.isClean() && reported == changes.size() && reported > 0;
    }

    private static boolean isOf(Change change, Finding finding) {
        return finding.place()
                        .filter(place -> Math.abs(place.minus(change.at())) < Math.max(16, change.bytes().length))
                        .isPresent()
                && change.kinds().contains(finding.kind())
                && finding.toString().contains(change.told());
    }

    private List<Change> changes(MemoryImage image) {
        String foreign = code.foreign().toString();
        List<Change> changes = new ArrayList<>();
        Address inline = address("vfs_read").plus(0x80);
        changes.add(jump("inline jump in vfs_read", inline, Set.of(Kind.BRANCH), "vfs_read"));
        changes.add(new Change(
                "word of do_exit", address("do_exit").plus(0x40), new byte[4], Set.of(Kind.CODE), "do_exit"));
        traced().ifPresent(at -> changes.add(jump("hook of the tracer at " + at, at, Set.of(Kind.TRACING), foreign)));
        changes.add(new Change(
                "entry of sys_call_table",
                address("sys_call_table").plus(64),
                word(code.foreign().value()),
                Set.of(Kind.POINTER),
                "sys_call_table"));
        optional("__start___jump_table")
                .flatMap(table -> staticBranch(image, table))
                .ifPresent(at -> changes.add(
                        new Change("static branch at " + at, at, code.shortBranch(), Set.of(Kind.STATIC_BRANCH), "")));
        optional("__clear_page_start")
                .ifPresent(at -> changes.add(
                        jump("jump in the generated clear_page", at.plus(8), Set.of(Kind.BRANCH), foreign)));
        optional("toc_handler_csum")
                .ifPresent(at -> changes.add(
                        new Change("checksum of toc_handler", at, new byte[4], Set.of(Kind.CODE), "toc_handler_csum")));
        return changes;
    }

    private Change jump(String what, Address at, Set<Kind> kinds, String told) {
        return new Change(
                what + " to " + code.foreign(),
                at,
                code.jump(at.value(), code.foreign().value()),
                kinds,
                told);
    }

    /** The code of the first entry of the jump table that stays in memory. */
    private Optional<Address> staticBranch(MemoryImage image, Address table) {
        Optional<Address> end = optional("__stop___jump_table");
        if (end.isEmpty() || end.get().equals(table)) {
            return Optional.empty();
        }
        byte[] entry = new byte[16];
        image.memory().read(table, entry, 0, entry.length);
        return Optional.of(code.branchSite(table.value(), entry));
    }

    /** The first call site of the tracer that the table lists in the code behind {@code vfs_write}. */
    private Optional<Address> traced() {
        Address from = address("vfs_write");
        Section table = section(address("__start_mcount_loc"));
        long start = address("__start_mcount_loc").value() - table.address();
        int wordBytes = vmlinux.elfClass().wordBytes();
        long end = address("__stop_mcount_loc").value() - table.address();
        ByteBuffer bytes = ByteBuffer.wrap(table.bytes()).order(order());
        for (int at = (int) start; at < end; at += wordBytes) {
            Address site = Address.of(wordBytes == 4 ? Integer.toUnsignedLong(bytes.getInt(at)) : bytes.getLong(at));
            if (new AddressRange(from, 0x1_0000).contains(site)) {
                return Optional.of(site);
            }
        }
        return Optional.empty();
    }

    private Section section(Address address) {
        return vmlinux.sections().stream()
                .filter(section -> section.isAllocated()
                        && address.minus(Address.of(section.address())) >= 0
                        && address.minus(Address.of(section.address())) < section.sizeBytes())
                .findFirst()
                .orElseThrow();
    }

    private ByteOrder order() {
        return vmlinux.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    private byte[] word(long value) {
        int wordBytes = vmlinux.elfClass().wordBytes();
        ByteBuffer buffer = ByteBuffer.allocate(wordBytes).order(order());
        return (wordBytes == 4 ? buffer.putInt((int) value) : buffer.putLong(value)).array();
    }

    private Address address(String name) {
        return optional(name).orElseThrow(() -> new IllegalStateException("the kernel has no " + name));
    }

    private Optional<Address> optional(String name) {
        int index = symbols.indexOf(name);
        return index == SymbolTable.NONE || symbols.rawSectionIndex(index) == Symbol.SHN_UNDEF
                ? Optional.empty()
                : Optional.of(Address.of(symbols.value(index)));
    }
}
