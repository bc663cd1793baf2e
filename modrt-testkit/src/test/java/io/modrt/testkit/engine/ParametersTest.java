package io.modrt.testkit.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.error.Errno;
import io.modrt.error.ParameterException;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.load.LiveModule;
import io.modrt.parameters.Parameter;
import io.modrt.parameters.ParameterType;
import io.modrt.policy.Diagnostic;
import io.modrt.proc.KernelFiles;
import io.modrt.proc.SysFile;
import io.modrt.testkit.ElfTarget;
import io.modrt.testkit.KernelModuleBuilder;
import io.modrt.testkit.SectionBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameters of a module with one of each type. The texts and lines are those of a 6.1 kernel that was given them. */
class ParametersTest {
    private static final int POINTER = ElfTarget.AARCH64_LE.pointerType();
    private static final int VARIABLE_BYTES = 16;

    private final KernelModuleBuilder module = Samples.module("guest");
    private final SectionBuilder table = module.readOnly("__param").alignment(8);
    private final SectionBuilder names = module.readOnly(".rodata.str").alignment(1);
    private final SectionBuilder variables = module.writable(".data.variables").alignment(8);
    private final ModuleRuntime runtime =
            Samples.runtime().kernelSymbols(KernelSymbols.synthetic()).build();
    private final byte[] initial = new byte[VARIABLE_BYTES];
    private int count;

    /** Adds an entry as Linux has it since 4.2, and returns its number. */
    private int add(String name, String operations, int permissions, int flags) {
        int entry = count++;
        module.object("name_" + entry, ".rodata.str", names.sizeBytes());
        names.string(name);
        module.object("variable_" + entry, ".data.variables", variables.sizeBytes());
        variables.bytes(initial);
        int at = (int) table.sizeBytes();
        byte[] words = new byte[40];
        ByteBuffer.wrap(words)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(24, (short) permissions)
                .put(26, (byte) -1)
                .put(27, (byte) flags);
        table.bytes(words);
        module.relocation("__param", at, POINTER, "name_" + entry);
        module.imports(operations);
        module.relocation("__param", at + 16, POINTER, operations);
        module.relocation("__param", at + 32, POINTER, "variable_" + entry);
        return entry;
    }

    private LiveModule load(String text) {
        return runtime.load(Samples.file(module), text);
    }

    private static Map<String, String> values(LiveModule module) {
        return module.parameters().stream()
                .collect(Collectors.toMap(
                        Parameter::name, parameter -> parameter.value().orElse("?")));
    }

    private void addNumbers() {
        add("byte", "param_ops_byte", 0444, 0);
        add("short", "param_ops_short", 0444, 0);
        add("int", "param_ops_int", 0444, 0);
        add("uint", "param_ops_uint", 0444, 0);
        add("ulong", "param_ops_ulong", 0444, 0);
        add("hex", "param_ops_hexint", 0444, 0);
    }

    @Test
    void numbersAreReadInAnyBaseAndShownInTheirOwn() {
        addNumbers();
        Map<String, String> values = values(load("byte=0xff short=-010 int=+5 uint=4294967295 ulong=1 hex=0x1f"));
        assertEquals(
                Map.of("byte", "255", "short", "-8", "int", "5", "uint", "4294967295", "ulong", "1", "hex", "0x00001f"),
                values);
    }

    @Test
    void numbersThatAreNoneOrDoNotFitAreRefused() {
        addNumbers();
        for (String text : List.of("int=08", "int=0x", "int=1.5", "int=", "int=--1", "uint=-1", "int")) {
            ParameterException refused = assertThrows(ParameterException.class, () -> load(text));
            assertEquals(Errno.EINVAL, refused.errno(), text);
        }
        for (String text : List.of("byte=256", "short=32768", "short=-32769", "ulong=99999999999999999999")) {
            ParameterException refused = assertThrows(ParameterException.class, () -> load(text));
            assertEquals(Errno.ERANGE, refused.errno(), text);
        }
        assertTrue(runtime.modules().isEmpty());
    }

    @Test
    void whatIsRefusedIsToldInTheKernelsWordsToTheEnd() {
        addNumbers();
        ParameterException refused =
                assertThrows(ParameterException.class, () -> load("int=1.5 uint= nor-this short=40000"));
        assertEquals(Errno.ERANGE, refused.errno());
        assertEquals("short", refused.parameter());
        assertEquals(
                "guest: `40000' invalid for parameter `short'; it takes a number from -32768 to 32767",
                refused.getMessage());
        assertEquals(
                List.of(
                        "guest: `1.5' invalid for parameter `int'",
                        "guest: `' invalid for parameter `uint'",
                        "guest: unknown parameter 'nor-this' ignored",
                        "guest: `40000' invalid for parameter `short'"),
                refused.kernelMessage().orElseThrow().lines().toList());
    }

    @Test
    void truthsAreYOrN() {
        add("plain", "param_ops_bool", 0644, 0);
        add("bare", "param_ops_bool", 0644, 0);
        add("inverse", "param_ops_invbool", 0644, 0);
        add("only_on", "param_ops_bool_enable_only", 0644, 0);
        add("number", "param_ops_bint", 0644, 0);
        LiveModule loaded = load("plain=oN bare inverse=y only-on=1 number");
        assertEquals(Map.of("plain", "Y", "bare", "Y", "inverse", "Y", "only_on", "Y", "number", "1"), values(loaded));
        assertEquals(
                0, loaded.bytes(loaded.file().elf().section(".data.variables").orElseThrow())[2 * VARIABLE_BYTES]);
    }

