package io.modrt.engine.parameters;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import io.modrt.elf.SymbolTable;
import io.modrt.kernel.KernelProfile;
import io.modrt.memory.TargetMemory;
import io.modrt.module.ModuleFile;
import io.modrt.parameters.ParameterType;
import io.modrt.spi.PlacedSections;
import io.modrt.spi.SymbolValues;
import io.modrt.spi.Width;
import io.modrt.version.LoaderChange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code __param} of a module that is in memory. Its entries are, by the kernel's version:
 *
 * <table>
 *   <caption>The words of an entry</caption>
 *   <tr><th>since</th><th>words</th></tr>
 *   <tr><td>2.6.16</td><td>name, permissions, function that sets, function that shows, variable</td></tr>
 *   <tr><td>2.6.36</td><td>name, operations, permissions, variable</td></tr>
 *   <tr><td>4.2</td><td>name, module, operations, permissions, variable</td></tr>
 * </table>
 *
 * <p>The word of the permissions holds 16 bits of them, then flags or a level.
 */
public final class ParameterTable {
    private static final String TABLE = "__param";
    private static final String OPERATIONS = "param_ops_";
    private static final String SETTER = "param_set_";
    /** The flag of a truth in a bool; others are in an int. */
    private static final int IS_BOOL = 2;

    private static final int IS_UNSAFE = 1;

    private final ModuleFile file;
    private final PlacedSections placed;
    private final KernelProfile profile;
    private final boolean bigEndian;
    private final int wordBytes;
    private final Variables variables;
    private final Map<Address, ParameterType> operations = new HashMap<>();

    private ParameterTable(PlacedSections placed, SymbolValues values, Width width, TargetMemory memory) {
        this.file = placed.file();
        this.placed = placed;
        this.profile = placed.profile();
        this.bigEndian = file.elf().isBigEndian();
        this.wordBytes = width.bytes();
        this.variables = new Variables(memory, width, bigEndian, profile);
        SymbolTable symbols = file.symbols();
        for (int i = 1; i < symbols.count(); i++) {
            if (symbols.startsWith(i, "param_")) {
                Address address = width.address(values.value(i));
                type(symbols.name(i)).ifPresent(type -> operations.putIfAbsent(address, type));
            }
        }
    }

    /** The parameters of a module, in the order of its table; none if it has no table. */
    public static List<ModuleParameter> read(
            PlacedSections placed, SymbolValues values, Width width, TargetMemory memory) {
        Optional<Section> table = placed.file().elf().section(TABLE);
        Optional<Address> address = table.flatMap(placed::address);
        return address.isEmpty()
                ? List.of()
                : new ParameterTable(placed, values, width, memory).entries(table.get(), address.get());
    }

    /** The type of the operations, or of the function that sets, of this name. */
    private Optional<ParameterType> type(String symbol) {
        String prefix = profile.has(LoaderChange.PARAMETER_OPERATIONS) ? OPERATIONS : SETTER;
        switch (symbol) {
            case "param_array_ops", "param_array_set" -> {
                return Optional.of(ParameterType.ARRAY);
            }
            case "param_set_copystring" -> {
                return Optional.of(ParameterType.STRING);
            }
            default -> {
                for (ParameterType type : ParameterType.values()) {
                    if (symbol.equals(prefix + type.kernelName())) {
                        return Optional.of(type);
                    }
                }
                return Optional.empty();
            }
        }
    }

    private List<ModuleParameter> entries(Section section, Address start) {
        boolean hasOperations = profile.has(LoaderChange.PARAMETER_OPERATIONS);
        boolean hasModule = profile.has(LoaderChange.PARAMETER_MODULE);
        int words = hasOperations && !hasModule ? 4 : 5;
        long entryBytes = (long) words * wordBytes;
        Map<String, String> types = described("parmtype");
        Map<String, String> texts = described("parm");
        List<ModuleParameter> parameters = new ArrayList<>();
        for (long i = 0; i < placed.shape(section).sizeBytes() / entryBytes; i++) {
            Address entry = start.plus(i * entryBytes);
            String name = variables.string(variables.pointer(entry));
            int operationsWord = hasModule || !hasOperations ? 2 : 1;
            Address permissions = word(entry, hasOperations ? words - 2 : 1);
            Address operation = variables.pointer(word(entry, operationsWord));
            Address variable = variables.pointer(word(entry, words - 1));
            parameters.add(new ModuleParameter(
                    variables,
                    name,
                    new ModuleParameter.Declared(
                            Optional.ofNullable(types.get(name)), Optional.ofNullable(texts.get(name))),
                    kind(operations.getOrDefault(operation, ParameterType.CUSTOM), permissions, variable),
                    variable));
        }
        return List.copyOf(parameters);
    }

    private Address word(Address entry, int index) {
        return entry.plus((long) index * wordBytes);
    }

    private ModuleParameter.Kind kind(ParameterType type, Address word, Address variable) {
        boolean isHalf = profile.has(LoaderChange.PARAMETER_FLAGS);
        int permissions = (int) variables.number(word, isHalf ? Short.BYTES : Integer.BYTES);
        boolean isUnsafe = profile.has(LoaderChange.PARAMETERS_UNSAFE)
                && (variables.number(word.plus(3), Byte.BYTES) & IS_UNSAFE) != 0;
        int flags = isHalf ? (int) variables.number(word.plus(2), Short.BYTES) : 0;
        Optional<ModuleParameter.Array> array =
                type == ParameterType.ARRAY ? Optional.of(array(variable)) : Optional.empty();
        if (array.isPresent() && profile.has(LoaderChange.PARAMETER_FLAGS)) {
            flags = (int) variables.number(variable.plus(Integer.BYTES), Integer.BYTES);
        }
        boolean isByte = profile.has(LoaderChange.TRUTHS_ARE_BOOL) || (flags & IS_BOOL) != 0;
        return new ModuleParameter.Kind(type, isByte ? 1 : Integer.BYTES, permissions & 0xffff, isUnsafe, array);
    }

    /** The struct of an array: numbers as ints, then pointers; in which order, the version says. */
    private ModuleParameter.Array array(Address struct) {
        int most = (int) variables.number(struct, Integer.BYTES);
        boolean isCompact = profile.has(LoaderChange.TRUTHS_ARE_BOOL);
        int pointers = profile.has(LoaderChange.PARAMETER_FLAGS) ? 2 * Integer.BYTES : wordBytes;
        Address count = variables.pointer(struct.plus(pointers));
        Address operation = variables.pointer(struct.plus(pointers + wordBytes));
        int behind = pointers + (profile.has(LoaderChange.PARAMETER_OPERATIONS) ? 2 : 3) * wordBytes;
        int elementBytes = (int) variables.number(struct.plus(isCompact ? Integer.BYTES : behind), Integer.BYTES);
        Address elements = variables.pointer(struct.plus(isCompact ? behind : behind + wordBytes));
        ParameterType type = operations.getOrDefault(operation, ParameterType.CUSTOM);
        return new ModuleParameter.Array(
                type == ParameterType.ARRAY ? ParameterType.CUSTOM : type, most, elementBytes, count, elements);
    }

    /** The texts of a tag of modinfo, which are {@code name:text}, by the names of parameters. */
    private Map<String, String> described(String tag) {
        Map<String, String> texts = new HashMap<>();
        for (String text : file.info().all(tag)) {
            int colon = text.indexOf(':');
            if (colon > 0) {
                texts.putIfAbsent(text.substring(0, colon), text.substring(colon + 1));
            }
        }
        return texts;
    }
}
