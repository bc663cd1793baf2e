package io.modrt.conformance;

import io.modrt.address.Address;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbol;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.kernel.SymbolMap;
import io.modrt.module.ModuleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kernel of a dump: its symbols, its configuration and its machine. */
final class DumpedKernel {
    private static final String ON_QEMU = "running_on_qemu";

    private final KernelDump dump;
    private final SymbolMap kallsyms;
    private final KernelSymbols symbols;
    private final boolean bigEndian;
    private final Map<KernelDump, SymbolMap> moduleSymbols = new HashMap<>();

    /**
     * The kernel whose memory and symbols {@code dump} has.
     *
     * @param first one of its modules, which tells the byte order and class
     * @param tree its folder {@code lib/modules/VERSION}: where the kernel was built, its {@code vmlinux} lies in {@code boot} beside
     *     {@code lib}, and has what kallsyms leaves out
     * @throws IOException if the dump has no kernel
     */
    DumpedKernel(KernelDump dump, ModuleFile first, Path tree) throws IOException {
        this.dump = dump;
        if (dump.symbols().isEmpty() || dump.kernel().isEmpty()) {
            throw new IOException(dump.file() + ": does not have the kernel's memory and symbols");
        }
        this.bigEndian = first.elf().isBigEndian();
        this.kallsyms = KernelSymbols.kallsyms(dump.symbols());
        DumpMemory.Block image = dump.kernel().get(0);
        byte[] bytes = new byte[image.length()];
        System.arraycopy(image.file(), image.offset(), bytes, 0, bytes.length);
        int wordBytes = first.elf().elfClass().wordBytes();
        KernelSymbols told = KernelSymbols.memoryImage(bytes, image.base(), wordBytes, bigEndian, kallsyms.values())
                .or(kallsyms);
        Path vmlinux = tree.resolve("../../../boot/vmlinux-" + dump.release());
        this.symbols = Files.exists(vmlinux) ? told.or(KernelSymbols.vmlinux(vmlinux)) : told;
    }

    /** Its exports, and behind them its symbol table. */
    KernelSymbols symbols() {
        return symbols;
    }

    List<DumpMemory.Block> memory() {
        return dump.kernel();
    }

    /** The symbols that kallsyms lists for a module in the dump that has the module. */
    SymbolMap moduleSymbols(KernelDump boot, String module) {
        return moduleSymbols
                .computeIfAbsent(
                        boot, any -> boot.symbols().isEmpty() ? kallsyms : KernelSymbols.kallsyms(boot.symbols()))
                .ownedBy(module);
    }

    /** The profile, from the kernel's configuration if it lies beside the tree, as in packages and builds, else from the vermagic. */
    KernelProfile profile(Path tree, ModuleFile first, KernelDump boot) throws IOException {
        return LoadTree.profile(tree, first).withMachine(machine(boot));
    }

    private MachineFacts machine(KernelDump boot) {
        List<String> features = new ArrayList<>();
        String text = String.join("\n", dump.cpu());
        if (isOnQemu()) {
            features.add("qemu");
        }
        if (text.contains("PA-RISC 2.0")) {
            features.add("local-tlb-purge");
        }
        if (text.contains("shared with ITLB")) {
            features.add("combined-tlb");
        }
        if (boot.answers().stream()
                .anyMatch(line -> line.contains("ommand line: ") && line.contains("no-alternatives"))) {
            features.add("no-alternatives");
        }
        MachineFacts known = MachineFacts.unknown().withFeatures(features);
        return dump.cpus() > 0 ? known.withPresentCpus(dump.cpus()) : known;
    }

    /** The facts about the machine: kernels that rewrite code for QEMU keep a flag for it in memory. */
    private boolean isOnQemu() {
        Optional<Address> flag = symbols.find(ON_QEMU).map(KernelSymbol::value);
        if (flag.isEmpty()) {
            return false;
        }
        byte[] word = new byte[Integer.BYTES];
        new DumpMemory(dump.kernel()).read(flag.get(), word, 0, word.length);
        return (word[0] | word[1] | word[2] | word[3]) != 0;
    }
}
