package io.modrt.spi;

import org.apiguardian.api.API;

/**
 * The shapes of the tables that the kernel reads or sorts when it loads a module.
 *
 * @param exports records of {@code __ksymtab} and its like
 * @param exceptionTable entries of {@code __ex_table}
 * @param jumpTable entries of {@code __jump_table}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record TableShapes(ExportTable exports, ExceptionTable exceptionTable, JumpTable jumpTable) {

    /**
     * Records of addresses: value and name, and since 5.4 namespace.
     *
     * @param fieldBytes bytes of a field
     * @param reference how an address is written
     */
    public record ExportTable(int fieldBytes, Reference reference) {}

    /**
     * Entries whose first field is the address of an instruction.
     *
     * @param entryBytes bytes of an entry
     * @param fieldBytes bytes of an address or offset in it
     * @param reference how an address is written
     * @param addresses how many of the fields, from the first, are addresses; the rest of an entry does not change when it is moved
     */
    public record ExceptionTable(int entryBytes, int fieldBytes, Reference reference, int addresses) {}

    /**
     * Entries of three addresses, code, target and key, in this order. The low two bits of the key are flags.
     *
     * @param codeBytes bytes of the code and of the target field
     * @param keyBytes bytes of the key field
     * @param reference how an address is written
     */
    public record JumpTable(int codeBytes, int keyBytes, Reference reference) {

        /** Bytes of an entry. */
        public int entryBytes() {
            return 2 * codeBytes + keyBytes;
        }
    }

    /** How a table writes an address. */
    public enum Reference {
        /** As the address itself. */
        ABSOLUTE,
        /** As the signed distance from the field to the address. */
        FROM_FIELD
    }
}
