package io.modrt.testkit.riscv;

import io.modrt.elf.RelocationSection;
import io.modrt.error.Errno;
import io.modrt.error.Refusal;
import io.modrt.spi.Addends;
import io.modrt.spi.ArchLoad;
import io.modrt.spi.Fixup;
import io.modrt.spi.SectionImage;
import io.modrt.spi.SymbolValues;
import java.util.HashMap;
import java.util.Map;

/** One load: the values that a relocation takes from another one of its section. */
final class RiscvLoad implements ArchLoad {
    private static final int GROUP_BITS = 7;
    private static final int GROUP = (1 << GROUP_BITS) - 1;
    private static final int MORE = 1 << GROUP_BITS;

    private final SymbolValues values;
    /** By the address of each {@code auipc} of the section at hand: its distance to what it addresses. */
    private final Map<Long, Long> distances = new HashMap<>();
    /** By the place of each pair of the section at hand: the value of its SET_ULEB128. */
    private final Map<Long, Long> minuends = new HashMap<>();

    RiscvLoad(SymbolValues values) {
        this.values = values;
    }

    @Override
    public void open(RelocationSection relocations, int count, SectionImage image, Addends addends) {
        distances.clear();
        minuends.clear();
        for (int i = 0; i < count; i++) {
            int type = relocations.type(i);
            long place = image.address() + relocations.offset(i);
            if (type == RiscvReloc.PCREL_HI20.number()) {
                distances.putIfAbsent(place, values.value(relocations.symbol(i)) + addends.get(i) - place);
            } else if (type == RiscvReloc.SET_ULEB128.number()) {
                minuends.put(place, values.value(relocations.symbol(i)) + addends.get(i));
            }
        }
    }

    @Override
    public long value(Fixup fixup) {
        if (fixup.type() == RiscvReloc.SUB_ULEB128) {
            return found(minuends, fixup.P(), fixup, "no R_RISCV_SET_ULEB128 at this place", "") - fixup.goal();
        }
        return found(
                distances,
                fixup.S(),
                fixup,
                "the section has no R_RISCV_PCREL_HI20 at " + Long.toHexString(fixup.S()),
                "Can not find HI20 relocation information");
    }

    private static long found(Map<Long, Long> known, long place, Fixup fixup, String what, String logged) {
        Long value = known.get(place);
        if (value == null) {
            Refusal refusal = Refusal.of(Errno.EINVAL, what);
            throw fixup.refused(logged.isEmpty() ? refusal : refusal.logged(fixup.moduleName() + ": " + logged));
        }
        return value;
    }

    /** Stores as many groups of seven bits as the value has, whatever room there is: for 0 none. */
    @Override
    public void store(Fixup fixup, long value, SectionImage image) {
        if (value < 0) {
            throw fixup.refused(Refusal.beyondKernel("the difference " + value + " is negative"));
        }
        long at = fixup.sectionOffset();
        int groups = (Long.SIZE - Long.numberOfLeadingZeros(value) + GROUP_BITS - 1) / GROUP_BITS;
        if (groups > image.section().sizeBytes() - at) {
            throw fixup.refused(Refusal.beyondKernel("the difference takes " + groups + " bytes, beyond its section"));
        }
        for (long rest = value; rest != 0; rest >>>= GROUP_BITS) {
            image.putByte(at++, (byte) (rest & GROUP | (rest > GROUP ? MORE : 0)));
        }
    }
}
