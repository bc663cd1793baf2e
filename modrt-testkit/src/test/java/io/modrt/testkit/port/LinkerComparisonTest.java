package io.modrt.testkit.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.i386.I386Arch;
import io.modrt.address.Address;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.module.ModuleFile;
import io.modrt.testkit.ElfEdit;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.port.LinkerComparison.Comparison;
import io.modrt.testkit.sample.SampleArch;
import io.modrt.version.KernelVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The linker is a script that hands out what GNU ld 2.40 made of {@code relocs.ko} at the addresses of {@code ld.txt}. */
class LinkerComparisonTest {
    private static final ModuleFile RELOCS = ModuleFile.open(resource("/com/example/i386/relocs.ko"));

    @TempDir
    private Path folder;

    private static byte[] resource(String name) {
        try (InputStream in = LinkerComparisonTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    private static byte[] linked() {
        return resource("/io/modrt/testkit/port/relocs-linked.elf");
    }

    /** A linker that says {@code said} and leaves {@code made}. */
    private LinkerComparison linker(String said, byte[] made) throws IOException {
        Path output = Files.write(folder.resolve("made"), made);
        String copy = made.length == 0 ? "" : "cp '" + output + "' linked\n";
        Path script = Files.writeString(folder.resolve("ld"), copy + "printf '" + said + "'\n");
        return LinkerComparison.with(new I386Arch(), "sh", script.toString())
                .symbols(KernelSymbols.of(Map.of("far", Address.of(0xc134_5678L))));
    }

    @Test
    void whatTheLinkerMakesTooIsNoDifference() throws IOException {
        Comparison comparison =
                linker("ld: warning: nothing of note\\n", linked()).compare(RELOCS);
        assertEquals(new Comparison("relocs", 4, 39 + 33 + 576 + 11, 17, List.of()), comparison);
    }

    @Test
    void aDifferenceNamesPlaceBytesAndTypes() throws IOException {
        byte[] other =
                ElfEdit.of(linked()).contents(".s1", 0x12, new byte[] {0x11}).build();
        assertEquals(
                List.of(
                        "relocs: .text+0x12: ld has 115634c9e85d5634, the architecture 625634c9e85d5634; relocated there:"
                                + " [R_386_32, R_386_PC32]"),
                linker("", other).compare(RELOCS).differences());
    }

    @Test
    void whatTheLinkerSaysIsADifference() throws IOException {
        assertEquals(
                List.of("ld says: relocation truncated to fit"),
                linker("relocation truncated to fit", linked()).compare(RELOCS).differences());
    }

    @Test
    void aSectionThatTheLinkerDoesNotHaveIsADifference() throws IOException {
        List<String> differences = linker("", new byte[0]).compare(RELOCS).differences();
        assertEquals(4, differences.size());
        assertTrue(
                differences.get(0).startsWith("ld has no .text of 39 bytes at 0xf8000000; where ld made veneers"),
                differences::toString);
    }

    @Test
    void theLinkersBytesAreWordsForTheContract() throws IOException {
        String words = new String(resource("/com/example/i386/ld.txt"), StandardCharsets.UTF_8);
        KernelProfile profile = KernelProfile.of(new KernelVersion(6, 1, 0));
        assertEquals(
                words,
                "module relocs.ko\n" + linker("", linked()).profile(profile).words("far", RELOCS));
    }

    @Test
    void noWordsAreWrittenOfWhatTheLinkerRefuses() throws IOException {
        LinkerComparison refusing = linker("no", linked());
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> refusing.words("far", RELOCS));
        assertEquals("relocs: no", refused.getMessage());
    }

    @Test
    void aRefusalIsADifferenceUnlessTheLinkerRefusesToo() throws IOException {
        ModuleFile odd = ModuleFile.open(KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "odd")
                .text(0)
                .relocation(".text", 0, 999, "far")
                .build());
        Path script = folder.resolve("ld");
        Files.writeString(script, "");
        LinkerComparison ld = LinkerComparison.with(new SampleArch(), "sh", script.toString());
        List<String> differences = ld.compare(odd).differences();
        assertEquals(1, differences.size());
        assertTrue(
                differences.get(0).startsWith("ld links it, the architecture refuses it: odd: .text+0x0"),
                differences::toString);
        Files.writeString(script, "printf unrecognized");
        assertEquals(List.of(), ld.compare(odd).differences());
    }

    @Test
    void aLinkerThatIsNotThereIsNamed() {
        LinkerComparison none =
                LinkerComparison.with(new I386Arch(), "no-such-ld").symbols(KernelSymbols.synthetic());
        UncheckedIOException refused = assertThrows(UncheckedIOException.class, () -> none.compare(RELOCS));
        assertEquals("cannot run no-such-ld; is it installed?", refused.getMessage());
    }
}
