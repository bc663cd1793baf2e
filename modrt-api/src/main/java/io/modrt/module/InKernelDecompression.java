package io.modrt.module;

import io.modrt.elf.ElfFile;
import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.version.LoaderChange;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel with MODULE_DECOMPRESS makes of a compressed file. It has one decompressor, and kmod leaves to it the files that are
 * compressed so; all others kmod decompresses itself. The kernel's decompressor takes less than the tools make, and of several streams it
 * reads the first alone.
 */
final class InKernelDecompression {
    private static final int XZ_CHECK = 7;
    private static final int CRC32 = 1;

    /** {@code XZ_OPTIONS_ERROR} of the kernel's decoder. */
    private static final String XZ_LINE = "decompression failed with status 6";

    private final Compression compression;
    private final int firstBytes;
    private final @Nullable Refusal refusal;

    /** Looks at the headers of {@code file}, which is not kept. */
    InKernelDecompression(Compression compression, byte[] file, Unpacked unpacked) {
        this.compression = compression;
        this.firstBytes = unpacked.firstBytes();
        this.refusal = refusal(compression, file);
    }

    private static @Nullable Refusal refusal(Compression compression, byte[] file) {
        int xzCheck = file.length > XZ_CHECK ? file[XZ_CHECK] & 0xf : 0;
        if (compression == Compression.XZ && xzCheck > CRC32) {
            return Refusal.of(
                            Errno.EINVAL,
                            "XZ with check " + xzCheck
                                    + ", and the kernel's own decompressor (MODULE_DECOMPRESS) knows no"
                                    + " check but CRC32 (1)")
                    .wayOut("compress it with xz --check=crc32, or relax Rule." + Rule.COMPRESSION)
                    .logged(XZ_LINE);
        }
        if (compression == Compression.GZIP && (file[GzipMembers.FLAGS] & GzipMembers.NOT_SKIPPED_BY_KERNEL) != 0) {
            return Refusal.of(
                            Errno.EINVAL,
                            "GZIP header flags 0x" + Integer.toHexString(file[GzipMembers.FLAGS] & 0xff)
                                    + ", and the kernel's own decompressor (MODULE_DECOMPRESS) skips a file name (0x8)"
                                    + " alone")
                    .wayOut("compress it with gzip, or relax Rule." + Rule.COMPRESSION);
        }
        return null;
    }

    /** Reports what a kernel of this profile cannot read of the file. */
    void check(ElfFile elf, KernelProfile profile, Findings findings) {
        if (!isDoneBy(profile)) {
            return;
        }
        if (refusal != null) {
            findings.broken(Rule.COMPRESSION, refusal, reason -> new FormatException(findings.at(reason)));
        } else if (end(elf) > firstBytes) {
            findings.broken(
                    Rule.COMPRESSION,
                    Refusal.of(
                                    Errno.ENOEXEC,
                                    "has 0x" + Long.toHexString(end(elf)) + " bytes in several " + compression
                                            + " streams, and the kernel's own decompressor (MODULE_DECOMPRESS) reads"
                                            + " only the first, of 0x" + Integer.toHexString(firstBytes) + " bytes")
                            .wayOut("compress it as one stream, or relax Rule." + Rule.COMPRESSION),
                    reason -> new FormatException(findings.at(reason)));
        }
    }

    private boolean isDoneBy(KernelProfile profile) {
        return profile.has(ConfigOption.MODULE_DECOMPRESS)
                && switch (compression) {
                    case NONE -> false;
                    case GZIP, XZ -> profile.has(LoaderChange.DECOMPRESSION) && isBuiltIn(profile);
                    case ZSTD -> profile.has(LoaderChange.ZSTD_DECOMPRESSION) && isBuiltIn(profile);
                };
    }

    /** Whether the kernel's one decompressor is for this compression; it is thought to be where nobody says which it has. */
    private boolean isBuiltIn(KernelProfile profile) {
        return profile.option("CONFIG_MODULE_COMPRESS_" + compression).orElse(true);
    }

    /** The end of the last byte that the kernel needs: that of the section headers or of a section. */
    private static long end(ElfFile elf) {
        long end = elf.header().sectionHeadersOffset() + (long) elf.header().sectionHeaderBytes() * elf.sectionCount();
        for (Section s : elf.sections()) {
            if (s.hasContents()) {
                end = Math.max(end, s.fileOffset() + s.sizeBytes());
            }
        }
        return end;
    }
}
