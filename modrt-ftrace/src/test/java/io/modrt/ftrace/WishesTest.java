package io.modrt.ftrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.PatchException;
import io.modrt.error.StateException;
import io.modrt.load.LiveModule;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is to be traced, as a value, and that a switch that fails leaves it as it was. */
class WishesTest {
    private static final String FOLDER = "mips-o32-be-r2";
    private static final Address TRACER = Address.of(0x8020_9abcL);
    private static final Address OTHER = Address.of(0x8030_1000L);
    private static final Address LIST = Address.of(0x8040_2000L);

    /** The functions that go to {@code target}, in the order of their sites. */
    private static String going(Ftrace ftrace, Address target) {
        return ftrace.sites().stream()
                .filter(site -> site.target().filter(target::equals).isPresent())
                .map(CallSite::function)
                .collect(Collectors.joining(" "));
    }

    @Test
    void everyChangeIsACopy() {
        try (Target target = new Target(FOLDER)) {
            ModuleSites sites = new ModuleSites(target.load("greeter"), target.memory);
            List<ModuleSites> modules = List.of(sites);
            BitSet second = new BitSet();
            second.set(1);
            Wishes wishes = Wishes.NONE
                    .withListFunction(LIST)
                    .with(TRACER, none -> none.filtered(modules, Filter.of("greet say_*")))
                    .redirected(sites, 3, OTHER);
            BitSet wanted = wishes.wanted(sites);
            assertEquals("{0, 1, 2, 3}", wanted.toString());
            List<UnaryOperator<Wishes>> changes = List.of(
                    before -> before.with(TRACER, some -> some.all(modules)),
                    before -> before.with(TRACER, some -> some.where(modules, site -> true)),
                    before -> before.with(TRACER, some -> some.filtered(modules, Filter.of("!greet greet_alloc"))),
                    before -> before.with(OTHER, none -> none.all(modules)),
                    before -> before.without(TRACER),
                    before -> before.replaced(TRACER, OTHER),
                    before -> before.redirected(sites, 2, OTHER),
                    before -> before.redirected(sites, 3, null),
                    before -> before.withListFunction(OTHER),
                    before -> before.without(sites),
                    before -> before.without(sites, second));
            for (int i = 0; i < changes.size(); i++) {
                assertNotEquals(wishes, changes.get(i).apply(wishes), "change " + i);
                assertEquals(wanted, wishes.wanted(sites), "change " + i);
                assertEquals(TRACER.value(), wishes.targets(sites).applyAsLong(1), "change " + i);
                assertEquals(OTHER.value(), wishes.targets(sites).applyAsLong(3), "change " + i);
                assertEquals(LIST, wishes.listFunction(), "change " + i);
            }
        }
    }

    @Test
    void aPatternWaitsForTheModuleThatItNamesAndTakesItOnce() {
        try (Target target = new Target(FOLDER)) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime).trace("greet *:mod:visitor", TRACER);
            assertEquals("greet", going(ftrace, TRACER));
            LiveModule visitor = target.load("visitor");
            assertTrue(ftrace.sites(visitor).stream().allMatch(site -> site.state() == CallSite.State.ON));
            visitor.unload();
            LiveModule again = target.load("visitor");
            assertTrue(ftrace.sites(again).stream().allMatch(site -> site.state() == CallSite.State.OFF));
            assertEquals("greet", going(ftrace, TRACER));
        }
    }

    @Test
    void aPatternThatWaitsCanBeTakenBack() {
        try (Target target = new Target(FOLDER)) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime).trace("greet v*:mod:visitor", TRACER);
            PatchException other = assertThrows(PatchException.class, () -> ftrace.trace("!w*:mod:visitor", TRACER));
            assertEquals(Errno.EINVAL, other.errno());
            ftrace.trace("!v*:mod:visitor", TRACER);
            target.load("visitor");
            assertEquals("greet", going(ftrace, TRACER));
        }
    }

    @Test
    void aFilterThatFailsInItsMiddleLeavesNoPatternWaiting() {
        try (Target target = new Target(FOLDER)) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            assertThrows(PatchException.class, () -> ftrace.trace("greet *:mod:visitor no_such", TRACER));
            target.load("visitor");
            assertEquals("", going(ftrace, TRACER));
        }
    }

    @Test
    void aSwitchThatFailsLeavesNoWishForModulesToCome() {
        try (Target target = new Target(FOLDER)) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            target.memory.failWrite(target.memory.writes().size() + 3);
            assertThrows(PatchException.class, () -> ftrace.trace("", TRACER));
            target.memory.failWrite(target.memory.writes().size() + 3);
            assertThrows(PatchException.class, () -> ftrace.trace(site -> true, TRACER));
            target.load("visitor");
            assertEquals("", going(ftrace, TRACER));
            StateException nothing = assertThrows(StateException.class, () -> ftrace.replace(TRACER, OTHER));
            assertEquals("tracer " + TRACER + ": traces nothing", nothing.getMessage());
        }
    }

    @Test
    void aListFunctionThatCannotBeSwitchedToDoesNotTakeTheFirstOnesPlace() {
        try (Target target = new Target(FOLDER)) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime)
                    .listFunction(LIST)
                    .trace("greet", TRACER)
                    .trace("greet", OTHER);
            target.memory.failWrite(target.memory.writes().size() + 1);
            assertThrows(PatchException.class, () -> ftrace.listFunction(LIST.plus(0x1000)));
            ftrace.trace("say_plain", TRACER).trace("say_plain", OTHER);
            assertEquals("greet say_plain", going(ftrace, LIST));
        }
    }

    @Test
    void aModuleWhoseSitesCannotBeSwitchedIsRefusedAndForgotten() {
        try (Target target = new Target(FOLDER)) {
            target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime).trace("", TRACER);
            List<CallSite> sites = ftrace.sites();
            int before = target.memory.writes().size();
            target.load("visitor").unload();
            int writes = target.memory.writes().size() - before; // those of the sites are the last
            target.memory.failWrite(before + 2 * writes);
            assertThrows(PatchException.class, () -> target.load("visitor"));
            assertEquals(sites, ftrace.sites());
            LiveModule visitor = target.load("visitor");
            assertTrue(ftrace.sites(visitor).stream().allMatch(site -> site.state() == CallSite.State.ON));
        }
    }

    @Test
    void aRedirectionEndsWithTheInitFunctionThatItRedirects() {
        try (Target target = new Target(FOLDER)) {
            LiveModule greeter = target.load("greeter");
            Ftrace ftrace = Ftrace.attach(target.runtime);
            CallSite starts = ftrace.sites(greeter).stream()
                    .filter(site -> site.function().equals("greeter_start"))
                    .findFirst()
                    .orElseThrow();
            ftrace.redirect(starts, OTHER).trace("greeter_start greet", TRACER);
            greeter.dropInit();
            StateException gone = assertThrows(StateException.class, () -> ftrace.restore(starts));
            assertEquals(Errno.ENOENT, gone.errno());
            int writes = target.memory.writes().size();
            ftrace.untrace(TRACER);
            assertTrue(
                    target.memory.writes().stream().skip(writes).noneMatch(range -> range.contains(starts.address())),
                    "freed memory is not written");
        }
    }
}
