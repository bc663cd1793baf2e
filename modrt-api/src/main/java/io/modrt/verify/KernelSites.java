package io.modrt.verify;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.bytes.Pointers;
import io.modrt.kernel.ConfigOption;
import io.modrt.memory.MemoryReader;
import io.modrt.patch.PatchSite;
import io.modrt.patch.PatchSite.Form;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.SiteKind;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import io.modrt.verify.KernelVerification.Other;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The sites that the kernel's own tables list, and the words that the boot rewrites for machines that may be the kernel's. */
final class KernelSites {
    private final KernelVerification verification;
    private final LinkedKernel kernel;
    private final ArchKernel arch;

    KernelSites(KernelVerification verification) {
        this.verification = verification;
        this.kernel = verification.kernel();
        this.arch = verification.arch();
    }

    /** The call sites of the function tracer, which the boot switches off: each is off, or on, and then calls one of the tracer's entries. */
    List<PatchSite> tracing() {
        TracingSites tracing = arch.tracing();
        List<? extends SiteKind> kinds = tracing.kernelKinds();
        Optional<AddressRange> table = kernel.between("__start_mcount_loc", "__stop_mcount_loc");
        Optional<byte[]> bytes = table.flatMap(range -> kernel.bytes(range.start(), range.sizeBytes()));
        if (bytes.isEmpty() || kinds.isEmpty() || !verification.profile().has(ConfigOption.DYNAMIC_FTRACE)) {
            return List.of();
        }
        Map<String, Address> entries = new TreeMap<>();
        tracing.kernelEntries().forEach(name -> kernel.symbol(name).ifPresent(entry -> entries.put(name, entry)));
        Width width = arch.width();
        boolean isBig = verification.vmlinux().isBigEndian();
        List<PatchSite> sites = new ArrayList<>();
        for (int at = 0; at <= bytes.get().length - width.bytes(); at += width.bytes()) {
            long site = tracing.listed(Pointers.get(bytes.get(), at, width.bytes(), isBig), width, kernel);
            if (site != 0) {
                site(kinds, site, entries).ifPresent(sites::add);
            }
        }
        return sites;
    }

    private Optional<PatchSite> site(List<? extends SiteKind> kinds, long site, Map<String, Address> entries) {
        for (SiteKind kind : kinds) {
            Address start = arch.width().address(site - kind.bytesInFront());
            Optional<byte[]> linked = kernel.bytes(start, kind.bytes());
            if (linked.isPresent() && kind.state(site, linked.get()) != SiteKind.State.FOREIGN) {
                byte[] off = linked.get();
                kind.off(site, off);
                List<Form> forms = new ArrayList<>();
                forms.add(Form.of("off", off));
                entries.forEach((name, entry) -> {
                    if (kind.isCalled(site, entry)) {
                        byte[] on = off.clone();
                        kind.on(site, on, entry.value());
                        forms.add(Form.of("on, to " + name, on));
                    }
                });
                return Optional.of(new PatchSite(start, "function tracing", forms));
            }
        }
        return Optional.empty();
    }

    /** The static branches, each in the form that the present state of its key asks for. */
    List<PatchSite> branches(MemoryReader memory) {
        Optional<AddressRange> table = kernel.between("__start___jump_table", "__stop___jump_table");
        Optional<byte[]> bytes = table.flatMap(range -> kernel.bytes(range.start(), range.sizeBytes()));
        if (bytes.isEmpty()
                || arch.staticBranches().isEmpty()
                || !verification.profile().has(ConfigOption.JUMP_LABEL)) {
            return List.of();
        }
        List<PatchSite> sites = new ArrayList<>();
        new BranchTable(arch, verification.profile(), arch.tables().jumpTable(), verification.vmlinux(), kernel)
                .sites(
                        bytes.get(),
                        table.orElseThrow().start(),
                        memory,
                        (site, forms) -> sites.add(new PatchSite(site, "jump label", forms)));
        return sites;
    }

    /** The words that the boot rewrites on one machine and not, or otherwise, on another. */
    List<PatchSite> machines() {
        List<PatchSite> sites = new ArrayList<>();
        for (Other other : verification.others()) {
            for (LinkedKernel.Part part : kernel.parts()) {
                byte[] here = kernel.bytes(part.range().start(), part.range().sizeBytes())
                        .orElseThrow();
                byte[] there = other.kernel()
                        .bytes(part.range().start(), part.range().sizeBytes())
                        .orElseThrow();
                for (int at = Arrays.mismatch(here, there); at >= 0 && at < here.length; ) {
                    int from = at & -Integer.BYTES;
                    int end = Math.min(from + Integer.BYTES, here.length);
                    sites.add(new PatchSite(
                            part.range().start().plus(from),
                            "rewritten for a machine that is not known",
                            List.of(
                                    Form.of("not with " + other.what(), Arrays.copyOfRange(here, from, end)),
                                    Form.of("with " + other.what(), Arrays.copyOfRange(there, from, end)))));
                    int next = Arrays.mismatch(here, end, here.length, there, end, there.length);
                    at = next < 0 ? -1 : end + next;
                }
            }
        }
        return sites;
    }
}
