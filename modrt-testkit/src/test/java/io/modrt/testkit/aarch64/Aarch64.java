package io.modrt.testkit.aarch64;

import io.modrt.elf.AddendKind;
import io.modrt.elf.ElfClass;
import io.modrt.testkit.ElfEncoding;
import io.modrt.testkit.ElfTarget;
import java.nio.ByteOrder;

/** What builders must know of AArch64. */
public final class Aarch64 {
    /** Little-endian AArch64. */
    public static final ElfTarget TARGET = new ElfTarget(
            new ElfEncoding(ElfClass.ELF64, ByteOrder.LITTLE_ENDIAN),
            Aarch64Arch.EM_AARCH64,
            0,
            AddendKind.EXPLICIT,
            Aarch64Reloc.ABS64.number());

    private Aarch64() {}
}
