package io.modrt.module;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.ElfHeader;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.kernel.KernelProfile;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.KernelVersion;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Which of several faults a kernel finds first, and the line that it logs, as live kernels of 6.1 and 6.12 answered. */
class ElfValidityTest {
    private static final int EI_CLASS = 4;
    private static final int EI_DATA = 5;
    private static final int E_SHOFF = 32;
    private static final int E_SHSTRNDX = 50;

    private static HostKernel kernel(String version) {
        return new HostKernel() {
            @Override
            public Optional<KernelProfile> profile() {
                return Optional.of(KernelProfile.of(KernelVersion.parse(version)));
            }

            @Override
            public void requireMachine(String fileName, ElfHeader header, int classIdent) {
                HostKernel.requireClass(fileName, header, classIdent);
            }
        };
    }

    private static FormatException refusal(String version, byte[] bytes) {
        return assertThrows(
                FormatException.class, () -> ModuleFile.open("m.ko", bytes, LoadPolicy.kernelExact(), kernel(version)));
    }

    private static void logs(String version, byte[] bytes, String line) {
        FormatException refusal = refusal(version, bytes);
        assertEquals(line, refusal.kernelMessage().orElse("none: " + refusal.getMessage()));
        assertEquals(Errno.ENOEXEC, refusal.errno());
        assertFalse(refusal.beyondKernel());
    }

    private static byte[] edited(Consumer<ByteBuffer> change) {
        byte[] bytes = ModuleBytes.with(e -> {});
        change.accept(ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** Headers that are read one byte too late: every type is 256 times what it was, and every offset. */
    @Test
    void theNameTableIsLookedAtFirstUntilAllHeadersAre() {
        byte[] sound = ModuleBytes.with(e -> {});
        byte[] late = Arrays.copyOf(sound, sound.length + 1);
        ByteBuffer.wrap(late).putInt(E_SHOFF, ByteBuffer.wrap(sound).getInt(E_SHOFF) + 1);
        assertAll(
                () -> logs("6.1.0", late, "Invalid ELF section hdr(type 768)"),
                () -> logs("6.12.95", late, "Invalid ELF section hdr(type 768)"),
                () -> logs("6.12.117", late, "Invalid ELF section in module (section 1 type 256)"));
    }

    @Test
    void aClassThatIsNoneIsAnotherArchitecture() {
        for (int ident : new int[] {0, 2, 17}) {
            logs("6.1.0", edited(b -> b.put(EI_CLASS, (byte) ident)), "Invalid architecture in ELF header: 8");
        }
    }

    @Test
    void aFileInTheOtherByteOrderThanItSaysIsBeyondTheKernel() {
        FormatException refusal = refusal("6.1.0", edited(b -> b.put(EI_DATA, (byte) 1)));
        assertTrue(refusal.beyondKernel());
        assertEquals("m.ko: is not in the byte order that EI_DATA names: file type (e_type) 256", refusal.getMessage());
    }

    @Test
    void aKernelThatDoesNotLookAtTheClassIsNotMadeToSaySo() {
        HostKernel tolerant = new HostKernel() {
            @Override
            public Optional<KernelProfile> profile() {
                return Optional.empty();
            }

            @Override
            public void requireMachine(String fileName, ElfHeader header, int classIdent) {
                assertEquals(17, classIdent);
            }
        };
        byte[] bytes = edited(b -> b.put(EI_CLASS, (byte) 17));
        FormatException refusal = assertThrows(
                FormatException.class, () -> ModuleFile.open("m.ko", bytes, LoadPolicy.kernelExact(), tolerant));
        assertTrue(refusal.beyondKernel());
        assertEquals(Optional.empty(), refusal.kernelMessage());
    }

    @Test
    void aMissingStructModuleHasTheLineOfEachKernel() {
        byte[] renamed = ModuleBytes.with(e -> e.part(3).name = ".data");
        byte[] unloaded = ModuleBytes.with(e -> e.part(3).flags = 1);
        assertAll(
                () -> assertTrue(refusal("6.1.0", renamed)
                        .kernelMessage()
                        .orElseThrow()
                        .endsWith(": No module found in object")),
                () -> assertTrue(refusal("6.12.95", renamed)
                        .kernelMessage()
                        .orElseThrow()
                        .endsWith(": Only one .gnu.linkonce.this_module section must exist.")),
                () -> assertTrue(refusal("6.12.117", renamed)
                        .kernelMessage()
                        .orElseThrow()
                        .endsWith(": Exactly one .gnu.linkonce.this_module section must exist.")),
                () -> assertTrue(refusal("6.12.117", unloaded)
                        .kernelMessage()
                        .orElseThrow()
                        .endsWith(": .gnu.linkonce.this_module must occupy memory during process execution")));
    }

    @Test
    void namesOfSectionsThatAreNotLoadedCountSinceAllNamesAreChecked() {
        byte[] bytes = edited(b -> {
            int header = b.getInt(E_SHOFF) + 40 * 9; // .symtab
            b.putInt(header, 0x7fff);
        });
        assertTrue(refusal("6.12.95", bytes).beyondKernel());
        logs("6.12.117", bytes, "Invalid ELF section name in module (section 9 type 2)");
    }

    @Test
    void aNameOutsideTheFileCrashesKernelsThatCompareNamesBeforeTheyCheckThem() {
        byte[] bytes = edited(b -> b.putInt(b.getInt(E_SHOFF) + 40, 0x8000_0000)); // .text
        String line = "Invalid ELF section name in module (section 1 type 1)";
        logs("6.1.0", bytes, line);
        logs("6.12.117", bytes, line);
        FormatException refusal = refusal("6.12.95", bytes);
        assertTrue(refusal.beyondKernel());
        assertEquals("m.ko: section 1: sh_name 0x80000000 is outside the file", refusal.getMessage());
    }

    @Test
    void theTypeOfTheNameTableCountsToo() {
        byte[] bytes = edited(b -> {
            int header = b.getInt(E_SHOFF) + 40 * b.getShort(E_SHSTRNDX);
            b.putInt(header + 4, 1);
        });
        assertEquals(
                "greeter",
                ModuleFile.open("m.ko", bytes, LoadPolicy.kernelExact(), kernel("6.12.95"))
                        .name());
        logs("6.12.117", bytes, "Invalid ELF section name table type: 1");
    }

    /** Kernels read the strings at their place in the file, whatever the section's type is. */
    @Test
    void modinfoIsReadEvenOfASectionThatIsNotInUse() {
        byte[] bytes = ModuleBytes.with(e -> e.part(2).type = 0);
        ModuleFile module = ModuleFile.open("m.ko", bytes, LoadPolicy.kernelExact(), kernel("6.1.0"));
        assertEquals(
                ModuleFile.open(ModuleBytes.with(e -> {})).info().entries(),
                module.info().entries());
    }
}