    @Test
    void whatIsNoTruthIsRefused() {
        add("plain", "param_ops_bool", 0644, 0);
        add("inverse", "param_ops_invbool", 0644, 0);
        for (String text : List.of("plain=maybe", "plain=", "plain=2", "plain=ok", "inverse")) {
            assertEquals(
                    Errno.EINVAL,
                    assertThrows(ParameterException.class, () -> load(text)).errno(),
                    text);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        byte            | 256    | a number from 0 to 255
        uint            | -1     | a number from 0 to 4294967295
        ullong          | x      | a number from 0 to 18446744073709551615
        int             | 1.5    | a number from -2147483648 to 2147483647
        bool            | maybe  | y, n, 1 or 0, on or off
        """)
    void aRefusalTellsWhatAParameterTakes(String type, String value, String takes) {
        add("it", "param_ops_" + type, 0644, 0);
        assertEquals(
                "guest: `" + value + "' invalid for parameter `it'; it takes " + takes,
                assertThrows(ParameterException.class, () -> load("it=" + value))
                        .getMessage());
    }

    @Test
    void aPointerToATextIsNullUntilItIsSet() {
        add("set", "param_ops_charp", 0444, 0);
        add("unset", "param_ops_charp", 0444, 0);
        LiveModule loaded = load("set=\"a b\"");
        assertEquals(Map.of("set", "a b", "unset", "(null)"), values(loaded));
        loaded.unload();
        ParameterException refused = assertThrows(ParameterException.class, () -> load("set=" + "x".repeat(1025)));
        assertEquals(Errno.ENOSPC, refused.errno());
        assertTrue(refused.kernelMessage().orElseThrow().endsWith("too large for parameter `set'"));
    }

    @Test
    void aStringHasAsMuchRoomAsItsStructSays() {
        initial[0] = 4;
        add("string", "param_ops_string", 0444, 0);
        module.object("room", ".data", 0);
        module.relocation(".data.variables", 8, POINTER, "room");
        LiveModule loaded = load("string=abc");
        assertEquals(Map.of("string", "abc"), values(loaded));
        loaded.unload();
        ParameterException refused = assertThrows(ParameterException.class, () -> load("string=abcd"));
        assertEquals(Errno.ENOSPC, refused.errno());
        assertTrue(
                refused.kernelMessage().orElseThrow().startsWith("string: string doesn't fit in 3 chars.\n"),
                refused.kernelMessage().toString());
    }

    @Test
    void anUnknownParameterIsIgnoredWithAWarning() {
        addNumbers();
        LiveModule loaded = load("no_such_parameter=1 dyndbg=+p int=3 -- rest of it");
        List<String> warned = loaded.diagnostics().stream()
                .filter(diagnostic -> diagnostic.kind() == Diagnostic.Kind.KERNEL_WARNING)
                .map(Diagnostic::toString)
                .toList();
        assertEquals(
                List.of(
                        "guest: unknown parameter 'no_such_parameter' ignored",
                        "guest: parameters 'rest of it' after `--' ignored"),
                warned);
        assertEquals("3", values(loaded).get("int"));
    }

    @Test
    void operationsOfAModulesOwnAreLeftAlone() {
        module.object("own_operations", ".data", 0);
        add("own", "own_operations", 0444, 0);
        module.info("parmtype", "own:special").info("parm", "own:What it does: much");
        LiveModule loaded = load("own=1");
        Parameter parameter = loaded.parameters().get(0);
        assertEquals(ParameterType.CUSTOM, parameter.type());
        assertEquals(Optional.of("special"), parameter.declaredType());
        assertEquals(Optional.of("What it does: much"), parameter.description());
        assertTrue(parameter.value().isEmpty());
        assertTrue(loaded.diagnostics().stream().anyMatch(told -> told.kind() == Diagnostic.Kind.NOT_CHECKED));
    }

    @Test
    void whoMayReadAParameterIsInItsPermissions() {
        add("shown", "param_ops_int", 0644, 0);
        add("hidden", "param_ops_int", 0, 0);
        add("written", "param_ops_int", 0200, 0);
        List<SysFile> files = KernelFiles.sysModule(load("shown=7 hidden=8")).stream()
                .filter(file -> file.path().startsWith("parameters/"))
                .toList();
        assertEquals(List.of(new SysFile("parameters/shown", "7\n"), new SysFile("parameters/written", "")), files);
    }

    @Test
    void aDangerousParameterTaintsTheKernel() {
        add("risky", "param_ops_int", 0644, 1);
        LiveModule loaded = load("risky=1");
        assertTrue(loaded.diagnostics().stream()
                .anyMatch(told -> told.text().equals("Setting dangerous option risky - tainting kernel")));
        assertTrue(loaded.parameters().get(0).isUnsafe());
        assertTrue(runtime.taints().contains(io.modrt.policy.Taint.USER));
    }

    @Test
    void olderKernelsStopAtTheFirstThatIsRefused() {
        ModuleRuntime older = Samples.runtime()
                .kernelSymbols(KernelSymbols.synthetic())
                .profile(KernelProfile.ofVermagic(KernelModuleBuilder.VERMAGIC)
                        .with(io.modrt.version.LoaderChange.PARAMETERS_PARSED_ON, false))
                .build();
        addNumbers();
        ParameterException refused =
                assertThrows(ParameterException.class, () -> older.load(Samples.file(module), "int=x uint=y"));
        assertEquals(Optional.of("guest: `x' invalid for parameter `int'"), refused.kernelMessage());
    }
}
