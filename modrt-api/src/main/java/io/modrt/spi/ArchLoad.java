package io.modrt.spi;

import io.modrt.elf.RelocationSection;
import io.modrt.error.Refusal;
import java.util.List;
import org.apiguardian.api.API;

/**
 * The architecture's state of one load, used by one thread.
 *
 * <p>For each relocation section the engine calls {@link #open}, then for each relocation {@link #route} (routed types) and {@link #value}
 * (custom types). After the last section it has the {@linkplain #writeStubs stubs written}, then runs the {@link #finishers}, and only then
 * switches off the tracing sites and sorts the jump table. The package's page has the whole order.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ArchLoad {

    /**
     * Called before any place of a section changes, to set addends that the place of an SHT_REL entry holds in another
     * form than its field stores the value. {@code addends} holds the addends of SHT_RELA, or what {@link Field#load} finds in each place
     * of SHT_REL: of a field {@linkplain Field#from from bit} 16, a multiple of 2^16.
     *
     * @param relocations the section, in the {@linkplain ArchPlan#ordered order} of application
     * @param count how many of its entries will be applied, from the first
     * @param image the bytes of the section that is relocated; it is the next section's when that is opened, so an
     *     architecture keeps it as {@link SectionImage#kept}
     */
    default void open(RelocationSection relocations, int count, SectionImage image, Addends addends) {}

    /**
     * The lower half of the addend of entry {@code index}, which is added to what its place holds. Asked for entries of SHT_REL whose type has
     * a {@link RelocationType#lowerHalf}, in the order of application, before anything else about the entry is looked at; the engine need
     * not ask if the next entry has the half. If none has it, the load refuses the entries that need it, by the addends of {@link #open}.
     */
    default long lowerHalf(int index) {
        return 0;
    }

    /**
     * The {@linkplain Fixup#goal goal} of the branch at {@code fixup}: S + A if it needs no stub, else the address of one of the
     * {@link #stubs}, less {@link RelocationType#branchBias()}. Called for every relocation of a {@linkplain RelocationType#routed() routed}
     * type, in the order of application, before alignment and range are checked. P is subtracted later, from the stub's address as from
     * S + A. What the kernel refuses before it looks for a stub, such as code of another
     * instruction set or a distance at the very end of the field's range, is refused here.
     *
     * @throws io.modrt.error.RelocationException if a stub is needed and none is left
     */
    default long route(Fixup fixup) {
        return fixup.goal();
    }

    /**
     * The value of a {@link Formula#CUSTOM} type, before the bias. By default the type computes it; a load overrides this for values that
     * depend on more than the relocation itself: a GOT, descriptors, a kernel symbol, another relocation's value.
     *
     * @throws io.modrt.error.RelocationException if there is no value
     */
    default long value(Fixup fixup) {
        return fixup.type().custom(fixup);
    }

    /**
     * B, the address from which formulas such as {@link Formula#S_A_B} count. It is the same in all of a load, and the engine asks once.
     *
     * @param fixup the first relocation that needs it
     * @throws io.modrt.error.RelocationException if it is not known
     */
    default long base(Fixup fixup) {
        throw new AssertionError(fixup.type().psabiName() + " counts from a base, and this load has none");
    }

    /** Stores the value of a {@link Store#BY_LOAD} type. */
    default void store(Fixup fixup, long value, SectionImage image) {
        throw new AssertionError(fixup.type().psabiName() + " is stored BY_LOAD, and this load stores nothing");
    }

    /**
     * The kernel's answer to a value that does not fit. By default the type gives it; a load overrides this if the answer depends on stubs.
     *
     * @param what the value and the limits, as text
     */
    default Refusal misfit(Fixup fixup, String what) {
        return fixup.type().misfit(fixup, what);
    }

    /**
     * The kernel's answer to an S + A that is no multiple of the type's alignment. By default the type gives it; a load overrides this if
     * the answer depends on the kernel.
     *
     * @param what the value and the alignment, as text
     */
    default Refusal misaligned(Fixup fixup, String what) {
        return fixup.type().misaligned(fixup, what);
    }

    /**
     * The stubs made so far, in order of allocation. The engine asks for them only when it explains a load, so that one which makes
     * thousands need not make an object for each.
     */
    default List<Stub> stubs() {
        return List.of();
    }

    /** Writes the code and the slots of all {@link #stubs}, after the last relocation. Returns how many there are. */
    default int writeStubs(ModuleImage image) {
        List<Stub> made = stubs();
        for (Stub stub : made) {
            stub.write(image);
        }
        return made.size();
    }

    /**
     * The steps of the kernel's {@code module_finalize} for this architecture, in its order. They may also fill the rest of a section in
     * which stubs lie.
     */
    default List<Finisher> finishers() {
        return List.of();
    }

    /** The load of an architecture that adds nothing to its tables. */
    static ArchLoad none() {
        return new ArchLoad() {};
    }
}
