package io.modrt.load;

import io.modrt.address.Address;
import io.modrt.elf.Section;
import java.util.Optional;
import java.util.OptionalLong;
import org.apiguardian.api.API;

/**
 * The place of one byte of a module: in its section, in the file and in memory.
 *
 * @param section the section that holds it
 * @param sectionOffset bytes from the section's start
 * @param fileOffset bytes from the file's start; empty if the file does not have the byte
 * @param address its address in the target; empty if it is not loaded
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Location(Section section, long sectionOffset, OptionalLong fileOffset, Optional<Address> address) {}
