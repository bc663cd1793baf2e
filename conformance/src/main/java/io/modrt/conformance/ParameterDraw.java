package io.modrt.conformance;

import io.modrt.module.ModuleFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Drawn parameters of one insertion.
 *
 * @param text as it is given to the kernel
 * @param isSound whether the kernel should take it
 */
record ParameterDraw(String text, boolean isSound) {
    private static final String ARRAY = "array of ";
    private static final List<String> NUMBERS = List.of("0", "1", "7", "+5", "0x10", "010", "0x0a", "\"3\"");
    private static final List<String> NO_NUMBERS =
            List.of("abc", "", "08", "0x", "1.5", "99999999999999999999", "\"1 2\"", "--1");
    private static final List<String> TRUTHS = List.of("Y", "n", "1", "0", "yes", "No", "on", "OFF", "oFfice");
    private static final List<String> NO_TRUTHS = List.of("maybe", "", "2", "o", "ok");
    private static final List<String> TEXTS = List.of("text", "\"a b\"", "", "x=y", "\"with,comma\"", "a\"b c\"d");

    /** Draws values for some of the module's parameters, a name that it does not have, or nothing. */
    static ParameterDraw of(ModuleFile file, Random random) {
        List<String> words = new ArrayList<>();
        boolean isSound = true;
        for (String declared : file.info().all("parmtype")) {
            int colon = declared.indexOf(':');
            if (colon < 0 || random.nextInt(3) > 0) {
                continue;
            }
            String name = declared.substring(0, colon);
            String type = declared.substring(colon + 1);
            boolean isGood = random.nextInt(6) > 0;
            String value = value(type, isGood, random);
            if (value != null) {
                isSound &= isGood;
                words.add(random.nextInt(4) == 0 ? name.replace('_', '-') + value : name + value);
            }
        }
        if (random.nextInt(8) == 0) {
            words.add(List.of("no_such_parameter=1", "nor-this", "dyndbg=+p", "-- left=1")
                    .get(random.nextInt(4)));
        }
        return new ParameterDraw(String.join(random.nextBoolean() ? " " : "  ", words), isSound);
    }

    private static @org.jspecify.annotations.Nullable String value(String type, boolean isGood, Random random) {
        if (type.startsWith(ARRAY)) {
            String element = value(type.substring(ARRAY.length()), true, random);
            String last = value(type.substring(ARRAY.length()), isGood, random);
            return element == null || last == null || last.isEmpty() || element.isEmpty()
                    ? null
                    : (element + "," + last.substring(1)).replace("\"", "");
        }
        return switch (type) {
            case "byte", "ushort", "uint", "ulong", "short", "int", "long" ->
                isGood ? "=" + draw(NUMBERS, random) : random.nextInt(4) == 0 ? "" : "=" + draw(NO_NUMBERS, random);
            case "bool" ->
                isGood ? random.nextInt(4) == 0 ? "" : "=" + draw(TRUTHS, random) : "=" + draw(NO_TRUTHS, random);
            case "charp" -> isGood ? "=" + draw(TEXTS, random) : "";
            default -> null;
        };
    }

    private static String draw(List<String> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }
}
