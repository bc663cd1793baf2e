package io.modrt.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The options of a profile, by the names that they have in a {@code config-*} file: those that somebody stated, and those that are usual
 * for the architecture. Immutable once a profile has it.
 */
final class ProfileOptions {

    private static final String PREFIX = "CONFIG_";

    /** The options that have a constant, by each of their names. */
    private static final Map<String, ConfigOption> TYPED = typed();

    private final Map<String, Boolean> stated = new HashMap<>();
    private final SortedMap<String, Boolean> usual = new TreeMap<>();
    private final boolean statesAll;

    /** No option is said. */
    ProfileOptions() {
        this.statesAll = false;
    }

    /** Every option is stated: those with these names are on, all others off. */
    ProfileOptions(Set<String> on) {
        this.statesAll = true;
        on.forEach(name -> stated.put(name, true));
    }

    /** A copy, which may be changed. */
    ProfileOptions(ProfileOptions options) {
        this.statesAll = options.statesAll;
        stated.putAll(options.stated);
        usual.putAll(options.usual);
    }

    private static Map<String, ConfigOption> typed() {
        Map<String, ConfigOption> typed = new HashMap<>();
        for (ConfigOption option : ConfigOption.values()) {
            for (String name : option.configNames()) {
                typed.put(name, option);
            }
        }
        return Map.copyOf(typed);
    }

    void state(String name, boolean value) {
        stated.put(checked(name), value);
    }

    /** States the option under all its names, so that none of them contradicts. */
    void state(ConfigOption option, boolean value) {
        option.configNames().forEach(name -> stated.put(name, value));
    }

    /** Adds usual values for options that have none yet. */
    void assume(Map<String, Boolean> values) {
        values.forEach((name, value) -> usual.putIfAbsent(checked(name), value));
    }

    boolean isStated(String name) {
        return stated.containsKey(checked(name)) || statesAll;
    }

    boolean isStated(ConfigOption option) {
        for (String name : option.configNames()) {
            if (statesAll || stated.containsKey(name)) {
                return true;
            }
        }
        return false;
    }

    /** The value that was stated or is usual for the architecture. */
    Optional<Boolean> value(String name) {
        return isStated(name) ? stated(name) : Optional.ofNullable(usual.get(name));
    }

    /** The values of the option's names as one: on if one of them is, since one kernel version has only one of the names. */
    private Optional<Boolean> value(ConfigOption option) {
        boolean isStated = isStated(option);
        Optional<Boolean> any = Optional.empty();
        for (String name : option.configNames()) {
            Optional<Boolean> one = isStated ? stated(name) : Optional.ofNullable(usual.get(name));
            boolean isSettled = one.isEmpty() || (any.isPresent() && any.get());
            any = isSettled ? any : one;
        }
        return any;
    }

    private Optional<Boolean> stated(String name) {
        Boolean value = stated.get(name);
        return value == null && statesAll ? Optional.of(false) : Optional.ofNullable(value);
    }

    boolean has(ConfigOption option) {
        return value(option).orElse(option.assumed());
    }

    boolean has(String name) {
        ConfigOption typed = TYPED.get(name);
        return value(name).orElse(typed != null && typed.assumed());
    }

    /** A line for each option that nobody stated: those with constants in their order, then the architecture's others by name. */
    List<String> assumptions() {
        List<String> lines = new ArrayList<>();
        for (ConfigOption option : ConfigOption.values()) {
            if (!isStated(option)) {
                lines.add(line(option.configName(), has(option), value(option).isPresent()));
            }
        }
        usual.forEach((name, value) -> {
            if (!isStated(name) && !TYPED.containsKey(name)) {
                lines.add(line(name, value, true));
            }
        });
        return lines;
    }

    private static String line(String name, boolean value, boolean isUsual) {
        return name + "=" + (value ? "y" : "n") + ": usual for "
                + (isUsual ? "the architecture" : "distributions' kernels");
    }

    private static String checked(String name) {
        boolean isName = name.startsWith(PREFIX) && name.length() > PREFIX.length();
        for (int i = PREFIX.length(); isName && i < name.length(); i++) {
            char c = name.charAt(i);
            isName = c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
        }
        if (!isName) {
            throw new IllegalArgumentException("\"" + name + "\" is not the name of an option, such as CONFIG_SMP");
        }
        return name;
    }
}
