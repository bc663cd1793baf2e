package io.modrt.engine.parameters;

import io.modrt.address.Address;
import io.modrt.engine.parameters.Numbers.Refused;
import io.modrt.error.Errno;
import io.modrt.parameters.Parameter;
import io.modrt.parameters.ParameterType;
import io.modrt.version.LoaderChange;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** One entry of a module's {@code __param}, with the kernel's operations that set and show it. */
public final class ModuleParameter implements Parameter {
    /** Longer strings are refused. */
    private static final int LONGEST_CHARP = 1024;

    private final Variables variables;
    private final String name;
    private final Declared declared;
    private final Kind kind;
    private final Address address;

    /** What the module declares for people. */
    record Declared(Optional<String> type, Optional<String> description) {}

    /**
     * The operations.
     *
     * @param boolBytes bytes of a truth's variable
     * @param array of an array
     */
    record Kind(ParameterType type, int boolBytes, int permissions, boolean isUnsafe, Optional<Array> array) {}

    /**
     * The struct that describes an array.
     *
     * @param count where the number of elements is kept; address 0 if nowhere
     */
    record Array(ParameterType elementType, int most, int elementBytes, Address count, Address elements) {}

    ModuleParameter(Variables variables, String name, Declared declared, Kind kind, Address address) {
        this.variables = variables;
        this.name = name;
        this.declared = declared;
        this.kind = kind;
        this.address = address;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ParameterType type() {
        return kind.type();
    }

    @Override
    public ParameterType elementType() {
        return kind.array().map(Array::elementType).orElse(kind.type());
    }

    @Override
    public Optional<String> declaredType() {
        return declared.type();
    }

    @Override
    public Optional<String> description() {
        return declared.description();
    }

    @Override
    public int permissions() {
        return kind.permissions();
    }

    @Override
    public boolean isUnsafe() {
        return kind.isUnsafe();
    }

    @Override
    public Address address() {
        return address;
    }

    @Override
    public Optional<String> value() {
        if (kind.type() == ParameterType.CUSTOM || elementType() == ParameterType.CUSTOM) {
            return Optional.empty();
        }
        return Variables.readable(this::shown);
    }

    private String shown() {
        if (kind.array().isEmpty()) {
            return shown(kind.type(), address);
        }
        Array array = kind.array().get();
        boolean isCounted = array.count().value() != 0;
        long count = isCounted ? variables.number(array.count(), Integer.BYTES) : array.most();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(count, array.most()); i++) {
            text.append(i == 0 ? "" : ",")
                    .append(shown(array.elementType(), array.elements().plus((long) i * array.elementBytes())));
        }
        return text.toString();
    }

    private String shown(ParameterType type, Address from) {
        switch (type) {
            case BYTE, USHORT, UINT, ULONG, ULLONG -> {
                return Long.toUnsignedString(variables.number(from, bytes(type)));
            }
            case HEXINT -> {
                return String.format(Locale.ROOT, "0x%06x", variables.number(from, Integer.BYTES));
            }
            case SHORT, INT, LONG, BINT -> {
                int unused = Long.SIZE - 8 * bytes(type);
                return Long.toString(variables.number(from, bytes(type)) << unused >> unused);
            }
            case CHARP -> {
                Address text = variables.pointer(from);
                return text.value() == 0 ? "(null)" : variables.string(text);
            }
            case BOOL, BOOL_ENABLE_ONLY -> {
                return variables.number(from, kind.boolBytes()) != 0 ? "Y" : "N";
            }
            case INVBOOL -> {
                return variables.number(from, kind.boolBytes()) != 0 ? "N" : "Y";
            }
            case STRING -> {
                return variables.string(variables.pointer(from.plus(variables.wordBytes())));
            }
            default -> throw new IllegalStateException(name + " of type " + type + " is not shown");
        }
    }

    private int bytes(ParameterType type) {
        return switch (type) {
            case BYTE -> Byte.BYTES;
            case SHORT, USHORT -> Short.BYTES;
            case INT, UINT, HEXINT, BINT -> Integer.BYTES;
            case ULLONG -> Long.BYTES;
            case BOOL, INVBOOL, BOOL_ENABLE_ONLY -> kind.boolBytes();
            case LONG, ULONG, CHARP, STRING, ARRAY, CUSTOM -> variables.wordBytes();
        };
    }

