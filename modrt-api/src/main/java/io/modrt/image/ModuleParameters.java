package io.modrt.image;

import io.modrt.address.Address;
import io.modrt.bytes.Bytes;
import io.modrt.elf.Section;
import io.modrt.load.RelocatedModule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the values of a module's parameters. An entry of {@code __param} is a {@code struct kernel_param}: name, module, functions,
 * permissions and level, and a pointer to the variable; which functions it has says what the variable is.
 */
final class ModuleParameters {
    private static final List<String> TYPES = List.of(
            "bool",
            "invbool",
            "int",
            "uint",
            "long",
            "ulong",
            "ullong",
            "short",
            "ushort",
            "byte",
            "charp",
            "hexint",
            "bool_enable_only");

    private final KernelMemory memory;
    private final Map<Address, String> typeOf = new HashMap<>();

    ModuleParameters(MemoryImage image) {
        this.memory = image.kernelMemory();
        for (String type : TYPES) {
            image.address("param_ops_" + type).ifPresent(address -> typeOf.put(address, type));
        }
    }

    /**
     * One parameter.
     *
     * @param name without the module's
     * @param type of the variable, as in the name of its functions; empty for one with functions of its own
     * @param variable where it is
     */
    record Parameter(String name, String type, Address variable) {}

    /** The parameters that the file has, as loading made the table. */
    List<Parameter> table(RelocatedModule module) {
        List<Parameter> found = new ArrayList<>();
        Optional<Section> section = module.resolved().placed().file().elf().section("__param");
        if (section.isEmpty()) {
            return found;
        }
        byte[] bytes = module.bytes(section.get());
        int wordBytes = memory.wordBytes();
        int argument = 3 * wordBytes + Math.max(wordBytes, Integer.BYTES);
        int entryBytes = argument + wordBytes;
        for (int at = 0; at + entryBytes <= bytes.length; at += entryBytes) {
            Address functions = Address.of(memory.word(bytes, at + 2 * wordBytes));
            Address variable = Address.of(memory.word(bytes, at + argument));
            memory.text(Address.of(memory.word(bytes, at)))
                    .ifPresent(name -> found.add(new Parameter(name, typeOf.getOrDefault(functions, ""), variable)));
        }
        return found;
    }

    /** The value of each parameter whose type is known, by name. */
    Map<String, String> of(RelocatedModule module) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Parameter parameter : table(module)) {
            size(parameter.type())
                    .flatMap(size -> memory.bytes(parameter.variable(), size))
                    .ifPresent(bytes -> values.put(parameter.name(), text(parameter.type(), bytes)));
        }
        return values;
    }

    /** The size of a variable of this type; empty if it is not known. */
    Optional<Integer> size(String type) {
        return switch (type) {
            case "bool", "invbool", "byte", "bool_enable_only" -> Optional.of(1);
            case "short", "ushort" -> Optional.of(2);
            case "int", "uint", "hexint" -> Optional.of(4);
            case "long", "ulong", "charp" -> Optional.of(memory.wordBytes());
            case "ullong" -> Optional.of(8);
            default -> Optional.empty();
        };
    }

    /** A value as sysfs shows it. */
    String text(String type, byte[] bytes) {
        long value = Bytes.get(bytes, 0, bytes.length, memory.isBig());
        long bits = bytes.length == Long.BYTES ? -1L : (1L << bytes.length * Byte.SIZE) - 1;
        int unused = Long.SIZE - bytes.length * Byte.SIZE;
        return switch (type) {
            case "bool", "bool_enable_only" -> value == 0 ? "N" : "Y";
            case "invbool" -> value == 0 ? "Y" : "N";
            case "int", "long", "short" -> Long.toString(value << unused >> unused);
            case "hexint" -> "0x" + Long.toHexString(value & bits);
            case "charp" ->
                value == 0 ? "(null)" : memory.text(Address.of(value & bits)).orElse("?");
            default -> Long.toUnsignedString(value & bits);
        };
    }
}
