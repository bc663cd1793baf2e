package io.modrt.conformance.fuzz;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.conformance.Captures;
import io.modrt.ftrace.Filter;
import io.modrt.ftrace.Ftrace;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ModuleFile;
import io.modrt.parameters.Argument;
import io.modrt.signature.TrustedKeys;
import io.modrt.testkit.BundledModules;
import io.modrt.verify.Verification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** The entries that take bytes or text. A new entry is one more line of {@link #all}. */
final class FuzzTargets {
    private static final List<String> PATHS = List.of(
            "mips-o32-be-r2/farcall.ko",
            "mips-o32-le-r2/greeter.ko",
            "mips-n64-le-r2/pairs.ko",
            "parisc-32/greeter.ko",
            "parisc-64/visitor.ko",
            "aarch64-le/relocs.ko",
            "aarch64-le/greeter.ko");
    private static final int ET_EXEC = 2;
    private static final int E_TYPE = 16;
    private static final Address BASE = Address.of(0x8010_0000L);
    private static final Map<String, Address> KNOWN =
            Map.of("printk", BASE.plus(0x40), "kfree", BASE.plus(0x80), "memcpy", BASE.plus(0xc0));

    private FuzzTargets() {}

    /** All targets, by name. */
    static Map<String, FuzzTarget> all() {
        Map<String, FuzzTarget> targets = new TreeMap<>();
        add(targets, "module", modules(), file -> ModuleRuns.all(file, ModuleRuns.BEST_EFFORT));
        add(targets, "module-exact", modules(), file -> ModuleRuns.all(file, ModuleRuns.EXACT));
        add(
                targets,
                "module-script",
                scripts(),
                script -> ModuleRuns.all(ElfScript.run(script, modules()), ModuleRuns.BEST_EFFORT));
        add(
                targets,
                "module-script-exact",
                scripts(),
                script -> ModuleRuns.all(ElfScript.run(script, modules()), ModuleRuns.EXACT));
        add(targets, "compressed", compressed(), file -> ModuleFile.open("fuzz.ko", file, ModuleRuns.EXACT));
        add(targets, "signature", signatures(), FuzzTargets::signed);
        add(targets, "vmlinux", kernels(), KernelSymbols::vmlinux);
        add(targets, "memory-image", images(), FuzzTargets::image);
        add(targets, "machine", modules(), FuzzTargets::machine);
        add(targets, "loaded-memory", modules(), FuzzTargets::memory);
        add(
                targets,
                "system-map",
                texts("80100000 T printk\n80100004 t x [mod]\n", "(null) A __crc_y\n         U z\n"),
                text -> KernelSymbols.systemMap(string(text)).slid(16).remarks());
        add(
                targets,
                "module-symvers",
                texts("0x92997ed8\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n"),
                text -> KernelSymbols.moduleSymvers(string(text)).remarks());
        add(
                targets,
                "config",
                texts("# Linux/mips 6.1.176 Kernel Configuration\nCONFIG_PAGE_SIZE_4KB=y\nCONFIG_SMP=y\n"),
                text -> KernelProfile.ofConfig(new StringReader(string(text))).assumptions());
        add(
                targets,
                "vermagic",
                texts("6.1.0-13-4kc-malta SMP mod_unload MIPS32_R2 32BIT "),
                text -> KernelProfile.ofVermagic(string(text)).assumptions());
        add(targets, "filter", texts("a*b?[c-e]* !*_stop:mod:greeter 27 \\*", "greet*"), FuzzTargets::filter);
        add(targets, "modules-dep", texts("kernel/a.ko: kernel/b.ko\nkernel/b.ko:\n"), TreeRuns.list("modules.dep"));
        add(targets, "modules-softdep", texts("softdep a pre: b post: c d\n"), TreeRuns.list("modules.softdep"));
        add(targets, "modules-alias", texts("alias pci:v*d00001[0-9]* a\n"), TreeRuns.list("modules.alias"));
        add(targets, "modules-symbols", texts("alias symbol:f a\n"), TreeRuns.list("modules.symbols"));
        add(targets, "modules-builtin", texts("kernel/c.ko\n"), TreeRuns.list("modules.builtin"));
        add(
                targets,
                "modules-builtin-modinfo",
                texts("c.alias=x\0c.license=GPL\0"),
                TreeRuns.list("modules.builtin.modinfo"));
        add(
                targets,
                "modprobe-conf",
                texts("alias x* a\noptions a b=1 \\\n c=2\nblacklist b\ninstall c /bin/true\n"),
                TreeRuns::modprobe);
        add(
                targets,
                "depmod-conf",
                texts("search updates built-in\noverride a 6.* extra\nexclude b\n"),
                TreeRuns::depmod);
        add(targets, "command-line", texts("a.b=1 modprobe.blacklist=b,c quiet -- x"), TreeRuns::commandLine);
        add(targets, "capture", texts("KDUMP1\nRELEASE 6.1.0\nMODULE greeter 4096 Live c0000000\n"), Captures::modules);
        add(targets, "parameters", texts("greeting=hello count=3 -- rest", "a=\"b c\" b"), FuzzTargets::parameters);
        add(
                targets,
                "certificates",
                texts("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "0\202"),
                TrustedKeys::certificates);
        add(targets, "keys-in-image", texts("0\202\1\0" + "0\202".repeat(99)), TrustedKeys::inImage);
        add(targets, "image-file", ImageRuns.files(), ImageRuns::file);
        add(targets, "kernel-memory", modules(), ImageRuns::kernel);
        return targets;
    }

    private static void add(Map<String, FuzzTarget> targets, String name, List<byte[]> seeds, FuzzTarget.Entry entry) {
        targets.put(name, new FuzzTarget(name, () -> seeds, entry));
    }

    /** Modules of each machine, which the callers leave as they are. */
    static List<byte[]> modules() {
        return Bundled.FILES;
    }

    /** Read once. */
    private static final class Bundled {
        private static final List<byte[]> FILES =
                PATHS.stream().map(BundledModules::file).toList();
    }

    private static List<byte[]> scripts() {
        List<byte[]> scripts = new ArrayList<>();
        for (int module = 0; module < PATHS.size(); module++) {
            scripts.add(new byte[] {(byte) module});
            scripts.add(new byte[] {(byte) module, 0, 0, 3, 5, 1, 1, 0, 4, 4, 3, 2, 0, 1, 2, 4, 5, 3, 0, 8, 0, 65, 3});
        }
        return scripts;
    }

    private static List<byte[]> texts(String... texts) {
        return Arrays.stream(texts)
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
    }

    private static String string(byte[] text) {
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private static List<byte[]> compressed() {
        byte[] module = modules().get(0);
        try {
            ByteArrayOutputStream gzip = new ByteArrayOutputStream();
            try (OutputStream out = new GZIPOutputStream(gzip)) {
                out.write(module);
            }
            ByteArrayOutputStream xz = new ByteArrayOutputStream();
            try (OutputStream out = new XZOutputStream(xz, new LZMA2Options(0))) {
                out.write(module);
            }
            byte[] zstd = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x20, 5, 0x29, 0, 0, 0x7f, 0x45, 0x4c, 0x46, 1};
            return List.of(gzip.toByteArray(), xz.toByteArray(), zstd);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static List<byte[]> signatures() {
        byte[] signed = BundledModules.file("mips-o32-le-r2/greeter-signed.ko");
        return List.of(Arrays.copyOfRange(signed, Math.max(0, signed.length - 1024), signed.length));
    }

    /** What stands behind a module's last section. */
    private static void signed(byte[] tail) {
        byte[] module = modules().get(1);
        byte[] file = Arrays.copyOf(module, module.length + tail.length);
        System.arraycopy(tail, 0, file, module.length, tail.length);
        ModuleFile opened = ModuleFile.open("fuzz.ko", file, ModuleRuns.EXACT);
        opened.signature().ifPresent(signature -> Said.of(signature, signature.verify(TrustedKeys.none())));
    }

    /** Modules that say of themselves that they are linked. */
    private static List<byte[]> kernels() {
        return modules().stream()
                .map(module -> {
                    byte[] kernel = module.clone();
                    kernel[E_TYPE] = 0;
                    kernel[E_TYPE + 1] = 0;
                    kernel[kernel[5] == 1 ? E_TYPE : E_TYPE + 1] = ET_EXEC;
                    return kernel;
                })
                .toList();
    }

    private static List<byte[]> images() {
        List<byte[]> images = new ArrayList<>();
        for (int form = 0; form < 4; form++) {
            byte[] image = new byte[1025];
            image[0] = (byte) form;
            byte[] names = "printk\0kfree\0memcpy\0".getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(names, 0, image, 513, names.length);
            images.add(image);
        }
        return images;
    }

    /** The first byte says how wide pointers are and in which order; the rest is a kernel's memory. */
    private static void image(byte[] input) {
        int form = input.length == 0 ? 0 : input[0];
        byte[] memory = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
        KernelSymbols.memoryImage(memory, BASE, (form & 1) == 0 ? 4 : 8, (form & 2) != 0, KNOWN)
                .remarks();
    }

    /** A kernel whose memory repeats the input, from which facts about its machine are read. */
    private static void machine(byte[] input) {
        for (byte[] module :
                List.of(modules().get(1), modules().get(3), modules().get(6))) {
            try (ModuleRuntime runtime = ModuleRuntime.builder()
                    .kernelSymbols(KernelSymbols.synthetic())
                    .kernelMemory(repeating(input))
                    .policy(ModuleRuns.EXACT)
                    .build()) {
                runtime.load(module);
            }
        }
    }

    /** A loaded module, of whose memory the input says what it holds; its first byte chooses the module. */
    private static void memory(byte[] input) {
        List<byte[]> modules = modules();
        byte[] module = modules.get(input.length == 0 ? 1 : (input[0] & 0xff) % modules.size());
        try (ModuleRuntime runtime = ModuleRuns.runtime(ModuleRuns.BEST_EFFORT)) {
            var result = Verification.of(runtime.load(module).asLoaded()).run(repeating(input));
            Said.of(result.table(), result.html());
        }
    }

    private static MemoryReader repeating(byte[] input) {
        return (from, into, offset, length) -> {
            for (int i = 0; i < length; i++) {
                into[offset + i] =
                        input.length == 0 ? 0 : input[(int) Long.remainderUnsigned(from.value() + i, input.length)];
            }
        };
    }

    private static void parameters(byte[] text) {
        Said.of(Argument.split(string(text)));
        try (ModuleRuntime runtime = ModuleRuns.runtime(ModuleRuns.EXACT)) {
            ModuleFile greeter = ModuleFile.open("fuzz.ko", modules().get(1), ModuleRuns.EXACT);
            Said.of(runtime.load(greeter, string(text)).parameters());
        }
    }

    private static void filter(byte[] text) {
        Filter.of(string(text));
        try (ModuleRuntime runtime = ModuleRuns.runtime(ModuleRuns.EXACT)) {
            runtime.load(modules().get(1));
            Ftrace.attach(runtime).trace(string(text), Address.of(0x8011_3020L));
        }
    }
}