    /** Sets the parameter to what a text says. */
    void set(Optional<String> text, StringStore store) throws Refused {
        boolean needsNone = kind.type() == ParameterType.BOOL
                || kind.type() == ParameterType.BOOL_ENABLE_ONLY
                || kind.type() == ParameterType.BINT;
        if (text.isEmpty() && !needsNone) {
            throw new Refused(Errno.EINVAL);
        }
        String value = text.orElse("1");
        if (kind.array().isEmpty()) {
            set(kind.type(), address, value, store);
            return;
        }
        Array array = kind.array().get();
        int count = 0;
        for (String element : value.split(",", -1)) {
            if (count == array.most()) {
                throw new Refused(Errno.EINVAL, name + ": can only take " + array.most() + " arguments");
            }
            set(array.elementType(), array.elements().plus((long) count * array.elementBytes()), element, store);
            count++;
            if (array.count().value() != 0) {
                variables.put(array.count(), Integer.BYTES, count);
            }
        }
    }

    private void set(ParameterType type, Address to, String value, StringStore store) throws Refused {
        switch (type) {
            case BYTE, USHORT, UINT, ULONG, ULLONG, HEXINT -> number(to, value, bytes(type), false);
            case SHORT, INT, LONG -> number(to, value, bytes(type), true);
            case CHARP -> {
                byte[] text = value.getBytes(StandardCharsets.UTF_8);
                if (text.length > LONGEST_CHARP) {
                    throw new Refused(Errno.ENOSPC, name + ": string parameter too long");
                }
                Address copy = store.take(text.length + 1);
                variables.putString(copy, text);
                variables.put(to, variables.wordBytes(), copy.value());
            }
            case BOOL, BINT -> variables.put(to, bytes(type), truth(value) ? 1 : 0);
            case INVBOOL -> variables.put(to, bytes(type), truth(value) ? 0 : 1);
            case BOOL_ENABLE_ONLY -> {
                boolean isOn = truth(value);
                if (!isOn && variables.number(to, bytes(type)) != 0) {
                    throw new Refused(Errno.EROFS);
                }
                if (isOn) {
                    variables.put(to, bytes(type), 1);
                }
            }
            case STRING -> {
                byte[] text = value.getBytes(StandardCharsets.UTF_8);
                long room = variables.number(to, Integer.BYTES);
                if (text.length + 1 > room) {
                    throw new Refused(Errno.ENOSPC, name + ": string doesn't fit in " + (room - 1) + " chars.");
                }
                variables.putString(variables.pointer(to.plus(variables.wordBytes())), text);
            }
            default -> throw new IllegalStateException(name + " of type " + type + " is not set");
        }
    }

    private boolean truth(String value) throws Refused {
        return Numbers.truth(value, variables.profile().has(LoaderChange.TRUTHS_ON_AND_OFF));
    }

    private void number(Address to, String value, int bytes, boolean signed) throws Refused {
        Errno range = variables.profile().has(LoaderChange.PARAMETER_RANGES) ? Errno.ERANGE : Errno.EINVAL;
        variables.put(to, bytes, Numbers.parse(value, 8 * bytes, signed, range));
    }

    /** What values it takes, for the message that refuses another. */
    String takes() {
        return kind.array()
                .map(array -> "at most " + array.most() + " values, separated by commas, each of them "
                        + takes(array.elementType()))
                .orElseGet(() -> takes(kind.type()));
    }

    private String takes(ParameterType type) {
        BigInteger values = BigInteger.ONE.shiftLeft(8 * bytes(type));
        return switch (type) {
            case BYTE, USHORT, UINT, ULONG, ULLONG, HEXINT -> "a number from 0 to " + values.subtract(BigInteger.ONE);
            case SHORT, INT, LONG -> {
                BigInteger half = values.shiftRight(1);
                yield "a number from " + half.negate() + " to " + half.subtract(BigInteger.ONE);
            }
            case BOOL, INVBOOL, BINT ->
                "y, n, 1 or 0" + (variables.profile().has(LoaderChange.TRUTHS_ON_AND_OFF) ? ", on or off" : "");
            case BOOL_ENABLE_ONLY -> "only y or 1 once it is on";
            case CHARP -> "a text of at most " + LONGEST_CHARP + " bytes";
            case STRING -> "a text that fits its buffer";
            case ARRAY, CUSTOM -> "what its own code reads";
        };
    }

    /** Whether it can be set and shown without running code of the module's own. */
    boolean isKnown() {
        return kind.type() != ParameterType.CUSTOM && elementType() != ParameterType.CUSTOM;
    }

    @Override
    public String toString() {
        return name + " (" + (kind.array().isPresent() ? "array of " : "")
                + elementType().kernelName() + ")";
    }
}
