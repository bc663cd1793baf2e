package io.modrt.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Two parameters of one primitive type side by side can be swapped and no compiler will say so. Where the order is that of the
 * manuals and everyone knows it, a line of {@code api/adjacent-parameters.txt} says why.
 */
class AdjacentParametersTest {
    private static final Path REVIEWED = Path.of("api", "adjacent-parameters.txt");

    @Test
    void noneBesideThoseReviewed() throws IOException {
        List<String> reviewed;
        try (Stream<String> lines = Files.lines(REVIEWED)) {
            reviewed = lines.filter(line -> !line.startsWith("#") && !line.isBlank())
                    .map(line -> line.substring(0, line.indexOf(" : ")))
                    .toList();
        }
        List<String> found = PublishedModules.all().stream()
                .flatMap(module -> PublishedModules.exportedTypes(module).stream())
                .flatMap(AdjacentParametersTest::executables)
                .filter(AdjacentParametersTest::hasSwappableParameters)
                .map(AdjacentParametersTest::name)
                .toList();
        assertEquals(
                new TreeSet<>(reviewed),
                new TreeSet<>(found),
                "conformance/" + REVIEWED + " against the exported types");
    }

    private static Stream<Executable> executables(Class<?> type) {
        return Stream.<Executable>concat(
                        Arrays.stream(type.getDeclaredConstructors()), Arrays.stream(type.getDeclaredMethods()))
                .filter(Visibility::isSeen);
    }

    private static boolean hasSwappableParameters(Executable executable) {
        Class<?>[] types = executable.getParameterTypes();
        return IntStream.range(1, types.length).anyMatch(i -> types[i].isPrimitive() && types[i] == types[i - 1]);
    }

    private static String name(Executable executable) {
        String parameters = Arrays.stream(executable.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(java.util.stream.Collectors.joining(", ", "(", ")"));
        return executable.getDeclaringClass().getName()
                + (executable instanceof java.lang.reflect.Method method ? "." + method.getName() : "")
                + parameters;
    }
}
