package io.modrt.examples;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.ftrace.CallSite;
import io.modrt.ftrace.Ftrace;
import io.modrt.ftrace.Trampoline;
import io.modrt.load.LiveModule;
import java.io.PrintStream;
import java.util.HexFormat;
import java.util.List;

/** Traces one function of a module with tracers that are out of reach of its call site. */
final class Tracing {
    private static final String FUNCTION = "farcall_leaf";

    private final ModuleRuntime kernel;
    private final LiveModule module;
    private final Ftrace ftrace;
    private final CallSite site;
    private final Columns table;

    private Tracing(ModuleRuntime kernel, LiveModule module, Ftrace ftrace) {
        this.kernel = kernel;
        this.module = module;
        this.ftrace = ftrace;
        this.site = ftrace.sites(module).stream()
                .filter(each -> each.function().equals(FUNCTION))
                .findFirst()
                .orElseThrow();
        this.table = Columns.of("traced by", "word at " + site.address(), "code", "trampoline");
    }

    /** Prints the states of a site in {@code module}, which has room for a trampoline. */
    static void tell(ModuleRuntime kernel, LiveModule module, PrintStream out) {
        out.println(
                "\nTo trace a function, its call of _mcount is switched on. The tracer is out of the call's reach as well.");
        out.println(
                "With LoadPolicy.trampolines(1) there is room for a trampoline, whose target is a literal. To change the");
        out.println("tracer, only the literal is written. " + FUNCTION + ":");
        try (Ftrace ftrace = Ftrace.attach(kernel)) {
            Tracing tracing = new Tracing(kernel, module, ftrace);
            tracing.row("nobody");
            Address first = Address.of(0x8030_0000L);
            Address second = Address.of(0x8030_0400L);
            ftrace.trace(FUNCTION, first);
            tracing.row(first);
            ftrace.replace(first, second);
            tracing.row(second);
            ftrace.untrace(second);
            tracing.row("nobody");
            tracing.table.print(out);
        }
    }

    private void row(Object tracer) {
        String word = StubReport.word(kernel.memory(), site.address());
        table.row(
                tracer,
                word,
                Instruction.text(HexFormat.fromHexDigits(word), site.address()),
                ftrace.trampolines().getOrDefault(module, List.of()).stream()
                        .map(Trampoline::toString)
                        .findFirst()
                        .orElse(""));
    }
}
