package io.modrt.module;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.elf.ElfBytes;
import io.modrt.elf.ElfClass;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.PolicyException;
import io.modrt.error.Rule;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.version.KernelVersion;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The trailer: algo, hash, id_type, signer_len, key_id_len, 3 bytes of padding, sig_len big endian on every architecture. */
class ModuleSignatureTest {
    private static final KernelProfile KERNEL = KernelProfile.of(new KernelVersion(6, 1, 0));
    private static final byte[] MODULE = ModuleBytes.module(ElfClass.ELF32, false);
    private static final byte[] MARKER = ElfBytes.strings("~Module signature appended~\n");
    private static final byte[] DER = {0x30, 3, 2, 1, 5};

    private static byte[] signed(byte[] blob, String trailer) {
        return ElfBytes.join(MODULE, blob, HexFormat.of().parseHex(trailer), MARKER);
    }

    @Test
    void aSignatureIsFoundDescribedAndTakenOff() {
        ModuleFile module = ModuleFile.open(signed(DER, "0000020000000000" + "00000005"));
        ModuleSignature signature = module.signature().orElseThrow();
        assertEquals(MODULE.length, signature.fileOffset());
        assertEquals(5, signature.sizeBytes());
        assertArrayEquals(DER, signature.der());
        assertEquals(ModuleSignature.PKCS7, signature.idType());
        assertTrue(signature.isSupported());
        assertEquals("PKCS#7 signature, 5 bytes at 0x" + Integer.toHexString(MODULE.length), signature.toString());
        assertEquals(MODULE.length, module.elf().lengthBytes());
        assertEquals(List.of(), module.diagnostics());
    }

    /** The kernel answers ENOPKG, goes on as with an unsigned module, and has taken off the marker alone. */
    @Test
    void anotherKindOfSignatureIsANote() {
        ModuleFile module =
                ModuleFile.open("a.ko", signed(DER, "0102010304000000" + "00000005"), LoadPolicy.kernelExact());
        ModuleSignature signature = module.signature().orElseThrow();
        assertFalse(signature.isSupported());
        assertEquals(1, signature.algorithm());
        assertEquals(2, signature.hash());
        assertEquals(1, signature.idType());
        assertEquals(3, signature.signerBytes());
        assertEquals(4, signature.keyIdBytes());
        assertEquals(MODULE.length + 5 + 12, module.elf().lengthBytes());
        assertEquals(
                List.of(new Diagnostic(
                        Diagnostic.Kind.KERNEL_WARNING,
                        "greeter",
                        "id_type 1 signature, 5 bytes at 0x" + Integer.toHexString(MODULE.length)
                                + ": not supported (ENOPKG), the kernel takes it for unsigned")),
                module.checkFor(KERNEL));
    }

    @ParameterizedTest
    @CsvSource({
        "0100020000000000, 'byte 0 of the trailer is 1, with PKCS#7 it is 0'",
        "0001020000000000, 'byte 1 of the trailer is 1, with PKCS#7 it is 0'",
        "0000020100000000, 'byte 3 of the trailer is 1, with PKCS#7 it is 0'",
        "00000200ff000000, 'byte 4 of the trailer is 255, with PKCS#7 it is 0'",
        "0000020000000001, 'byte 7 of the trailer is 1, with PKCS#7 it is 0'",
    })
    void aTrailerThatIsNotZeroIsRefused(String trailer, String text) {
        byte[] file = signed(DER, trailer + "00000005");
        PolicyException refusal = refusal(file);
        assertEquals("signature: " + text, refusal.getMessage());
        assertEquals(Errno.EBADMSG, refusal.errno());
        assertEquals(Rule.SIGNATURE, refusal.rule());
        assertFalse(refusal.beyondKernel());

        ModuleFile module = ModuleFile.open(file, LoadPolicy.kernelExact().bestEffort());
        assertEquals(Optional.empty(), module.signature());
        assertEquals(
                List.of(new Diagnostic(Diagnostic.Kind.RELAXED_RULE, "module", "signature: " + text)),
                module.diagnostics());
    }

    /** Of a kernel that looks at signatures, as most do. */
    private static PolicyException refusal(byte[] file) {
        return assertThrows(PolicyException.class, () -> ModuleFile.open(file).checkFor(KERNEL));
    }

