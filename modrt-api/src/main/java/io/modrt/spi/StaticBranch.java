package io.modrt.spi;

import org.apiguardian.api.API;

/**
 * The two forms of a static branch, the word that {@code __jump_table} lists as code: a nop, or a jump to the target.
 *
 * @param nop the word of a branch that is not taken
 * @param jump the jump, its field zero
 * @param type how the jump holds its target: {@link Formula#S_A} or {@link Formula#S_A_P}, with the target for S
 * @param addend its addend
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record StaticBranch(int nop, int jump, RelocationType type, long addend) {

    /** Checks the formula. */
    public StaticBranch {
        if (type.formula() != Formula.S_A && type.formula() != Formula.S_A_P) {
            throw new IllegalArgumentException(type.psabiName() + " is " + type.formula() + ": no branch is so");
        }
    }

    /** The word of a taken branch at {@code site}. */
    public int taken(long site, long target) {
        long place = type.formula() == Formula.S_A_P ? site : 0;
        return type.field().insert(jump, target + addend + type.bias() - place);
    }
}
