package io.modrt.ftrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.address.Address;
import io.modrt.error.PatchException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random sequences of switches, and a fault at each of their writes. */
class SwitchSequencesTest {
    private static final long SEED = 20091008;
    private static final int SEQUENCES = 10_000;
    private static final int MOST_STEPS = 8;

    /** What the target's words must say, worked out apart from the code under test. */
    private static final class Expectation {
        private final Target target;
        private final boolean isWide;
        private final boolean isMips;
        private final Map<Address, int[]> asLoaded = new HashMap<>();

        Expectation(Target target, String folder, List<CallSite> sites) {
            this.target = target;
            this.isWide = folder.contains("64");
            this.isMips = folder.startsWith("mips");
            sites.forEach(site -> asLoaded.put(site.address(), window(site.address())));
        }

        /** The two words of a MIPS site, or the nops of a PA-RISC one. */
        private int[] window(Address site) {
            int words = isWide ? 8 : 5;
            return isMips ? target.words(site, 2) : target.words(site.plus(-4L * (words - 1)), words);
        }

        private static int[] literalSite(long entry, boolean isWide) {
            return isWide
                    ? new int[] {
                        (int) (entry >>> 32),
                        (int) entry,
                        0x37de_0200,
                        0x73c1_3e01,
                        0x3421_3ff9,
                        0x5021_3fc1,
                        0xe820_d002,
                        0xe83f_1fcf
                    }
                    : new int[] {(int) entry, 0x6fc1_0080, 0x4821_3fd1, 0xe820_c002, 0xe83f_1fdf};
        }

        void check(CallSite site, Optional<Address> goesTo, String when) {
            int[] words = window(site.address());
            int[] off = asLoaded.get(site.address());
            if (goesTo.isEmpty()) {
                assertEquals(List.of(boxed(off)), List.of(boxed(words)), when + ": " + site);
            } else if (!isMips) {
                assertEquals(
                        List.of(boxed(literalSite(goesTo.get().value(), isWide))),
                        List.of(boxed(words)),
                        when + ": " + site);
            } else if (words[0] >>> 26 == 3) { // jal
                Address slot = site.address().plus(4);
                Address trampoline = Address.of(slot.value() & -0x1000_0000L | (words[0] & 0x03ff_ffffL) << 2);
                assertEquals(isWide ? off[1] : 0x27bd_fff8, words[1], when + ": " + site);
                assertEquals(goesTo.get().value(), behind(trampoline), when + ": " + site);
            } else {
                long lower = (short) words[1];
                assertEquals(0x3c03, words[0] >>> 16, when + ": " + site);
                assertEquals((int) goesTo.get().value(), (int) ((words[0] << 16) + lower), when + ": " + site);
                assertTrue(
                        words[1] >>> 16 == (isWide ? 0x6463 : 0x2463) || (words[1] == 0 && !isWide),
                        when + ": " + site);
            }
        }

        /** Where a trampoline goes: the literal that its second word loads. */
        private long behind(Address trampoline) {
            int[] words = target.words(trampoline, 2);
            assertEquals(0x3c19, words[0] >>> 16);
            assertEquals(isWide ? 0xdf39 : 0x8f39, words[1] >>> 16);
            long literal = (words[0] << 16) + (long) (short) words[1];
            return target.pointer(Address.of(isWide ? literal : literal & 0xffff_ffffL), isWide);
        }

        private static List<String> boxed(int[] words) {
            List<String> text = new ArrayList<>();
            for (int word : words) {
                text.add(Integer.toHexString(word));
            }
            return text;
        }
    }

    /** A tracer's sites, and redirections: what is to be. */
    private static final class Model {
        private final Map<Address, TreeSet<Integer>> tracers = new HashMap<>();
        private final Map<Integer, Address> redirected = new HashMap<>();

        Optional<Address> target(int site, Address list) {
            if (redirected.containsKey(site)) {
                return Optional.of(redirected.get(site));
            }
            List<Address> wanting = tracers.entrySet().stream()
                    .filter(each -> each.getValue().contains(site))
                    .map(Map.Entry::getKey)
                    .toList();
            return wanting.size() > 1 ? Optional.of(list) : wanting.stream().findFirst();
        }
    }