    @Test
    void kernelsWithoutSignaturesDoNotLookAtOne() {
        ModuleFile malformed = ModuleFile.open(signed(DER, "0100020000000000" + "00000005"));
        assertEquals(Optional.empty(), malformed.signature());
        assertEquals(List.of(), malformed.diagnostics());
        malformed.checkFor(KERNEL.with(ConfigOption.MODULE_SIG, false));
        assertEquals(
                Optional.of("module: PKCS#7 signature info has unexpected non-zero params"),
                refusal(signed(DER, "0100020000000000" + "00000005")).kernelMessage());
    }

    // spotless:off
    /** The answer of a kernel by its version: to a module without signature, and with one of X.509 (1) or PKCS#7 (2). */
    @ParameterizedTest(name = "{0}, MODULE_SIG_FORCE {1}: {2}")
    @CsvSource(nullValues = "none", value = {
        "3.6.0,  true,  none, takes",
        "3.8.0,  true,  none, ENOKEY",
        "3.8.0,  false, none, unsigned",
        "3.8.0,  true,  1,    not judged",
        "3.8.0,  false, 2,    ENOPKG",
        "4.4.0,  false, 1,    ENOPKG",
        "4.4.0,  true,  2,    not judged",
        "5.3.0,  true,  none, ENOKEY",
        "5.4.0,  true,  none, EKEYREJECTED greeter: Loading of unsigned module is rejected",
        "5.10.0, true,  none, EKEYREJECTED Loading of unsigned module is rejected",
        "6.1.0,  true,  none, EKEYREJECTED Loading of unsigned module is rejected",
        "6.1.0,  true,  1,    EKEYREJECTED Loading of module with unsupported crypto is rejected",
        "6.1.0,  true,  2,    not judged",
        "6.1.0,  false, none, unsigned",
        "6.1.0,  false, 1,    unsigned",
        "6.1.0,  false, 2,    takes",
    })
    // spotless:on
    void aKernelOfAnAgeAnswersToASignature(String version, boolean forced, String kind, String answer) {
        ModuleFile module =
                ModuleFile.open(kind == null ? MODULE : signed(DER, "00000" + kind + "0000000000" + "00000005"));
        KernelProfile kernel =
                KernelProfile.of(KernelVersion.parse(version)).with(ConfigOption.MODULE_SIG_FORCE, forced);
        assertEquals(answer, answer(module, kernel));
    }

    private static String answer(ModuleFile module, KernelProfile kernel) {
        try {
            List<Diagnostic> told = module.checkFor(kernel);
            return told.stream().anyMatch(each -> each.kind() == Diagnostic.Kind.NOT_CHECKED)
                    ? "not judged"
                    : module.isUnsigned(kernel) ? "unsigned" : "takes";
        } catch (PolicyException refused) {
            assertEquals(Rule.SIGNATURE, refused.rule());
            return refused.errno()
                    + refused.kernelMessage().map(line -> " " + line).orElse("");
        }
    }

    @Test
    void lengthsThatTheFileDoesNotHaveAreRefused() {
        byte[] file = signed(DER, "0000020000000000" + "ffffffff");
        PolicyException refusal = refusal(file);
        assertEquals(
                "signature: sig_len 4294967295, there are " + (MODULE.length + 5) + " bytes before the trailer",
                refusal.getMessage());
        assertEquals(Errno.EBADMSG, refusal.errno());

        byte[] whole = ElfBytes.join(new byte[1], HexFormat.of().parseHex("000002000000000000000001"), MARKER);
        refusal = refusal(whole);
        assertEquals("signature: sig_len 1, there are 1 bytes before the trailer", refusal.getMessage());

        byte[] alone = ElfBytes.join(new byte[12], MARKER);
        refusal = refusal(alone);
        assertEquals("signature: 12 bytes before the marker, the trailer alone has 12", refusal.getMessage());
    }

    @Test
    void aFileThatIsTheMarkerAloneIsNoModule() {
        FormatException refusal = assertThrows(FormatException.class, () -> ModuleFile.open(MARKER));
        assertEquals(Errno.ENOEXEC, refusal.errno());
    }
}
