package io.modrt.testkit;

import io.modrt.module.ModuleFile;
import org.apiguardian.api.API;

/** A module that was drawn from a seed. Its name is {@code random_SEED}; what it exports has that name in front. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RandomModule {
    private final ElfTarget target;
    private final long seed;
    private final byte[] bytes;

    RandomModule(ElfTarget target, long seed, byte[] bytes) {
        this.target = target;
        this.seed = seed;
        this.bytes = bytes;
    }

    /** The seed, from which {@link RandomModules#module} draws this module again. */
    public long seed() {
        return seed;
    }

    /** The file's bytes, a new array. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The file, opened. */
    public ModuleFile file() {
        return ModuleFile.open(bytes());
    }

    /** For example {@code module of seed 7 for machine 8, ELF32, big endian, flags 0x70001001}. */
    @Override
    public String toString() {
        return "module of seed " + seed + " for " + target.describe();
    }
}
