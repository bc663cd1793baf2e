package io.modrt.testkit.contract;

import io.modrt.address.AddressRange;
import io.modrt.elf.Section;
import io.modrt.link.Relocation;
import io.modrt.load.LiveModule;
import io.modrt.spi.Field;
import io.modrt.spi.Store;
import io.modrt.spi.Stub;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;

/** Whether every byte that a load changed is explained by a relocation, and every branch through a stub by that stub. */
final class ExplanationChecks {
    private final Trial trial;
    private final LiveModule module;
    private final ByteOrder dataOrder;
    private final ByteOrder codeOrder;
    private final Map<Section, byte[]> expected = new HashMap<>();

    private ExplanationChecks(Trial trial, LiveModule module) {
        this.trial = trial;
        this.module = module;
        this.dataOrder = trial.file().elf().isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        this.codeOrder = module.placed().plan().archKernel().codeOrder();
    }

    static Stream<DynamicTest> of(Subject subject) {
        return subject.eachTrial(trial -> {
            WatchedArch watched = new WatchedArch(subject.arch(), () -> {});
            trial.load(trial.kernel(watched)).ifPresent(module -> {
                new ExplanationChecks(trial, module).checkBytes();
                checkStubs(trial, module, watched.routed());
            });
        });
    }

    /** Every byte of the module's sections is the file's but for what the explained relocations say. */
    private void checkBytes() {
        for (Section section : trial.file().elf().sections()) {
            boolean isPlaceholder =
                    Placeholders.contain(trial.file(), section, module.placed().shape(section));
            if (module.placed().address(section).isPresent() && section.sizeBytes() > 0 && !isPlaceholder) {
                expected.put(section, contents(section));
            }
        }
        module.relocations().forEach(this::apply);
        expected.forEach((section, bytes) -> Assertions.assertArrayEquals(
                bytes,
                Arrays.copyOf(module.relocated(section), bytes.length),
                () -> trial + ": " + section.name() + " differs from what is explained"));
    }

    private byte[] contents(Section section) {
        int size = Math.toIntExact(section.sizeBytes());
        int from = Math.toIntExact(section.fileOffset());
        return section.hasContents()
                ? Arrays.copyOfRange(trial.file().elf().array(), from, from + size)
                : new byte[size];
    }

    private void apply(Relocation relocation) {
        String what = trial + ": " + relocation.place();
        byte[] bytes = expected.entrySet().stream()
                .filter(entry ->
                        range(entry.getKey()).contains(relocation.place().P()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError(what + ": its place is in no section"));
        Field field = relocation.type().field();
        ByteOrder order = field.isCode() ? codeOrder : dataOrder;
        int at = (int) relocation.place().sectionOffset();
        long before = Numbers.get(bytes, at, field.bytes(), order);
        Assertions.assertEquals(before, relocation.before(), () -> what + ": before");
        Numbers.put(bytes, at, field.bytes(), order, relocation.after());
        if (relocation.type().store() != Store.REPLACE) {
            long others = ~mask(field, order);
            Assertions.assertEquals(0, (before ^ relocation.after()) & others, () -> what + ": bits outside " + field);
        }
    }

    private static long mask(Field field, ByteOrder order) {
        if (field.bytes() < Long.BYTES) {
            return Integer.toUnsignedLong(field.mask());
        }
        Field second = field.second();
        if (second == null) {
            return -1;
        }
        boolean bigEndian = order == ByteOrder.BIG_ENDIAN;
        int upper = bigEndian ? field.mask() : second.mask();
        int lower = bigEndian ? second.mask() : field.mask();
        return (long) upper << Integer.SIZE | Integer.toUnsignedLong(lower);
    }

    private AddressRange range(Section section) {
        return new AddressRange(module.placed().address(section).orElseThrow(), section.sizeBytes());
    }

    private static void checkStubs(Trial trial, LiveModule module, Map<Long, Stub> routed) {
        Map<Long, Optional<Stub>> explained = new HashMap<>();
        module.relocations()
                .filter(relocation -> relocation.type().routed())
                .forEach(relocation -> explained.put(relocation.place().P().value(), relocation.stub()));
        routed.forEach((place, stub) -> Assertions.assertEquals(
                Optional.of(stub),
                explained.get(place),
                () -> trial + ": the explanation of the branch at 0x" + Long.toHexString(place)
                        + " does not name its stub"));
        long named = explained.values().stream().filter(Optional::isPresent).count();
        Assertions.assertEquals(routed.size(), named, () -> trial + ": branches whose explanation names a stub");
    }
}
