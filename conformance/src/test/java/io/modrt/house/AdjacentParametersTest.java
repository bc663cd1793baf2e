package io.modrt.house;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
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
        Set<String> reviewed;
        try (Stream<String> lines = Files.lines(REVIEWED)) {
            reviewed = lines.filter(line -> !line.startsWith("#"))
                    .map(line -> line.substring(0, line.indexOf(" : ")))
                    .collect(toCollection(TreeSet::new));
        }
        Set<String> found = PublishedModules.all().stream()
                .flatMap(module -> PublishedModules.exportedTypes(module).stream())
                .flatMap(AdjacentParametersTest::executables)
                .filter(AdjacentParametersTest::hasSwappableParameters)
                .map(AdjacentParametersTest::name)
                .collect(toCollection(TreeSet::new));
        assertEquals(Set.of(), without(found, reviewed), "found, and not in conformance/" + REVIEWED);
        assertEquals(Set.of(), without(reviewed, found), "found no more, and still in conformance/" + REVIEWED);
    }

    private static Set<String> without(Set<String> all, Set<String> those) {
        Set<String> rest = new TreeSet<>(all);
        rest.removeAll(those);
        return rest;
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
                .collect(joining(", ", "(", ")"));
        return executable.getDeclaringClass().getName()
                + (executable instanceof Method method ? "." + method.getName() : "")
                + parameters;
    }
}
