package io.modrt.conformance;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LiveModule;
import io.modrt.module.ModuleFile;
import io.modrt.policy.LoadPolicy;
import io.modrt.spi.Stub;
import io.modrt.spi.StubTemplate;
import io.modrt.version.KernelVersion;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code stubs}: runs a module that modrt has loaded in a live 64-bit PA-RISC kernel; each of its calls must arrive with the right data pointer.
 *
 * <p>The module calls 4,095 external functions, which is as many as a GOT may hold: two through the short displacement, the others through the
 * long one. It calls two millicode routines, and two functions of its own that are out of a branch's reach. The descriptors of the external
 * functions all lead to one routine, but each has a data pointer of its own, which tells them apart.
 */
final class LiveStubs {
    /** As many slots as the kernel lets a GOT have; calls of millicode and of the module's own functions need none. */
    private static final int OUTSIDE = 4095;

    private static final String GAP = "0x900000";
    /** The place of the descriptors, behind the module in the guest's memory. */
    private static final int DESCRIPTORS_OFFSET = 11 << 20;
    /** Descriptors overlap: each uses only its doublewords at 16 and 24, so the next may begin 16 bytes further. */
    private static final int DESCRIPTOR_STRIDE_BYTES = 16;

    private static final long FIRST_DP = 0x1234_5678_0000_0010L;
    private static final int ROUTINE_A = 101;
    private static final int ROUTINE_B = 102;
    private static final int OWN_A = 7;
    private static final int OWN_B = 8;
    private static final int POKE_BYTES = 4096;
    private static final int BOOT_AND_RUN_SECONDS = 240;

    /** One call of the module, and its expected outcome. */
    private record Call(String function, int routine, long dp) {}

    private final Path kernel;
    private final Path initramfs;
    private final Path log;
    private final PrintStream out;

    LiveStubs(Path kernel, Path initramfs, Path log, PrintStream out) {
        this.kernel = kernel;
        this.initramfs = initramfs;
        this.log = log;
        this.out = out;
    }

