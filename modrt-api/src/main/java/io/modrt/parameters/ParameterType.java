package io.modrt.parameters;

import java.util.Locale;
import org.apiguardian.api.API;

/** What kind of variable a parameter sets, and by which of the kernel's operations. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public enum ParameterType {
    /** An unsigned byte. */
    BYTE,
    /** A signed number of 16 bits. */
    SHORT,
    /** An unsigned number of 16 bits. */
    USHORT,
    /** A signed number of 32 bits. */
    INT,
    /** An unsigned number of 32 bits. */
    UINT,
    /** A signed number of a long's size. */
    LONG,
    /** An unsigned number of a long's size. */
    ULONG,
    /** An unsigned number of 64 bits. */
    ULLONG,
    /** An unsigned number of 32 bits that is shown in hexadecimal digits. */
    HEXINT,
    /** A pointer to a string. */
    CHARP,
    /** Y or N; the name alone means Y. In kernels before 3.3 the variable may be an int. */
    BOOL,
    /** As {@link #BOOL}, with the variable holding the opposite. */
    INVBOOL,
    /** As {@link #BOOL}, but what is on cannot be switched off. */
    BOOL_ENABLE_ONLY,
    /** Y or N, which the variable, an int, holds as 1 or 0, and which is shown as such. */
    BINT,
    /** An array of characters. */
    STRING,
    /** Several values of one type, separated by commas. */
    ARRAY,
    /** Operations of a module's own, which are code: it cannot be set or read without running them. */
    CUSTOM;

    /** The type's name in the names of the kernel's operations, for example {@code bool_enable_only}. */
    public String kernelName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
