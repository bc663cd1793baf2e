package io.modrt.mips;

import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.spi.BootImage;
import io.modrt.spi.KernelBoot;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the boot writes into the kernel's own code: functions that depend on the processor's caches and TLB are assembled by the kernel
 * itself, and the function tracer's entry loses the branch over its body. Source: a 6.1 kernel in memory beside its {@code vmlinux}.
 */
record MipsBoot(KernelProfile profile) implements KernelBoot {
    private static final int BRANCH = 0x1000_0000; // b .+4
    private static final int DISTANCE = 0xffff;
    private static final int NOP = 0;

    private static final List<Generated> GENERATED = Stream.concat(
                    Stream.of("clear_page", "copy_page")
                            .map(name -> new Generated(name, "__" + name + "_start", "__" + name + "_end")),
                    Stream.of("tlbmiss_handler_setup_pgd", "handle_tlbl", "handle_tlbs", "handle_tlbm")
                            .map(name -> new Generated(name, name, name + "_end")))
            .toList();

    /** Until it is first used, {@code ftrace_caller} begins with a branch to {@code ftrace_stub}. */
    @Override
    public void rewrite(BootImage image) {
        image.symbol("ftrace_caller")
                .filter(entry -> profile.has(ConfigOption.DYNAMIC_FTRACE))
                .ifPresent(entry -> {
                    if ((image.codeAt(entry.value()) & ~DISTANCE) == BRANCH) {
                        image.putCodeAt(entry.value(), NOP);
                    }
                });
    }

    @Override
    public List<Generated> generated() {
        return GENERATED;
    }
}
