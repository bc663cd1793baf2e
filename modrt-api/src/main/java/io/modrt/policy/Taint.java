package io.modrt.policy;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/**
 * What a module taints the kernel with, in the order in which {@code /proc/modules} shows the letters. Kernels before 2.6.20 are tainted as
 * a whole and keep no taints of a module.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum Taint {
    /** The licence is not compatible with the GPL, or since 5.9 that of a module whose exports are used. */
    PROPRIETARY('P'),
    /** The module has no vermagic or CRCs; from 3.7 to 3.14 also that it has no signature that the kernel knows. */
    FORCED('F'),
    /** A module was unloaded by force. The kernel as a whole is tainted so, no module. */
    FORCED_UNLOAD('R'),
    /** A parameter was set that is known to be unsafe; since 3.17. The kernel as a whole is tainted so, no module. */
    USER('U'),
    /** The module is from the staging directory; since 2.6.28. */
    STAGING('C'),
    /** The module was not built in the kernel's tree; since 3.2. */
    OUT_OF_TREE('O'),
    /** The module has no signature that the kernel knows, in kernels with MODULE_SIG; since 3.15. */
    UNSIGNED('E'),
    /** The module is a live patch; since 4.5. */
    LIVE_PATCH('K'),
    /** For distributions, who set it by changes of their own. */
    AUXILIARY('X'),
    /** Structures are laid out in a random order. The kernel as a whole is tainted so, no module. */
    RANDOM_STRUCTURES('T'),
    /** The module is for tests; since 6.0. */
    TEST('N');

    private final char letter;

    Taint(char letter) {
        this.letter = letter;
    }

    /** The letter in {@code /proc/modules} and in the kernel's reports. */
    public char letter() {
        return letter;
    }

    /** The letters of {@code taints} as {@code /proc/modules} shows them, for example {@code POE}; empty without taints. */
    public static String letters(Collection<Taint> taints) {
        Set<Taint> sorted = EnumSet.noneOf(Taint.class);
        sorted.addAll(taints);
        return sorted.stream().map(taint -> String.valueOf(taint.letter)).collect(Collectors.joining());
    }
}
