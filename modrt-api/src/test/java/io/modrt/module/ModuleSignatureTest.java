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
import io.modrt.policy.Admission;
import io.modrt.policy.Diagnostic;
import io.modrt.policy.LoadPolicy;
import io.modrt.policy.SignatureMode;
import io.modrt.signature.SignatureVerdict;
import io.modrt.signature.TrustedKeys;
import io.modrt.version.KernelVersion;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
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
                    : module.isUnsigned(
                                    kernel,
                                    module.policy()
                                            .orElse(LoadPolicy.kernelExact())
                                            .admission())
                            ? "unsigned"
                            : "takes";
        } catch (PolicyException refused) {
            assertEquals(refused.errno() == Errno.EPERM ? Rule.LOCKDOWN : Rule.SIGNATURE, refused.rule());
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

    private static byte[] der(int tag, byte[]... contents) {
        byte[] all = ElfBytes.join(contents);
        byte[] head = all.length < 0x80
                ? new byte[] {(byte) tag, (byte) all.length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (all.length >> 8), (byte) all.length};
        return ElfBytes.join(head, all);
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    /** The module with a PKCS#7 message as the kernel's sign-file makes it: SHA-256, by the key with serial number 5 of an empty name. */
    private static byte[] signedBy(KeyPair key) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(key.getPrivate());
        signer.update(MODULE);
        byte[] sha256 = hex("300b0609608648016503040201");
        byte[] info = der(
                0x30,
                hex("020101"),
                der(0x30, hex("3000"), hex("020105")),
                sha256,
                der(0x30, hex("06082a8648ce3d040302")),
                der(4, signer.sign()));
        byte[] data =
                der(0x30, hex("020101"), der(0x31, sha256), der(0x30, hex("06092a864886f70d010701")), der(0x31, info));
        byte[] message = der(0x30, hex("06092a864886f70d010702"), der(0xa0, data));
        return signed(message, "0000020000000000" + HexFormat.of().toHexDigits(message.length));
    }

    // spotless:off
    /** The kernel's answers to a module that is signed, changed since, unsigned; with its keys known, and booted in four ways. */
    @ParameterizedTest(name = "{0}, {1}, {2}, {3}: {4}")
    @CsvSource({
        "6.1.0, signed,   trusted, '',                 takes",
        "6.1.0, signed,   none,    '',                 unsigned",
        "6.1.0, signed,   none,    module.sig_enforce, EKEYREJECTED Loading of module with unavailable key is rejected",
        "6.1.0, signed,   trusted, module.sig_enforce, takes",
        "6.1.0, unsigned, trusted, module.sig_enforce, EKEYREJECTED Loading of unsigned module is rejected",
        "6.1.0, unsigned, trusted, lockdown=integrity, EPERM Lockdown: modprobe: unsigned module loading is restricted; see man kernel_lockdown.7",
        "6.1.0, signed,   none,    lockdown=integrity, EPERM Lockdown: modprobe: unsigned module loading is restricted; see man kernel_lockdown.7",
        "6.1.0, signed,   trusted, lockdown=integrity, takes",
        "6.1.0, signed,   unknown, lockdown=integrity, not judged",
        "6.1.0, malformed, trusted, '',                EBADMSG",
        "5.3.0, signed,   none,    module.sig_enforce, ENOKEY",
        "5.3.0, unsigned, none,    lockdown=integrity, unsigned",
        "3.6.0, unsigned, none,    module.sig_enforce, takes",
    })
    // spotless:on
    void aKernelWhoseKeysAreKnownAnswers(String version, String file, String keys, String commandLine, String answer)
            throws GeneralSecurityException {
        KeyPair pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
        byte[] bytes = switch (file) {
            case "signed" -> signedBy(pair);
            case "malformed" -> signed(DER, "0000020000000000" + "00000005");
            default -> MODULE;
        };
        Admission admission = Admission.ofCommandLine(commandLine);
        admission = switch (keys) {
            case "trusted" -> admission.keys(TrustedKeys.ofKeys(List.of(pair.getPublic())));
            case "none" -> admission.keys(TrustedKeys.none());
            default -> admission;
        };
        LoadPolicy policy = LoadPolicy.kernelExact().admission(admission);
        ModuleFile module = ModuleFile.open("", bytes, policy);
        KernelProfile kernel = KernelProfile.of(KernelVersion.parse(version));
        assertEquals(answer, answer(module, kernel));
    }

    @Test
    void ignoredSignaturesAreNotLookedAt() {
        LoadPolicy policy = LoadPolicy.kernelExact()
                .admission(Admission.ofCommandLine("module.sig_enforce lockdown=integrity")
                        .signatures(SignatureMode.IGNORED)
                        .keys(TrustedKeys.none()));
        ModuleFile module = ModuleFile.open("", signed(DER, "0100020000000000" + "00000005"), policy);
        assertEquals("takes", answer(module, KERNEL));
    }

    /** Until 4.2: the signer's name, the key's identifier, the number, and the lengths of all three in the trailer. */
    @Test
    void anOlderSignatureHasItsNameInFrontOfTheNumber() {
        byte[] file = signed(
                ElfBytes.join("Maker".getBytes(StandardCharsets.US_ASCII), hex("c0ffee"), hex("0001" + "7f")),
                "0104010503000000" + "00000003");
        ModuleSignature signature = ModuleFile.open(file).signature().orElseThrow();
        assertEquals(
                new SignatureVerdict(
                        SignatureVerdict.Kind.UNKNOWN_KEY,
                        "signed by Maker, key identifier c0ffee, which is none of 0 trusted keys"),
                signature.verify(TrustedKeys.none()));
        byte[] reaching = signed(hex("00017f"), "01040105ff000000" + "00000003");
        assertEquals(
                SignatureVerdict.Kind.UNKNOWN_KEY,
                ModuleFile.open(reaching)
                        .signature()
                        .orElseThrow()
                        .verify(TrustedKeys.none())
                        .kind());
        assertEquals(
                new SignatureVerdict(SignatureVerdict.Kind.UNSUPPORTED, "algorithm 0 is not supported"),
                ModuleFile.open(signed(hex("00017f"), "0004010503000000" + "00000003"))
                        .signature()
                        .orElseThrow()
                        .verify(TrustedKeys.none()));
    }
}
