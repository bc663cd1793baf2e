package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Bytes;
import io.modrt.elf.Section;
import io.modrt.error.FormatException;
import io.modrt.error.MemoryException;
import io.modrt.error.Refusal;
import io.modrt.memory.MemoryReader;
import io.modrt.patch.PatchSite;
import io.modrt.patch.PatchSite.Form;
import io.modrt.policy.LoadLimits;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.CodeReader;
import io.modrt.spi.KernelBoot.Generated;
import io.modrt.verify.Areas.Area;
import io.modrt.verify.LinkedKernel.Part;
import io.modrt.verify.VerificationResult.Difference;
import io.modrt.verify.VerificationResult.Span;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** One run of a {@link KernelVerification} on one memory. */
final class KernelCheck {
    private static final String BANNER = "linux_banner";
    private static final int LONGEST_BANNER = 512;
    /** How the names of sections begin that nobody writes to, although some are writable in the file, since they were relocated. */
    private static final List<String> CONSTANT =
            List.of(".rodata", "__ksymtab", "__kcrctab", ".pci_fixup", ".opd", ".plt", ".dlt");
    /** A table that many kernels sort when they boot. */
    private static final String EXCEPTIONS = "__ex_table";

    private final KernelVerification verification;
    private final LinkedKernel kernel;
    private final ArchKernel arch;
    private final MemoryReader memory;
    private final Optional<AddressRange> init;
    private final NavigableMap<Address, Checked> checks = new TreeMap<>();
    private final Map<String, Integer> forms = new TreeMap<>();
    private final List<Span> spans = new ArrayList<>();
    private final List<Difference> differences = new ArrayList<>();

    /** A part that is compared. */
    private record Checked(Part part, List<Area> areas, byte[] expected, byte[] found, RegionCheck check) {}

    KernelCheck(KernelVerification verification, MemoryReader memory) {
        this.verification = verification;
        this.kernel = verification.kernel();
        this.arch = verification.arch();
        this.memory = memory;
        this.init = kernel.between("__init_begin", "__init_end");
    }

    /** Reads the kernel, finds the state of each site, then judges all words. To be called once. */
    VerificationResult result() {
        requireSameKernel();
        for (Part part : kernel.parts()) {
            if (!isInit(part) && isConstant(part.section())) {
                checks.put(part.range().start(), checked(part));
            }
        }
        fitSites();
        for (Part part : kernel.parts()) {
            Checked checked = checks.get(part.range().start());
            if (checked != null) {
                checked.check()
                        .judge(
                                spans::add,
                                misfit -> differences.add(difference(part, misfit)),
                                () -> differences.size() < LoadLimits.standard().differences());
                addStrayJumps(checked);
            } else if (isInit(part)) {
                spans.add(new Span(part.section().name(), part.range(), Reason.GONE, ""));
            }
        }
        return new VerificationResult("vmlinux", spans, forms, differences);
    }

    private boolean isInit(Part part) {
        return init.filter(range -> range.contains(part.range().start())).isPresent()
                || part.section().isNamedFrom(arch.initSections());
    }

    private static boolean isConstant(Section section) {
        String name = section.name();
        return section.isExecutable()
                || CONSTANT.stream().anyMatch(name::startsWith)
                || (!section.isWritable() && !name.equals(EXCEPTIONS));
    }

    /** A kernel of another build differs in most of its words, which would tell nothing. */
    private void requireSameKernel() {
        Optional<Address> banner = kernel.symbol(BANNER);
        Optional<byte[]> due = banner.flatMap(address -> {
            int length = 0;
            while (length < LONGEST_BANNER
                    && kernel.holds(address.value() + length, 1)
                    && kernel.byteAt(address.value() + length) != 0) {
                length++;
            }
            return length == 0 ? Optional.empty() : kernel.bytes(address, length);
        });
        if (due.isEmpty()) {
            return;
        }
        byte[] found = new byte[due.get().length];
        try {
            memory.read(banner.orElseThrow(), found, 0, found.length);
        } catch (MemoryException unreadable) {
            return; // why: then its words count as unreadable
        }
        if (!Arrays.equals(found, due.get())) {
            throw new FormatException(Refusal.beyondKernel("memory at " + banner.get() + ", " + BANNER + ": \""
                    + printable(found) + "\", and the vmlinux is of \"" + printable(due.get()) + "\""));
        }
    }

    private static String printable(byte[] text) {
        return new String(text, StandardCharsets.US_ASCII)
                .replaceAll("[^ -~]", "?")
                .strip();
    }

    private Checked checked(Part part) {
        byte[] expected =
                kernel.bytes(part.range().start(), part.range().sizeBytes()).orElseThrow();
        Readout readout = Readout.of(memory, part.range());
        List<Area> areas = areas(part);
        RegionCheck check = new RegionCheck(part.range().start(), areas, expected, readout);
        for (int at = 0; at < expected.length; at += Integer.BYTES) {
            if (kernel.isRewritten(part, at)) {
                long sizeBytes = Math.min(Integer.BYTES, expected.length - at);
                check.markFinished(new AddressRange(part.range().start().plus(at), sizeBytes), "boot");
            }
        }
        return new Checked(part, areas, expected, readout.bytes(), check);
    }

