package io.modrt.testkit.junit;

import io.modrt.ModuleRuntime;
import io.modrt.testkit.FakeKernel;
import io.modrt.testkit.junit.ForKernel.Leftovers;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apiguardian.api.API;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.AssertionFailedError;

/**
 * Makes the kernels that {@link ForKernel} asks for. A kernel that a constructor or a {@code @BeforeAll} method gets is looked after when all
 * tests of the class have ended.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class FakeKernelExtension implements ParameterResolver, AfterEachCallback, AfterAllCallback {
    private static final Namespace NAMESPACE = Namespace.create(FakeKernelExtension.class);

    /** For JUnit. */
    public FakeKernelExtension() {}

    /** The kernels of a test, or of a class: by parameter, or by the empty name for all parameters without an annotation of their own. */
    private static final class Kernels {
        private final Map<String, Described> byParameter = new LinkedHashMap<>();

        Described computeIfAbsent(String parameter, ForKernel wanted) {
            return byParameter.computeIfAbsent(parameter, any -> new Described(kernel(wanted), wanted.leftovers()));
        }
    }

    private record Described(FakeKernel kernel, Leftovers leftovers) {}

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == FakeKernel.class || type == ModuleRuntime.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Optional<ForKernel> own = parameter.findAnnotation(ForKernel.class);
        ForKernel wanted = own.or(() -> around(context))
                .orElseThrow(() -> new ParameterResolutionException(
                        "no @ForKernel for " + parameter.getParameter() + ", nor on its method or class"));
        String name = own.isPresent() ? parameter.getDeclaringExecutable() + " " + parameter.getIndex() : "";
        Store store = context.getStore(NAMESPACE);
        Kernels kernels = store.getOrComputeIfAbsent(context.getUniqueId(), any -> new Kernels(), Kernels.class);
        FakeKernel kernel = kernels.computeIfAbsent(name, wanted).kernel();
        return parameter.getParameter().getType() == ModuleRuntime.class ? kernel.runtime() : kernel;
    }

    /** The annotation of the test method, or of the class or one around it. */
    private static Optional<ForKernel> around(ExtensionContext context) {
        Optional<ExtensionContext> level = Optional.of(context);
        while (level.isPresent()) {
            Optional<AnnotatedElement> element = level.get().getElement();
            Optional<ForKernel> found =
                    element.flatMap(there -> AnnotationSupport.findAnnotation(there, ForKernel.class));
            if (found.isPresent()) {
                return found;
            }
            level = level.get().getParent();
        }
        return Optional.empty();
    }

    private static FakeKernel kernel(ForKernel wanted) {
        return new KernelRequest(wanted).kernel();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        lookAfter(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        lookAfter(context);
    }

    private static void lookAfter(ExtensionContext context) {
        Kernels kernels = context.getStore(NAMESPACE).remove(context.getUniqueId(), Kernels.class);
        if (kernels == null) {
            return;
        }
        List<String> left = new ArrayList<>();
        for (Described described : kernels.byParameter.values()) {
            List<String> leftovers = Leavings.takenFrom(described.kernel());
            if (described.leftovers() == Leftovers.FAIL) {
                left.addAll(leftovers);
            }
        }
        if (!left.isEmpty() && context.getExecutionException().isEmpty()) {
            throw new AssertionFailedError(context.getDisplayName() + " leaves behind:\n  " + String.join("\n  ", left)
                    + "\nUnload what the test loads, with unload() or kernel.unloadAll(), or say"
                    + " leftovers = Leftovers.UNLOAD.");
        }
    }
}