    private static List<Address> tracers(String folder) {
        long upper = folder.contains("n64") ? 0xffff_ffff_0000_0000L : 0;
        return List.of(
                Address.of(upper | 0x8010_0000L), // a lower half of 0
                Address.of(upper | 0x8010_8000L), // one that is negative
                Address.of(upper | 0x8fff_fffcL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"mips-o32-le-r2", "mips-o32-be-r2", "mips-n64-le-r2", "mips-n64-be-r2", "parisc-32", "parisc-64"
            })
    void everyWordIsWhatTheTracersSay(String folder) {
        try (Target target = new Target(folder)) {
            load(target, folder);
            Ftrace ftrace = Ftrace.attach(target.runtime);
            List<CallSite> sites = ftrace.sites();
            Expectation expectation = new Expectation(target, folder, sites);
            Address list = Address.of(tracers(folder).get(0).value() + 0x123450);
            ftrace.listFunction(list);
            Random random = new Random(SEED);
            Model model = new Model();
            for (int sequence = 0; sequence < SEQUENCES / 6 + 1; sequence++) {
                String when = folder + ", seed " + SEED + ", sequence " + sequence;
                int steps = 1 + random.nextInt(MOST_STEPS);
                for (int step = 0; step < steps; step++) {
                    step(ftrace, sites, model, random, tracers(folder), list);
                }
                for (int i = 0; i < sites.size(); i++) {
                    expectation.check(sites.get(i), model.target(i, list), when);
                }
            }
        }
    }

    private static void load(Target target, String folder) {
        target.load("greeter");
        target.load("visitor");
        if (folder.startsWith("mips")) {
            target.load("farcall");
        }
    }

    /** One random switch; one that there is no trampoline for must change nothing. */
    private static void step(
            Ftrace ftrace, List<CallSite> sites, Model model, Random random, List<Address> tracers, Address list) {
        Address tracer = tracers.get(random.nextInt(tracers.size()));
        int chosen = random.nextInt(sites.size());
        try {
            switch (random.nextInt(5)) {
                case 0 -> {
                    ftrace.trace(site -> site.address().equals(sites.get(chosen).address()), tracer);
                    model.tracers
                            .computeIfAbsent(tracer, any -> new TreeSet<>())
                            .add(chosen);
                }
                case 1 -> {
                    int bits = random.nextInt();
                    ftrace.trace(site -> (bits >>> (index(sites, site) & 31) & 1) != 0, tracer);
                    for (int i = 0; i < sites.size(); i++) {
                        if ((bits >>> (i & 31) & 1) != 0) {
                            model.tracers
                                    .computeIfAbsent(tracer, any -> new TreeSet<>())
                                    .add(i);
                        }
                    }
                }
                case 2 -> {
                    ftrace.untrace(tracer);
                    model.tracers.remove(tracer);
                }
                case 3 -> {
                    ftrace.redirect(sites.get(chosen), list.plus(16));
                    model.redirected.put(chosen, list.plus(16));
                }
                default -> {
                    ftrace.restore(sites.get(chosen));
                    model.redirected.remove(chosen);
                }
            }
        } catch (PatchException full) {
            assertTrue(full.getMessage().contains("its region has no other trampoline left"), full.getMessage());
        }
    }

    private static int index(List<CallSite> sites, CallSite site) {
        for (int i = 0; i < sites.size(); i++) {
            if (sites.get(i).address().equals(site.address())) {
                return i;
            }
        }
        throw new AssertionError(site);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mips-o32-be-r2", "mips-n64-le-r2", "parisc-32", "parisc-64"})
    void aFaultAtAnyWriteLeavesEveryWordAsBefore(String folder) {
        Address tracer = tracers(folder).get(1);
        for (int nth = 1; ; nth++) {
            try (Target target = new Target(folder)) {
                load(target, folder);
                Ftrace ftrace = Ftrace.attach(target.runtime);
                ftrace.trace(
                        site -> site.address().value() % 8 == 4, tracers(folder).get(0));
                Map<Long, String> before = target.memory.contents();
                List<CallSite> sites = ftrace.sites();
                int written = target.memory.writes().size();
                target.memory.failWrite(written + nth);
                ftrace.listFunction(tracers(folder).get(2));
                PatchException fault;
                try {
                    ftrace.trace("", tracer);
                    assertEquals(written + nth - 1, target.memory.writes().size(), "there is one write more");
                    assertTrue(nth > sites.size(), "every site is written");
                    return;
                } catch (PatchException expected) {
                    fault = expected;
                }
                assertTrue(fault.getMessage().contains("nothing was switched"), fault.getMessage());
                assertEquals(before, target.memory.contents(), "write " + nth);
                assertEquals(sites, ftrace.sites());
                ftrace.trace("", tracer); // and now it works
                assertTrue(ftrace.sites().stream().allMatch(site -> site.state() == CallSite.State.ON));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mips-o32-le-r2", "parisc-64"})
    void whereUndoingFailsTooTheSiteIsTornAndTheErrorSaysBoth(String folder) {
        try (Target target = new Target(folder)) {
            load(target, folder);
            Ftrace ftrace = Ftrace.attach(target.runtime);
            int written = target.memory.writes().size();
            target.memory.failWritesFrom(written + 4);
            PatchException both = assertThrows(
                    PatchException.class,
                    () -> ftrace.trace("greet*", tracers(folder).get(0)));
            assertTrue(both.getMessage().contains("cannot be written: write " + (written + 4)), both.getMessage());
            assertTrue(both.getMessage().contains("and undoing it failed, too: "), both.getMessage());
            assertTrue(both.getSuppressed().length > 0);
            List<CallSite> torn = ftrace.sites().stream()
                    .filter(site -> site.state() == CallSite.State.TORN)
                    .toList();
            assertTrue(!torn.isEmpty() && torn.size() <= 3, torn.toString());
            PatchException refused = assertThrows(
                    PatchException.class,
                    () -> ftrace.trace(
                            site -> site.address().equals(torn.get(0).address()),
                            tracers(folder).get(1)));
            assertTrue(refused.getMessage().contains("load the module anew"), refused.getMessage());
        }
    }
}
