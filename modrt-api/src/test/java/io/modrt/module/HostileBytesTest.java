package io.modrt.module;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.modrt.elf.ElfClass;
import io.modrt.elf.ElfFile;
import io.modrt.elf.RelocationSection;
import io.modrt.elf.SymbolTable;
import io.modrt.error.FormatException;
import io.modrt.error.PolicyException;
import io.modrt.kernel.KernelProfile;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.KernelVersion;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Any bytes give a module or a refusal, never another exception. */
class HostileBytesTest {
    private static final long SEED = 20090519;
    private static final int ROUNDS = 2_000;
    private static final KernelProfile NEWEST = KernelProfile.of(new KernelVersion(7, 0, 0));
    private static final LoadPolicy[] POLICIES = {
        LoadPolicy.kernelExact(), LoadPolicy.kernelExact().bestEffort()
    };

    /** Reads all that can be read; true if the bytes are a module. */
    private static boolean readAll(byte[] bytes, LoadPolicy policy) {
        try {
            ModuleFile module = ModuleFile.open(bytes, policy);
            module.imports();
            module.exports();
            module.elf().sections().forEach(s -> s.name());
            readTables(module.elf());
            module.checkFor(NEWEST);
            return true;
        } catch (FormatException | PolicyException refused) {
            return false;
        }
    }

    private static void readTables(ElfFile file) {
        SymbolTable symbols = file.symbolTable().orElse(null);
        for (int i = 0; symbols != null && i < symbols.count(); i++) {
            symbols.symbol(i);
        }
        for (RelocationSection r : file.relocationSections()) {
            for (int i = 0; i < r.count(); i++) {
                r.entry(i);
            }
        }
    }

    @FuzzTest
    void anyBytesAreAModuleOrARefusal(byte[] bytes) {
        for (LoadPolicy policy : POLICIES) {
            readAll(bytes, policy);
        }
        try {
            readTables(ElfFile.view(bytes));
        } catch (FormatException refused) {
            assertTrue(refused.getMessage() != null);
        }
    }

    @ParameterizedTest
    @CsvSource({"ELF32, false", "ELF32, true", "ELF64, false", "ELF64, true"})
    void aModuleMayBeCutAnywhere(ElfClass elfClass, boolean big) {
        byte[] module = ModuleBytes.module(elfClass, big);
        for (int length = 0; length < module.length; length++) {
            byte[] cut = Arrays.copyOf(module, length);
            assertTrue(!readAll(cut, POLICIES[0]), "the section headers stand last, so nothing can be missing");
            assertTrue(!readAll(cut, POLICIES[1]), "the section headers stand last, so nothing can be missing");
        }
        assertTrue(readAll(module, POLICIES[0]));
    }

    @ParameterizedTest
    @CsvSource({"ELF32, false", "ELF32, true", "ELF64, false", "ELF64, true"})
    void aModuleMayHaveAnyOfItsBytesChanged(ElfClass elfClass, boolean big) {
        byte[] module = ModuleBytes.module(elfClass, big);
        Random random = new Random(SEED);
        int modules = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] changed = module.clone();
            int changes = 1 + random.nextInt(4);
            for (int c = 0; c < changes; c++) {
                changed[random.nextInt(changed.length)] = (byte) (random.nextBoolean() ? random.nextInt() : -1);
            }
            try {
                modules += readAll(changed, POLICIES[round & 1]) ? 1 : 0;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + SEED + ", round " + round, e);
            }
        }
        assertTrue(modules > 0 && modules < ROUNDS, modules + " of " + ROUNDS + " were modules still");
    }
}
