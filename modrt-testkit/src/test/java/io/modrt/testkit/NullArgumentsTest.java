package io.modrt.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modrt.ModuleRuntime;
import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.ElfFile;
import io.modrt.export.ElfExport;
import io.modrt.export.LoadReport;
import io.modrt.export.ModulePage;
import io.modrt.image.ImageFile;
import io.modrt.image.MemoryImage;
import io.modrt.kernel.KernelProfile;
import io.modrt.kernel.KernelSymbols;
import io.modrt.layout.Placement;
import io.modrt.layout.RegionKind;
import io.modrt.load.LayoutPlan;
import io.modrt.load.LiveModule;
import io.modrt.load.PlacedModule;
import io.modrt.load.RelocatedModule;
import io.modrt.load.ResolvedModule;
import io.modrt.module.KernelFile;
import io.modrt.module.ModuleFile;
import io.modrt.policy.Admission;
import io.modrt.policy.LoadLimits;
import io.modrt.policy.LoadPolicy;
import io.modrt.signature.TrustedKeys;
import io.modrt.testkit.sample.SampleArch;
import io.modrt.tree.DepmodConfig;
import io.modrt.tree.Modprobe;
import io.modrt.tree.ModprobeConfig;
import io.modrt.tree.ModuleTree;
import io.modrt.verify.Verification;
import io.modrt.version.KernelVersion;
import java.io.Reader;
import java.io.StringReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A null argument is named at the door: every public method of the types that embedders call refuses it by the parameter's name. */
class NullArgumentsTest {
    /** Methods of interfaces of the JDK, and of symbol sources, which embedders write. */
    private static final Set<String> NOT_ASKED = Set.of("equals", "valueOf", "compareTo", "find", "placeholder");

