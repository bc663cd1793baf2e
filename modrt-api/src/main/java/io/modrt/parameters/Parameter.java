package io.modrt.parameters;

import io.modrt.address.Address;
import java.util.Optional;
import org.apiguardian.api.API;

/** A parameter of a module that is loaded. Safe for use by many threads. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Parameter {

    /** Its name. */
    String name();

    /** What kind of variable it sets; of an array {@link ParameterType#ARRAY}. */
    ParameterType type();

    /** The type of an array's elements; the same as {@link #type()} if it is no array. */
    ParameterType elementType();

    /** The type as the module declares it for people: {@code parmtype}. */
    Optional<String> declaredType();

    /** What the module says about it: {@code parm}. */
    Optional<String> description();

    /** Who may read and write it below {@code /sys/module}, as in a file's mode; 0 if it is not there. */
    int permissions();

    /** Whether setting it taints the kernel. */
    boolean isUnsafe();

    /** Where its variable is, or the struct that describes it: of an array, a string, a custom one. */
    Address address();

    /**
     * What the target's memory holds now, as {@code /sys/module/NAME/parameters} shows it, without the line feed at its end; empty if it is
     * custom or its variable cannot be read.
     */
    Optional<String> value();
}
