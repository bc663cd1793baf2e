package io.modrt.elf;

import org.apiguardian.api.API;

/**
 * One relocation, decoded. {@link RelocationSection} gives the same facts without an object for each.
 *
 * @param index its number in the section, from 0
 * @param sectionOffset {@code r_offset}: the place, in bytes from the start of the relocated section
 * @param symbol the symbol's number
 * @param type the relocation's type, on 64-bit MIPS the first of three
 * @param addend {@code r_addend}; 0 if the addend is in the place
 * @param packedRest on 64-bit MIPS {@code r_ssym << 16 | r_type3 << 8 | r_type2}, else 0
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record RelocationEntry(int index, long sectionOffset, int symbol, int type, long addend, int packedRest) {}