    private final FileTrees files = FileTrees.of("6.1.0");
    private final byte[] bytes = KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "guest")
            .text(0)
            .data(0, 0)
            .build();
    private final ModuleRuntime runtime = ModuleRuntime.builder()
            .arch(new SampleArch())
            .kernelSymbols(KernelSymbols.synthetic())
            .build();
    private final ModuleFile file = ModuleFile.open(bytes);
    private final LiveModule live = runtime.load(file);
    private final Map<Class<?>, Object> samples = samples();

    @AfterEach
    void drop() {
        runtime.close();
        files.close();
    }

    private Map<Class<?>, Object> samples() {
        ModuleFile other = ModuleFile.open(
                KernelModuleBuilder.of(ElfTarget.AARCH64_LE, "other").text(0).build());
        LayoutPlan plan = runtime.plan(other);
        PlacedModule placed = plan.place(Placement.allocated());
        ResolvedModule resolved = placed.resolve();
        RelocatedModule relocated = resolved.relocate();
        files.module("guest.ko", bytes);
        ModuleTree tree = ModuleTree.open(files.modules());
        AddressRange range = new AddressRange(Address.of(0x1000), 0x1000);
        Map<Class<?>, Object> known = new LinkedHashMap<>();
        known.put(ModuleRuntime.class, runtime);
        known.put(ModuleRuntime.Builder.class, ModuleRuntime.builder());
        known.put(ModuleFile.class, file);
        known.put(LayoutPlan.class, plan);
        known.put(PlacedModule.class, placed);
        known.put(ResolvedModule.class, resolved);
        known.put(RelocatedModule.class, relocated);
        known.put(LiveModule.class, live);
        known.put(Verification.class, Verification.of(live));
        known.put(KernelSymbols.class, KernelSymbols.of(Map.of("x", Address.of(1))));
        known.put(KernelProfile.class, KernelProfile.ofVermagic(KernelModuleBuilder.VERMAGIC));
        known.put(LoadPolicy.class, LoadPolicy.kernelExact());
        known.put(LoadLimits.class, LoadLimits.standard());
        known.put(Placement.class, Placement.allocated());
        known.put(ModuleTree.class, tree);
        known.put(Modprobe.class, Modprobe.of(tree, ModprobeConfig.none()));
        known.put(ModprobeConfig.class, ModprobeConfig.none());
        known.put(DepmodConfig.class, DepmodConfig.none());
        known.put(Admission.class, Admission.usual());
        known.put(TrustedKeys.class, TrustedKeys.none());
        known.put(MemoryImage.Builder.class, MemoryImage.builder());
        known.put(AddressRange.class, range);
        known.put(Address.class, range.start());
        known.put(ElfFile.class, file.elf());
        for (Class<?> statics :
                List.of(ElfExport.class, LoadReport.class, ModulePage.class, ImageFile.class, KernelFile.class)) {
            known.put(statics, statics);
        }
        known.put(Path.class, files.path("/none"));
        known.put(String.class, "x");
        known.put(CharSequence.class, "1");
        known.put(byte[].class, bytes);
        known.put(ByteBuffer.class, ByteBuffer.allocate(8));
        known.put(Reader.class, new StringReader(""));
        known.put(List.class, List.of());
        known.put(Map.class, Map.of());
        known.put(Set.class, Set.of());
        known.put(Collection.class, List.of());
        known.put(KernelVersion.class, KernelVersion.parse("6.1.0"));
        known.put(RegionKind.class, RegionKind.CORE);
        return known;
    }

    @Test
    void eachPublicMethodNamesTheArgumentThatIsNull() {
        Map<String, String> answers = new TreeMap<>();
        int asked = 0;
        for (Map.Entry<Class<?>, Object> subject : samples.entrySet()) {
            if (!subject.getKey().getName().startsWith("io.modrt.")) {
                continue;
            }
            boolean hasNoObjects = subject.getValue() instanceof Class;
            for (Method method : subject.getKey().getMethods()) {
                boolean isOurs = method.getDeclaringClass().getName().startsWith("io.modrt.")
                        && !method.isBridge()
                        && (Modifier.isStatic(method.getModifiers()) || !hasNoObjects)
                        && !NOT_ASKED.contains(method.getName());
                for (int i = 0; isOurs && i < method.getParameterCount(); i++) {
                    if (isRefused(method.getParameters()[i])) {
                        asked++;
                        String answer = answer(method, subject.getValue(), i);
                        if (!answer.equals("named")) {
                            answers.put(method + " " + method.getParameters()[i].getName(), answer);
                        }
                    }
                }
            }
        }
        assertEquals(
                "",
                String.join(
                        "\n",
                        answers.keySet().stream()
                                .map(key -> key + ": " + answers.get(key))
                                .toList()));
        assertTrue(asked > 150, asked + " asked");
    }

    private static boolean isRefused(Parameter parameter) {
        return !parameter.getType().isPrimitive()
                && !parameter.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    /** What a method does if its argument {@code index} is null. */
    private String answer(Method method, Object subject, int index) {
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            Class<?> type = method.getParameterTypes()[i];
            arguments[i] = i == index ? null : sample(type);
        }
        try {
            method.invoke(Modifier.isStatic(method.getModifiers()) ? null : subject, arguments);
            return "accepted";
        } catch (InvocationTargetException raised) {
            String name = method.getParameters()[index].getName();
            String told = String.valueOf(raised.getCause().getMessage());
            boolean isNamed = raised.getCause() instanceof NullPointerException
                    && (told.equals(name) || told.endsWith("because \"" + name + "\" is null"));
            return isNamed ? "named" : String.valueOf(raised.getCause());
        } catch (IllegalAccessException | IllegalArgumentException unasked) {
            return "not asked with " + Arrays.toString(arguments);
        }
    }

    private static Object primitive(Class<?> type) {
        if (type == byte.class) {
            return (byte) 1;
        }
        return type == long.class ? (Object) 1L : (Object) 1;
    }

    private @Nullable Object sample(Class<?> type) {
        if (type.isPrimitive()) {
            return type == boolean.class ? (Object) false : primitive(type);
        }
        Object known = samples.get(type);
        if (known != null && type.isInstance(known)) {
            return known;
        }
        List<Object> fitting = new ArrayList<>(samples.values());
        if (type.isInterface()) {
            return fitting.stream()
                    .filter(type::isInstance)
                    .findFirst()
                    .orElseGet(() -> Proxy.newProxyInstance(
                            type.getClassLoader(), new Class<?>[] {type}, (proxy, called, given) -> null));
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        return fitting.stream().filter(type::isInstance).findFirst().orElse(null);
    }
}
