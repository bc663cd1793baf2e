package io.modrt.spi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apiguardian.api.API;

/** The code of static branches, the places that {@code __jump_table} lists: a nop, or a jump to the target. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface StaticBranches {

    /**
     * The size in bytes of the branch at {@code site}, which may depend on the instruction that the compiler put there.
     *
     * @throws io.modrt.error.FormatException if that instruction is not a static branch of this architecture
     */
    int sizeBytes(long site, CodeReader code);

    /** The code of a branch of {@code sizeBytes} bytes that is not taken. A new array. */
    byte[] notTaken(int sizeBytes);

    /** The code of a branch at {@code site} that goes to {@code target}. A new array. */
    byte[] taken(BranchSite site, long target);

    /**
     * The place of a static branch.
     *
     * @param address its address
     * @param sizeBytes bytes of its instruction
     */
    record BranchSite(long address, int sizeBytes) {}

    /**
     * Static branches that consist of one 32-bit instruction.
     *
     * @param order the byte order of code
     * @param nop the instruction that the kernel writes for a branch that is not taken, even if compilers put another one there
     * @param jump the instruction of a branch that is taken
     */
    static StaticBranches ofWords(ByteOrder order, int nop, Jump jump) {
        return new StaticBranches() {
            @Override
            public int sizeBytes(long site, CodeReader code) {
                return Integer.BYTES;
            }

            @Override
            public byte[] notTaken(int sizeBytes) {
                return bytes(nop);
            }

            @Override
            public byte[] taken(BranchSite site, long target) {
                return bytes(jump.to(site.address(), target));
            }

            private byte[] bytes(int word) {
                return ByteBuffer.allocate(Integer.BYTES)
                        .order(order)
                        .putInt(word)
                        .array();
            }
        };
    }

    /**
     * A jump instruction.
     *
     * @param bits the instruction, with zeros in its field
     * @param field the bits that hold its target
     * @param formula {@link Formula#S_A} or {@link Formula#S_A_P}, with the target as S + A and the branch as P
     * @param bias added to the formula's value
     */
    record Jump(int bits, Field field, Formula formula, long bias) {

        /** Checks the formula. */
        public Jump {
            if (formula != Formula.S_A && formula != Formula.S_A_P) {
                throw new IllegalArgumentException("a jump's formula is S_A or S_A_P, not " + formula);
            }
        }

        int to(long site, long target) {
            return field.insert(bits, formula.value(target, site) + bias);
        }
    }
}
