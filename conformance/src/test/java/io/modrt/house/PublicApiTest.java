package io.modrt.house;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleReference;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The public API of each module is a file that is reviewed like code: {@code api/MODULE.txt}. A change of the API shows in its
 * diff. To refresh the files:
 *
 * <pre>
 * mvn -q test -pl conformance -am -DskipChecks -Dtest=PublicApiTest -Dsurefire.failIfNoSpecifiedTests=false -Dapi.refresh
 * </pre>
 */
class PublicApiTest {
    static List<ModuleReference> modules() {
        return PublishedModules.all();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void isWhatWasReviewed(ModuleReference module) throws IOException {
        Path listing = Path.of("api", module.descriptor().name() + ".txt");
        String now = describe(module);
        if (System.getProperty("api.refresh") != null) {
            Files.createDirectories(listing.getParent());
            Files.writeString(listing, now);
        }
        assertEquals(
                Files.readString(listing), now, () -> "conformance/" + listing + " differs; see the head of this test");
    }

    private static String describe(ModuleReference module) {
        Stream<String> types = PublishedModules.exportedTypes(module).stream().map(PublicApiTest::describe);
        return Stream.concat(Stream.of(describe(module.descriptor())), types).collect(joining("\n"));
    }

    private static String describe(ModuleDescriptor module) {
        Stream<String> requires = module.requires().stream()
                .filter(required -> !required.name().equals("java.base"))
                .map(required -> "requires " + words(required.modifiers()) + required.name());
        Stream<String> exports = module.exports().stream()
                .filter(export -> !export.isQualified())
                .map(export -> "exports " + export.source());
        Stream<String> uses = module.uses().stream().map(service -> "uses " + service);
        Stream<String> provides = module.provides().stream()
                .map(service -> "provides " + service.service() + " with " + String.join(", ", service.providers()));
        return block(
                "module " + module.name(),
                Stream.of(requires, exports, uses, provides).flatMap(lines -> lines));
    }

    private static String words(Set<?> modifiers) {
        return modifiers.stream()
                .map(modifier -> modifier.toString().toLowerCase(Locale.ROOT) + " ")
                .sorted()
                .collect(joining());
    }

    private static String describe(Class<?> type) {
        API api = type.getAnnotation(API.class);
        String status = api == null ? "" : " @" + api.status() + " since " + api.since();
        String supertypes = Stream.concat(
                        Stream.ofNullable(type.getGenericSuperclass()), Arrays.stream(type.getGenericInterfaces()))
                .map(Type::getTypeName)
                .filter(name -> !name.equals("java.lang.Object"))
                .collect(joining(", "));
        Stream<String> permits = type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).map(permitted -> "permits " + permitted.getName())
                : Stream.empty();
        Stream<String> fields = Arrays.stream(type.getDeclaredFields())
                .filter(Visibility::isSeen)
                .map(PublicApiTest::describe);
        Stream<String> constructors = Arrays.stream(type.getDeclaredConstructors())
                .filter(Visibility::isSeen)
                .map(PublicApiTest::describe);
        Stream<String> methods = Arrays.stream(type.getDeclaredMethods())
                .filter(Visibility::isSeen)
                .map(PublicApiTest::describe);
        return block(
                modifiers(type.getModifiers() & ~Modifier.INTERFACE) + kind(type) + " " + type.getName()
                        + typeParameters(type.getTypeParameters()) + (supertypes.isEmpty() ? "" : ": " + supertypes)
                        + status,
                Stream.of(permits, fields, constructors, methods).flatMap(lines -> lines));
    }

    private static String describe(Field field) {
        String kind = field.isEnumConstant() ? "constant " : modifiers(field.getModifiers());
        return kind + field.getGenericType().getTypeName() + " " + field.getName();
    }

    private static String describe(Constructor<?> constructor) {
        return modifiers(constructor.getModifiers()) + "new" + signature(constructor);
    }

    private static String describe(Method method) {
        int kept = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.STATIC | Modifier.ABSTRACT | Modifier.FINAL;
        return modifiers(method.getModifiers() & kept) + (method.isDefault() ? "default " : "")
                + method.getGenericReturnType().getTypeName() + " " + method.getName() + signature(method);
    }

    private static String signature(Executable executable) {
        String parameters = Arrays.stream(executable.getGenericParameterTypes())
                .map(Type::getTypeName)
                .collect(joining(", ", "(", ")"));
        String thrown = Arrays.stream(executable.getGenericExceptionTypes())
                .map(Type::getTypeName)
                .collect(joining(", "));
        return typeParameters(executable.getTypeParameters())
                + parameters
                + (thrown.isEmpty() ? "" : " throws " + thrown);
    }

    private static String typeParameters(TypeVariable<?>[] variables) {
        return variables.length == 0
                ? ""
                : Arrays.stream(variables)
                        .map(variable -> variable.getName() + " extends "
                                + Arrays.stream(variable.getBounds())
                                        .map(Type::getTypeName)
                                        .collect(joining(" & ")))
                        .collect(joining(", ", "<", ">"));
    }

    private static String kind(Class<?> type) {
        String kind = type.isAnnotation()
                ? "@interface"
                : type.isInterface() ? "interface" : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
        return type.isSealed() ? "sealed " + kind : kind;
    }

    private static String modifiers(int modifiers) {
        return modifiers == 0 ? "" : Modifier.toString(modifiers) + " ";
    }

    private static String block(String head, Stream<String> lines) {
        return head + "\n" + lines.sorted().map(line -> "    " + line + "\n").collect(joining());
    }
}
