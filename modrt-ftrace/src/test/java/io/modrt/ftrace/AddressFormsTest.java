package io.modrt.ftrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.load.LiveModule;
import io.modrt.verify.Verification;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Addresses of tracers and sites come from tools that write 8 digits or 16, of which the upper half may be the sign. */
class AddressFormsTest {
    private static final long UPPER = 0xffff_ffff_0000_0000L;
    private static final long TRACER = 0x8020_9abcL;
    private static final long OTHER = 0x8030_1000L;
    private static final long LIST = 0x8040_2000L;

    static Stream<Arguments> foldersAndForms() {
        return Stream.of("mips-o32-le-r2", "mips-o32-be-r2", "mips-n64-le-r2", "mips-n64-be-r2")
                .flatMap(folder -> Stream.of(0L, UPPER).map(upper -> Arguments.of(folder, upper)));
    }

    /** The address whose lower half is {@code low} as the kernel has it. */
    private static Address own(String folder, long low) {
        return Address.of(folder.contains("n64") ? UPPER | low : low);
    }

    private static Map<Address, Long> going(Ftrace ftrace) {
        return ftrace.sites().stream()
                .flatMap(site -> site.target().stream())
                .collect(Collectors.groupingBy(target -> target, Collectors.counting()));
    }

    @ParameterizedTest(name = "{0}, upper half {1}")
    @MethodSource("foldersAndForms")
    void tracersAreWhatTheirAddressesMean(String folder, long upper) {
        try (Target target = new Target(folder)) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            long all = ftrace.sites().size();

            ftrace.trace("", Address.of(upper | TRACER));
            assertEquals(Map.of(own(folder, TRACER), all), going(ftrace));
            ftrace.trace("", own(folder, TRACER));
            assertEquals(Map.of(own(folder, TRACER), all), going(ftrace), "both forms are one tracer");

            ftrace.listFunction(Address.of(upper | LIST)).trace("", Address.of(upper | OTHER));
            assertEquals(Map.of(own(folder, LIST), all), going(ftrace));

            ftrace.untrace(Address.of(upper | OTHER)).replace(Address.of(upper | TRACER), Address.of(upper | OTHER));
            assertEquals(Map.of(own(folder, OTHER), all), going(ftrace));

            CallSite site = ftrace.sites().get(0);
            ftrace.redirect(site, Address.of(upper | LIST));
            Address at = Address.of(upper | site.address().value() & ~UPPER);
            assertEquals(
                    Optional.of(own(folder, LIST)),
                    ftrace.site(at).orElseThrow().target());
        }
    }

    @ParameterizedTest(name = "{0}, upper half {1}")
    @MethodSource("foldersAndForms")
    void tracersThatWaitForModulesAreWhatTheirAddressesMean(String folder, long upper) {
        try (Target target = new Target(folder)) {
            Ftrace ftrace = Ftrace.attach(target.runtime)
                    .listFunction(Address.of(upper | LIST))
                    .trace(site -> true, Address.of(TRACER))
                    .trace(site -> site.function().equals("greet"), Address.of(UPPER | TRACER));

            target.load("greeter");

            assertEquals(
                    Map.of(own(folder, TRACER), (long) ftrace.sites().size()),
                    going(ftrace),
                    "both forms are one tracer");
            ftrace.untrace(Address.of(upper | TRACER));
            assertEquals(Map.of(), going(ftrace));
            ftrace.trace("", Address.of(upper | TRACER)).trace("", Address.of(upper | OTHER));
            assertEquals(List.of(own(folder, LIST)), List.copyOf(going(ftrace).keySet()));
        }
    }

    @ParameterizedTest(name = "{0}, upper half {1}")
    @MethodSource("foldersAndForms")
    void anEntryOfAVerificationMayBeGivenInEitherForm(String folder, long upper) {
        try (Target target = new Target(folder)) {
            LiveModule module = target.load("greeter");
            Ftrace.attach(target.runtime).trace("", own(folder, TRACER));

            assertTrue(Verification.of(module)
                    .withEntry("tracer", Address.of(upper | TRACER))
                    .run(target.memory)
                    .isClean());
        }
    }
}