    /** Runs the command; returns whether every call arrived. */
    boolean run() throws IOException {
        try (TemporaryFolder folder = TemporaryFolder.of("modrt-stubs")) {
            ModuleFile file = assemble(folder.path());
            try (LiveGuest guest = new LiveGuest(kernel, initramfs, folder.path(), log, BOOT_AND_RUN_SECONDS)) {
                return run(guest, file);
            }
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "; the kernel's log is in " + log, e);
        }
    }

    private boolean run(LiveGuest guest, ModuleFile file) throws IOException {
        LiveGuest.Area area = guest.area();
        long descriptors = area.base() + DESCRIPTORS_OFFSET;
        Map<String, Address> symbols = new LinkedHashMap<>();
        ByteBuffer made = ByteBuffer.allocate((OUTSIDE + 3) * DESCRIPTOR_STRIDE_BYTES);
        made.position(DESCRIPTOR_STRIDE_BYTES);
        for (int i = 0; i < OUTSIDE; i++) {
            symbols.put("outside_" + i, Address.of(descriptors + (long) i * DESCRIPTOR_STRIDE_BYTES));
            made.putLong(area.routineA()).putLong(dp(i));
        }
        symbols.put("$$one", Address.of(descriptors + (long) OUTSIDE * DESCRIPTOR_STRIDE_BYTES));
        made.putLong(area.routineA()).putLong(0);
        symbols.put("$$two", Address.of(descriptors + (OUTSIDE + 1L) * DESCRIPTOR_STRIDE_BYTES));
        made.putLong(area.routineB()).putLong(0);
        try (ModuleRuntime runtime = ModuleRuntime.builder()
                .profile(KernelProfile.of(KernelVersion.parse("6.1.192-64bit")))
                .kernelSymbols(KernelSymbols.of(symbols))
                .build()) {
            LiveModule module = runtime.load(
                    file,
                    Placement.regions(
                            Map.of(RegionKind.CORE, Address.of(area.base()), RegionKind.INIT, Address.of(area.end()))),
                    LoadPolicy.kernelExact().bestEffort());
            AddressRange core = module.placed().range(RegionKind.CORE).orElseThrow();
            if (core.end().compareTo(Address.of(descriptors)) > 0) {
                throw new IllegalStateException("the module reaches into what lies behind it: " + core);
            }
            byte[] image = new byte[Math.toIntExact(core.sizeBytes())];
            runtime.memory().read(core.start(), image, 0, image.length);
            poke(guest, core.start().value(), image);
            poke(guest, descriptors, made.array());
            long gp = core.start().value();
            boolean arrived = arrives(guest, module, gp);
            return controls(guest, module, image, gp) && arrived;
        }
    }

    private static long dp(int outside) {
        return FIRST_DP + (long) outside * DESCRIPTOR_STRIDE_BYTES;
    }

    private static List<Call> calls(long gp) {
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < OUTSIDE; i++) {
            calls.add(new Call("call_outside_" + i, ROUTINE_A, dp(i)));
        }
        calls.add(new Call("call_one", ROUTINE_A, gp));
        calls.add(new Call("call_two", ROUTINE_B, gp));
        calls.add(new Call("call_own_a", OWN_A, gp));
        calls.add(new Call("call_own_b", OWN_B, gp));
        return calls;
    }

    private boolean arrives(LiveGuest guest, LiveModule module, long gp) throws IOException {
        List<Call> calls = calls(gp);
        Map<String, Integer> kinds = new LinkedHashMap<>();
        for (Stub stub : module.stubs()) {
            kinds.merge(
                    stub.template().pieces().stream()
                            .map(StubTemplate.Piece::assembly)
                            .collect(Collectors.joining("; ")),
                    1,
                    Integer::sum);
        }
        List<LiveGuest.Outcome> outcomes = guest.call(
                calls.stream().map(call -> entry(module, call.function())).toList(), gp);
        int failed = 0;
        for (int i = 0; i < calls.size(); i++) {
            LiveGuest.Outcome expected =
                    new LiveGuest.Outcome(calls.get(i).routine(), calls.get(i).dp(), 0);
            if (!outcomes.get(i).equals(expected)) {
                failed++;
                out.println("FAILED " + calls.get(i).function() + ": " + outcomes.get(i) + ", not " + expected);
            }
        }
        kinds.forEach((kind, count) -> out.println(count + " stubs " + kind));
        out.printf("stubs: %d calls, %d failed%n", calls.size(), failed);
        return failed == 0 && module.stubs().size() == calls.size();
    }

    /** The control: with the words of another stub in its place, a stub must lead where the other one leads, so the check can fail. */
    private boolean controls(LiveGuest guest, LiveModule module, byte[] image, long gp) throws IOException {
        boolean good = true;
        for (List<String> pair : List.of(
                List.of("outside_0", "outside_1"),
                List.of("outside_2", "outside_4094"),
                List.of("$$one", "$$two"),
                List.of("own_a", "own_b"))) {
            Stub spoilt = stub(module, pair.get(0));
            Stub other = stub(module, pair.get(1));
            int from = Math.toIntExact(other.address().minus(Address.of(gp)));
            guest.poke(
                    spoilt.address().value(),
                    Arrays.copyOfRange(image, from, from + other.template().sizeBytes()));
            List<LiveGuest.Outcome> outcomes = guest.call(
                    List.of(
                            entry(module, "call_" + pair.get(0).replace("$", "")),
                            entry(module, "call_" + pair.get(1).replace("$", ""))),
                    gp);
            if (!outcomes.get(0).equals(outcomes.get(1))) {
                good = false;
                out.println("FAILED control: " + pair.get(0) + " with the words of " + pair.get(1) + ": " + outcomes);
            }
        }
        out.println(good ? "controls: 4 stubs with the words of others lead where the others lead" : "controls failed");
        return good;
    }

    private static Stub stub(LiveModule module, String symbol) {
        return module.stubs().stream()
                .filter(stub -> stub.symbol().equals(symbol))
                .findFirst()
                .orElseThrow();
    }

    private static long entry(LiveModule module, String function) {
        return module.symbol(function).orElseThrow().address().value();
    }

    /** Writes the pages that are not zero; the guest's memory is zero at first. */
    private static void poke(LiveGuest guest, long address, byte[] bytes) throws IOException {
        for (int at = 0; at < bytes.length; at += POKE_BYTES) {
            byte[] page = Arrays.copyOfRange(bytes, at, Math.min(at + POKE_BYTES, bytes.length));
            if (!Arrays.equals(page, new byte[page.length])) {
                guest.poke(address + at, page);
            }
        }
    }

    /** Assembles the module. */
    static ModuleFile assemble(Path folder) {
        StringBuilder text = new StringBuilder("\t.level 2.0w\n\t.text\n");
        for (int i = 0; i < OUTSIDE; i++) {
            function(text, "call_outside_" + i, "outside_" + i);
        }
        function(text, "call_one", "$$one");
        function(text, "call_two", "$$two");
        function(text, "call_own_a", "own_a");
        function(text, "call_own_b", "own_b");
        text.append("\t.section .gap,\"ax\",@nobits\n\t.space ").append(GAP).append("\n\t.section .text.far,\"ax\"\n");
        own(text, "own_a", OWN_A);
        own(text, "own_b", OWN_B);
        return Target.PARISC_64.assemble(folder, text.toString());
    }

    /** A function that calls {@code target} and returns. The call overwrites %rp, so the function keeps its own value in another register. */
    private static void function(StringBuilder text, String name, String target) {
        text.append("\t.globl ").append(name).append("\n\t.type ").append(name).append(",@function\n");
        text.append(name).append(":\n\tcopy %rp,%r19\n\tb,l ").append(target);
        text.append(",%rp\n\tnop\n\tbve (%r19)\n\tnop\n");
    }

    private static void own(StringBuilder text, String name, int number) {
        text.append("\t.globl ").append(name).append("\n\t.type ").append(name).append(",@function\n");
        text.append(name).append(":\n\tldi ").append(number).append(",%ret0\n\tbve (%rp)\n\tcopy %r27,%ret1\n");
    }
}