    /** A section without holes, divided where code is generated or variables end that are written before the boot ends. */
    private List<Area> areas(Part part) {
        String name = part.section().name();
        NavigableMap<Address, Area> free = new TreeMap<>();
        kernel.between("__start_ro_after_init", "__end_ro_after_init")
                .ifPresent(range -> addFree(part, range, name, Leeway.AFTER_INIT, free));
        for (Generated generated : arch.boot().generated()) {
            kernel.between(generated.start(), generated.end())
                    .ifPresent(range -> addFree(part, range, generated.name() + " in " + name, Leeway.GENERATED, free));
        }
        List<Area> areas = new ArrayList<>();
        long next = 0;
        for (Area area : free.values()) {
            if (area.start() < next) {
                continue; // why: only symbols of a hostile file make areas overlap
            }
            if (area.start() > next) {
                areas.add(area(part, name, next, area.start(), Leeway.NONE));
            }
            areas.add(area);
            next = area.end();
        }
        if (next < part.range().sizeBytes()) {
            areas.add(area(part, name, next, part.range().sizeBytes(), Leeway.NONE));
        }
        return areas;
    }

    private void addFree(Part part, AddressRange range, String name, Leeway leeway, NavigableMap<Address, Area> free) {
        boolean isInside = part.range().contains(range.start())
                && range.sizeBytes() <= part.range().end().minus(range.start())
                && part.section().isExecutable() == (leeway == Leeway.GENERATED);
        if (isInside) {
            long from = range.start().minus(part.range().start());
            free.put(range.start(), area(part, name, from, from + range.sizeBytes(), leeway));
        }
    }

    private Area area(Part part, String name, long from, long end, Leeway leeway) {
        boolean isBig = part.section().isExecutable()
                ? arch.codeOrder() == ByteOrder.BIG_ENDIAN
                : verification.vmlinux().isBigEndian();
        return new Area(name, from, end - from, leeway, isBig);
    }

    private Optional<RegionCheck> check(PatchSite site) {
        Map.Entry<Address, Checked> below = checks.floorEntry(site.address());
        return Optional.ofNullable(below)
                .map(Map.Entry::getValue)
                .filter(checked -> checked.part().range().contains(site.address())
                        && site.sizeBytes() <= checked.part().range().end().minus(site.address()))
                .map(Checked::check);
    }

    /** Sites in code that is freed, and those of a hostile table that are nowhere, explain no byte. */
    private void fitSites() {
        KernelSites own = new KernelSites(verification);
        List<PatchSite> all = new ArrayList<>(own.tracing());
        all.addAll(own.branches(memory));
        all.addAll(own.machines());
        all.addAll(verification.sites());
        List<PatchSite> open = new ArrayList<>();
        for (PatchSite site : all) {
            check(site).ifPresent(check -> {
                Optional<Form> form = check.fit(site);
                if (form.isEmpty()) {
                    open.add(site);
                } else if (check.isReadable(site)) {
                    forms.merge(site.kind() + ": " + form.get().name(), 1, Integer::sum);
                }
            });
        }
        open.forEach(site -> check(site).ifPresent(check -> check.markWrong(site)));
    }

    private Difference difference(Part part, RegionCheck.Misfit misfit) {
        return new Difference(
                misfit.address(),
                place(part, misfit.address()),
                kernel.symbolAt(misfit.address()),
                misfit.expected(),
                misfit.found(),
                misfit.why());
    }

    private static String place(Part part, Address address) {
        long offset = address.minus(part.range().start());
        return part.section().name() + (offset == 0 ? "" : "+0x" + Long.toHexString(offset));
    }

    /** Tells jumps of generated code that leave the kernel's code: nothing that the boot generates does so. */
    private void addStrayJumps(Checked checked) {
        Found found = new Found(checked);
        for (Area area : checked.areas()) {
            if (area.leeway() != Leeway.GENERATED) {
                continue;
            }
            for (long at = area.start(); at + Integer.BYTES <= area.end(); at += Integer.BYTES) {
                Address place = checked.part().range().start().plus(at);
                OptionalLong target = arch.branchTarget(place.value(), found);
                if (target.isPresent() && !isCode(arch.width().address(target.getAsLong()))) {
                    differences.add(new Difference(
                            place,
                            place(checked.part(), place),
                            kernel.symbolAt(place),
                            Bytes.getInt(checked.expected(), (int) at, area.isBigEndian()),
                            Bytes.getInt(checked.found(), (int) at, area.isBigEndian()),
                            "generated at boot, and leaves the kernel"));
                }
            }
        }
    }

    private boolean isCode(Address address) {
        Map.Entry<Address, Checked> below = checks.floorEntry(address);
        return below != null
                && below.getValue().part().section().isExecutable()
                && below.getValue().part().range().contains(address);
    }

    /** The code of one section as memory has it. */
    private final class Found implements CodeReader {
        private final Checked checked;

        Found(Checked checked) {
            this.checked = checked;
        }

        @Override
        public boolean holds(long address, int sizeBytes) {
            AddressRange range = checked.part().range();
            Address at = arch.width().address(address);
            return range.contains(at) && sizeBytes <= range.end().minus(at);
        }

        private int offset(long address, int sizeBytes) {
            if (!holds(address, sizeBytes)) {
                throw new FormatException(
                        Refusal.beyondKernel("no code of the section at 0x" + Long.toHexString(address)));
            }
            return (int)
                    arch.width().address(address).minus(checked.part().range().start());
        }

        @Override
        public int codeAt(long address) {
            return Bytes.getInt(
                    checked.found(), offset(address, Integer.BYTES), arch.codeOrder() == ByteOrder.BIG_ENDIAN);
        }

        @Override
        public byte byteAt(long address) {
            return checked.found()[offset(address, Byte.BYTES)];
        }
    }
}
