package io.modrt.conformance.unicorn;

/** A machine that runs functions of modules. */
interface Machine {

    /** The address of a function of a module that is loaded. */
    long function(String module, String symbol);

    /** Memory for arguments, {@code sizeBytes} zeros; each call returns the same. */
    long scratch(int sizeBytes);

    /** Stores {@code bytes} from {@code address} on. */
    void store(long address, byte[] bytes);

    /** The bytes from {@code address} on. */
    byte[] load(long address, int sizeBytes);

    /** Calls a function; returns its result as the register holds it. */
    long call(long address, long... arguments);
}
